//! One page per address.

mod account;
mod browse;
mod chat_room;
mod doorway;
mod home;
mod login;
mod not_found;
mod person;
mod register;
mod room;
mod room_log;
mod room_settings;
mod room_work;
mod shell;
mod shortcuts;

pub use login::LoginPage;
pub use not_found::NotFoundPage;
pub use register::RegisterPage;
pub use shell::{LEFT, Shell};
