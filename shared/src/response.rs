//! What REST answers carry. Lenient: clients skip what they do not know.

use serde::{Deserialize, Serialize};

use crate::{
    Ban, Epoch, Invitation, Marks, Member, Message, MyRoom, Registration, Room, Session, Timestamp,
    User,
};

macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attr:meta])* $field:ident: $type:ty,)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct $name { $($(#[$attr])* pub $field: $type,)* }
    )+};
}

answers! {
    /// `GET /registration`.
    RegistrationAnswer {
        /// Who may make an account.
        registration: Registration,
    }

    /// `{invitation}`, with its code.
    InvitationAnswer {
        /// The invitation.
        invitation: Invitation,
    }

    /// `GET /invitations`: those that are still good, newest first, without their codes.
    Invitations {
        /// The invitations.
        invitations: Vec<Invitation>,
    }

    /// `{user}`.
    UserAnswer {
        /// The person.
        user: User,
    }

    /// A page of `GET /users`, by username.
    Users {
        /// The people.
        users: Vec<User>,
        /// Absent on the last page.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_cursor: Option<String>,
    }

    /// What a login and a refresh answer, beside the cookie.
    LoggedIn {
        /// The login.
        session: Session,
        /// Whose it is.
        user: User,
        /// For `Authorization: Bearer`.
        access_token: String,
        /// When the token runs out.
        access_expires_at: Timestamp,
    }

    /// `GET /sessions`, newest use first.
    Sessions {
        /// One's own logins.
        sessions: Vec<Session>,
    }

    /// `POST /tickets`.
    Ticket {
        /// For `?ticket=`, once.
        ticket: String,
        /// When it runs out.
        expires_at: Timestamp,
    }

    /// `POST /password-checks`.
    PasswordScore {
        /// 0 (guessed at once) to 4; 3 is needed.
        score: u8,
        /// What would make it stronger, in sentences; empty where nothing is amiss.
        advice: Vec<String>,
    }

    /// `{room}`.
    RoomAnswer {
        /// The room.
        room: Room,
    }

    /// `GET /rooms`: one's own, newest activity first.
    Rooms {
        /// The rooms.
        rooms: Vec<MyRoom>,
    }

    /// `GET /rooms?scope=public`, by name: public rooms one is not in and not banned from, at
    /// most 100.
    PublicRooms {
        /// The rooms.
        rooms: Vec<Room>,
    }

    /// `{member}`.
    MemberAnswer {
        /// The member.
        member: Member,
    }

    /// A page of `GET /rooms/{id}/members`, by username, deleted people last.
    Members {
        /// The members.
        members: Vec<Member>,
        /// Absent on the last page.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_cursor: Option<String>,
    }

    /// `GET /rooms/{id}/bans`, newest first.
    Bans {
        /// The bans.
        bans: Vec<Ban>,
    }

    /// `{message}`.
    MessageAnswer {
        /// The message.
        message: Message,
    }

    /// A page of history (by `seq`) or of changes (by `rev`), oldest first. The page and its
    /// `head` are one snapshot.
    MessagePage {
        /// The messages.
        messages: Vec<Message>,
        /// The room's, when the page was read.
        head: u64,
        /// The store's.
        epoch: Epoch,
        /// Whether there is more in the direction one pages (with `around`: before it).
        has_more: bool,
        /// Only with `around`: whether there is more after it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        has_newer: Option<bool>,
    }

    /// `{marks}`.
    MarksAnswer {
        /// One's own.
        marks: Marks,
    }
}
