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
mod errors;
mod frames;
mod harness;
mod history;
mod login;
mod marks;
mod members;
mod messages;
mod operator;
mod origins;
mod page;
mod presence;
mod refresh;
mod resume;
mod resume_stress;
mod rooms;
mod shutdown;
mod slow;
mod socket_edges;
mod sse;
mod tickets;
mod typing;
mod users;
