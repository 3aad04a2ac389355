//! The addresses of the pages.

use shared::{RoomId, UserId};
use yew_router::Routable;

/// A page.
#[derive(Debug, Clone, PartialEq, Eq, Routable)]
pub enum Route {
    #[at("/login")]
    Login,
    #[at("/register")]
    Register,
    #[at("/")]
    Home,
    /// The list alone: a screen of its own on a phone.
    #[at("/rooms")]
    Rooms,
    /// By id or by public name.
    #[at("/rooms/:room")]
    Room { room: String },
    #[at("/rooms/:room/settings")]
    RoomSettings { room: String },
    /// A room around one of its messages.
    #[at("/rooms/:room/messages/:seq")]
    Message { room: String, seq: u64 },
    #[at("/people/:user")]
    Person { user: String },
    #[at("/browse")]
    Browse,
    #[at("/account")]
    Account,
    #[not_found]
    #[at("/404")]
    NotFound,
}

impl Route {
    /// A room's page.
    pub fn room(room: RoomId) -> Self {
        Self::Room {
            room: room.to_string(),
        }
    }

    /// A room's settings.
    pub fn settings(room: RoomId) -> Self {
        Self::RoomSettings {
            room: room.to_string(),
        }
    }

    /// The private conversation with somebody.
    pub fn person(user: UserId) -> Self {
        Self::Person {
            user: user.to_string(),
        }
    }

    /// Whether it is for those who have no session.
    pub fn is_public(&self) -> bool {
        matches!(self, Self::Login | Self::Register)
    }
}
