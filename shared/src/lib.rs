//! What Parlor's server and client both know: ids, limits, validated input, wire types and frames.
//!
//! Plain data: no clock, no I/O, no web, no database. `docs/protocol.md` is this crate in prose.

#![warn(missing_docs)]

mod error;
mod frame;
mod id;
mod input;
mod invitation;
mod limits;
mod message;
mod password;
mod request;
mod response;
mod room;
mod ticks;
mod time;
mod user;

pub use error::{ApiError, ErrorCode};
pub use frame::{ClientFrame, CloseCode, ResetReason, RoomHead, ServerFrame};
pub use id::{ClientId, Epoch, IdError, InvitationId, MessageId, RoomId, SessionId, UserId};
pub use input::{
    DisplayName, Email, InputError, MessageBody, RoomName, StatusText, Title, Topic, Username,
};
pub use invitation::{Invitation, Registration};
pub use limits::*;
pub use message::{Message, MessageState};
pub use password::Password;
pub use request::{
    BodyEdit, ChangesQuery, MarksUpdate, MembersQuery, NewInvitation, NewMessage, NewRoom,
    NewSession, NewUser, PageQuery, PasswordChange, PasswordCheck, RoleUpdate, RoomUpdate,
    RoomsQuery, RoomsScope, UserUpdate, UsersQuery,
};
pub use response::{
    Bans, InvitationAnswer, Invitations, LoggedIn, MarksAnswer, MemberAnswer, Members,
    MessageAnswer, MessagePage, PasswordScore, PublicRooms, RegistrationAnswer, RoomAnswer, Rooms,
    Sessions, Ticket, UserAnswer, Users,
};
pub use room::{Ban, DirectRoom, Marks, Member, MyRoom, NamedRoom, Room, RoomRole, Visibility};
pub use ticks::{Lowest, Ticks};
pub use time::Timestamp;
pub use user::{
    Activity, DeletedUser, Gender, Presence, PresenceState, Profile, ServerRole, Session, User,
};
