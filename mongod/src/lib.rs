//! Real MongoDB servers for tests: found or fetched, started, stalled, killed, restarted.
//!
//! For tests on loopback only. It knows of MongoDB what it takes to start one; what is stored in it
//! is the business of the driver, which this crate does without.

mod binary;
mod bson;
mod directory;
mod guard;
mod port;
mod server;
mod wire;

pub use binary::Binary;
pub use directory::fast_directory;
pub use server::{Kind, Mongod};
