//! Parlor's server: one binary that keeps rooms, tells people what happens in them, and serves
//! the page.
//!
//! The way in: [`http`] and [`chat`] are the transports, [`domain`] decides what is allowed,
//! [`store`] keeps it, and [`hub`] knows who is connected. See `ARCHITECTURE.md`.

pub mod app;
pub mod bus;
pub mod chat;
pub mod clock;
pub mod command;
pub mod config;
pub mod counter;
pub mod data_dir;
pub mod domain;
pub mod error;
pub mod http;
pub mod hub;
pub mod limits;
pub mod logging;
mod process;
pub mod rejections;
pub mod store;
mod tls;
pub mod wire;

pub use clock::Clock;
pub use error::Error;
