//! The API over real sockets.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod accounts;
mod bans;
mod direct;
mod harness;
mod history;
mod login;
mod marks;
mod members;
mod messages;
mod presence;
mod refresh;
mod resume;
mod rooms;
mod sse;
mod tickets;
mod typing;
mod users;
