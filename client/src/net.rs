//! Talking to the server: the only part that knows fetch and sockets.

mod accounts;
mod ahead;
mod anonymous;
mod api;
mod backoff;
mod chat;
mod effects;
mod failure;
mod history;
mod keep;
mod live;
mod login;
mod messages;
mod people;
mod presence;
mod request;
mod rooms;
mod socket;
mod unsent;
mod version;

pub use anonymous::{check_password, log_in, refresh, register, registration};
pub use api::Api;
pub use chat::Chat;
pub use failure::Failure;
pub use history::{forget_history, read_history, sweep_history};
pub use keep::{keep_session, kept_session};
pub use login::Login;
pub use unsent::{Unsent, read_unsent};
