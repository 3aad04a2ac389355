//! What REST requests carry. Strict: an unknown field is an error.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::{
    ClientId, DisplayName, Email, Gender, MessageBody, MessageId, Password, RoomName, RoomRole,
    ServerRole, StatusText, Timestamp, Title, Topic, Username, Visibility,
};

/// What is there. `null` is not a way to leave something out, and least of all to clear it: read
/// as absent, it would change nothing and say that it did.
pub(crate) fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

macro_rules! requests {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attr:meta])* $field:ident: $type:ty,)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$attr])* pub $field: $type,)* }
    )+};
}

requests! {
    /// `POST /users`.
    NewUser {
        /// What they will log in with.
        username: Username,
        /// Unique ignoring case.
        email: Email,
        /// Strong: zxcvbn score 3 or better.
        password: Password,
        /// It chooses the picture.
        gender: Gender,
        /// The username where absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        display_name: Option<DisplayName>,
        /// The code of an invitation, where one is needed; passed over where anybody may register.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        invitation: Option<String>,
    }

    /// `POST /invitations`.
    NewInvitation {
        /// How many may register with it, 1..=[`MAX_INVITATION_USES`](crate::MAX_INVITATION_USES);
        /// 1 where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        uses: Option<u32>,
        /// How long it is good for, 1..=[`MAX_INVITATION_MS`](crate::MAX_INVITATION_MS); a week
        /// where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_in_ms: Option<i64>,
    }

    /// `PATCH /users/{id}`: absent fields stay as they are.
    UserUpdate {
        /// `""` goes back to the username.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        display_name: Option<DisplayName>,
        /// Unique ignoring case.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        email: Option<Email>,
        /// It chooses the picture.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        gender: Option<Gender>,
        /// `""` clears it.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        status_text: Option<StatusText>,
        /// Only for server admins.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        role: Option<ServerRole>,
    }

    /// `GET /users`.
    UsersQuery {
        /// Part of the username or display name, ignoring case.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        q: Option<String>,
        /// 1..=100, 50 where absent.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = crate::MAX_PAGE)))]
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        limit: Option<u32>,
        /// `next_cursor` of the page before.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        cursor: Option<String>,
    }

    /// `POST /rooms`.
    NewRoom {
        /// Unique among public rooms.
        name: RoomName,
        /// What people call it.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        title: Option<Title>,
        /// What it is about.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        topic: Option<Topic>,
        /// Who can find and join it.
        visibility: Visibility,
    }

    /// `PATCH /rooms/{id}`: absent fields stay as they are.
    RoomUpdate {
        /// Unique among public rooms.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        name: Option<RoomName>,
        /// `""` clears it.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        title: Option<Title>,
        /// `""` clears it.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        topic: Option<Topic>,
        /// Who can find and join it.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        visibility: Option<Visibility>,
    }

    /// `GET /rooms`.
    RoomsQuery {
        /// One's own rooms where absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        scope: Option<RoomsScope>,
        /// Part of the name, title or topic, ignoring case; with `scope=public`.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        q: Option<String>,
        /// Only rooms with a message since then; without `scope`.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        active_since: Option<Timestamp>,
    }

    /// `PATCH /rooms/{id}/members/{user}`.
    RoleUpdate {
        /// `admin` or `member`.
        #[cfg_attr(feature = "schema", schemars(extend("enum" = ["admin", "member"])))]
        role: RoomRole,
    }

    /// `GET /rooms/{id}/members`.
    MembersQuery {
        /// Only who is (or is not) connected.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        online: Option<bool>,
        /// 1..=100, 50 where absent.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = crate::MAX_PAGE)))]
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        limit: Option<u32>,
        /// `next_cursor` of the page before.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        cursor: Option<String>,
    }

    /// `GET /rooms/{id}/messages`: at most one of `before`, `after` and `around`.
    PageQuery {
        /// The newest below this `seq`.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        before: Option<u64>,
        /// The oldest above this `seq`.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        after: Option<u64>,
        /// Half below, this one and half above.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        around: Option<u64>,
        /// 1..=100, 50 where absent.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = crate::MAX_PAGE)))]
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        limit: Option<u32>,
    }

    /// `GET /rooms/{id}/changes`.
    ChangesQuery {
        /// The last `rev` one has.
        since: u64,
        /// The store's, as one knows it.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        epoch: Option<crate::Epoch>,
        /// 1..=100, 50 where absent.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = crate::MAX_PAGE)))]
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        limit: Option<u32>,
    }

    /// `POST /rooms/{id}/messages`.
    NewMessage {
        /// Chosen by the client, once per message: a retry with it posts nothing twice.
        client_id: ClientId,
        /// What it says.
        body: MessageBody,
        /// A message of the same room.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        reply_to: Option<MessageId>,
    }

    /// `PATCH /rooms/{id}/messages/{id}`.
    BodyEdit {
        /// What it says from now on.
        body: MessageBody,
    }

    /// `PUT /rooms/{id}/marks`: only forward, cut to head; `read` raises `delivered`.
    MarksUpdate {
        /// Everything up to this `seq` reached the client.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        delivered: Option<u64>,
        /// Everything up to this `seq` was seen.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        read: Option<u64>,
    }
}

/// Which rooms `GET /rooms` lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RoomsScope {
    /// Public rooms one can join.
    Public,
}

macro_rules! secret_requests {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attr:meta])* $field:ident: $type:ty,)* })+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$attr])* pub $field: $type,)* }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )+};
}

secret_requests! {
    /// `POST /sessions`. Plain texts: a name or password that no account can have is a failed
    /// login like any other.
    NewSession {
        /// Any case.
        username: String,
        /// As typed.
        password: String,
    }

    /// `PUT /users/me/password`.
    PasswordChange {
        /// As typed.
        current: String,
        /// Strong: zxcvbn score 3 or better.
        new: Password,
    }

    /// `POST /password-checks`: nothing of it is kept or logged.
    PasswordCheck {
        /// As typed so far.
        password: String,
        /// A password like it is weak.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        username: Option<String>,
        /// A password like it is weak.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        email: Option<String>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_is_no_way_to_leave_something_out() {
        let kept: UserUpdate = serde_json::from_str(r#"{"status_text":""}"#).unwrap();
        assert_eq!(kept.status_text.unwrap().as_str(), "");
        assert!(serde_json::from_str::<UserUpdate>("{}").is_ok());
        for json in [
            r#"{"status_text":null}"#,
            r#"{"gender":null}"#,
            r#"{"role":null}"#,
        ] {
            assert!(serde_json::from_str::<UserUpdate>(json).is_err(), "{json}");
        }
        let mark = r#"{"delivered":1,"read":null}"#;
        assert!(serde_json::from_str::<MarksUpdate>(mark).is_err());
    }
}
