//! People and their logins, as they travel.

use serde::{Deserialize, Serialize};

use crate::{SessionId, Timestamp, UserId, Username};

/// What a person said of their gender; it chooses the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Gender {
    Female,
    Male,
    Other,
    Unspecified,
}

/// What a person may do on the whole server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ServerRole {
    /// Acts as room admin in public rooms, and on every account.
    Admin,
    /// Everybody else.
    Member,
}

/// A person as others see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PresenceState {
    /// Connected and active lately.
    Online,
    /// Connected, without input for five minutes.
    Away,
    /// Not connected, or invisible.
    Offline,
}

/// What a client says of its person in `set_presence`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// There was input lately.
    Active,
    /// There was none for five minutes.
    Away,
    /// Shown as offline, on whichever of one's sockets it was said.
    Invisible,
}

/// One person's presence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Presence {
    /// Whose.
    pub user: UserId,
    /// What it is.
    pub state: PresenceState,
}

/// A person: an account, or what is left of a deleted one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum User {
    /// An account.
    Live(Profile),
    /// A deleted account: `{"id":"…","deleted":true}`.
    Deleted(DeletedUser),
}

impl User {
    /// Who.
    pub fn id(&self) -> UserId {
        match self {
            Self::Live(profile) => profile.id,
            Self::Deleted(user) => user.id,
        }
    }

    /// The account, unless it was deleted.
    pub fn profile(&self) -> Option<&Profile> {
        match self {
            Self::Live(profile) => Some(profile),
            Self::Deleted(_) => None,
        }
    }
}

/// What is left of a deleted account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeletedUser {
    /// Who it was: the messages stay, so their author needs an id.
    pub id: UserId,
    /// Always true.
    #[cfg_attr(feature = "schema", schemars(extend("const" = true)))]
    pub deleted: bool,
}

/// An account as others see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Profile {
    /// Who.
    pub id: UserId,
    /// The name they log in with.
    pub username: Username,
    /// The name others see; the username where none was given.
    pub display_name: String,
    /// It chooses the picture.
    pub gender: Gender,
    /// What they say of themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_text: Option<String>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When they were last connected; absent if never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen_at: Option<Timestamp>,
    /// Only where the answer knows it: never in a frame for several people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presence: Option<PresenceState>,
    /// Only for oneself and server admins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Only for oneself and server admins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<ServerRole>,
}

/// One login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Session {
    /// Which.
    pub id: SessionId,
    /// When the login was.
    pub created_at: Timestamp,
    /// When it was last refreshed or connected.
    pub last_used_at: Timestamp,
    /// When it ends, however often it is refreshed.
    pub expires_at: Timestamp,
    /// What the browser or program called itself at login; `""` where it did not.
    pub user_agent: String,
    /// Whether the one who asks is asking through it.
    pub current: bool,
}
