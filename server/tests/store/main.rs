//! The store contract: every sentence of the traits' docs, on every backend.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
