//! What MongoDB and its driver report, as a [`StoreError`].

use mongodb::error::{
    Error as DriverError, ErrorKind, TRANSIENT_TRANSACTION_ERROR,
    UNKNOWN_TRANSACTION_COMMIT_RESULT, WriteFailure,
};

use crate::store::StoreError;

/// A unique key was there already.
pub const DUPLICATE_KEY: i32 = 11_000;
/// Another transaction changed the same document.
pub const WRITE_CONFLICT: i32 = 112;

/// Why a piece of work was not done.
#[derive(Debug)]
pub enum Failure {
    /// What the store answers.
    Refused(StoreError),
    /// What the driver reported.
    Driver(DriverError),
    /// Another transaction was quicker: do it again from the start.
    Raced,
}

impl Failure {
    /// A document that should be impossible.
    pub fn unreadable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Refused(StoreError::Backend(error.into()))
    }

    /// Whether the whole transaction may simply be tried again.
    pub fn may_repeat(&self) -> bool {
        match self {
            Self::Raced => true,
            Self::Driver(error) => {
                error.contains_label(TRANSIENT_TRANSACTION_ERROR)
                    || code_of(error)
                        .is_some_and(|code| [DUPLICATE_KEY, WRITE_CONFLICT].contains(&code))
            }
            Self::Refused(_) => false,
        }
    }

    /// Whether a commit may have been done, and may be asked for again.
    pub fn is_unknown_commit(error: &DriverError) -> bool {
        error.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Refused(error)
    }
}

impl From<DriverError> for Failure {
    fn from(error: DriverError) -> Self {
        Self::Driver(error)
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(error) => error,
            Failure::Driver(error) => error.into(),
            Failure::Raced => Refusal::TooManyRaces.unavailable(),
        }
    }
}

impl From<DriverError> for StoreError {
    fn from(error: DriverError) -> Self {
        if may_pass(&error) {
            Self::Unavailable(Box::new(error))
        } else {
            Self::Backend(Box::new(error))
        }
    }
}

/// Why the store does not work, or was not opened: one line for the operator.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// After `close`.
    #[error("the store is closed")]
    Closed,
    /// The server did not answer in time. Whether it did what was asked is unknown.
    #[error("MongoDB did not answer in time")]
    TooSlow,
    /// Other servers were quicker again and again.
    #[error("too many writers at once")]
    TooManyRaces,
    /// A standalone server has no transactions and no change stream, so one Parlor has it.
    #[error(
        "another Parlor is using this database, and this MongoDB is a standalone server: stop the \
         other one, give this one a database of its own, or make MongoDB a replica set (one node \
         will do) to run several servers on it"
    )]
    InUse,
    /// The lease was taken over by another process.
    #[error("another Parlor took this database over")]
    TakenOver,
    /// Made by a later version.
    #[error(
        "the database was made by a newer Parlor (schema {version}, this one knows {known}): \
         upgrade Parlor"
    )]
    Newer {
        /// The database's.
        version: i32,
        /// This binary's.
        known: i32,
    },
    /// Somebody reads its change stream.
    #[error("a Parlor server has this database open: stop it first")]
    Served,
    /// A copy into it was cut short.
    #[error("an unfinished copy: run `parlor copy` again, or drop the database")]
    Unfinished,
    /// No server to be reached.
    #[error("cannot reach MongoDB: {0}; is it running, and is the address right?")]
    Unreachable(String),
    /// A name or password that it does not take, an option it does not know, and the like.
    #[error("MongoDB refused: {0}")]
    Refused(String),
    /// A server of before 2021.
    #[error("this MongoDB is too old: Parlor needs 5.0 or newer")]
    TooOld,
    /// The address cannot be read.
    #[error("the MongoDB address cannot be used: {0}")]
    Address(String),
}

impl Refusal {
    /// As an answer to a call.
    pub fn unavailable(self) -> StoreError {
        StoreError::Unavailable(Box::new(self))
    }
}

/// The server's code for an error, where it answered with one.
pub fn code_of(error: &DriverError) -> Option<i32> {
    match error.kind.as_ref() {
        ErrorKind::Command(command) => Some(command.code),
        ErrorKind::Write(WriteFailure::WriteError(write)) => Some(write.code),
        _ => None,
    }
}

/// Whether it is the network or the server's state, which may come right by itself, rather than a
/// bug.
fn may_pass(error: &DriverError) -> bool {
    // Not primary, shutting down, stepped down, interrupted, no majority in time, cannot lock,
    // out of disk space.
    const PASSING: [i32; 18] = [
        6, 7, 24, 50, 63, 64, 89, 91, 100, 112, 189, 202, 251, 9001, 10_107, 11_600, 11_602, 14_031,
    ];
    match error.kind.as_ref() {
        ErrorKind::Io(_)
        | ErrorKind::ServerSelection { .. }
        | ErrorKind::ConnectionPoolCleared { .. }
        | ErrorKind::DnsResolve { .. }
        | ErrorKind::Authentication { .. }
        | ErrorKind::Write(WriteFailure::WriteConcernError(_)) => true,
        ErrorKind::Command(command) => {
            PASSING.contains(&command.code) || [11_601, 13_435, 13_436].contains(&command.code)
        }
        _ => error.contains_label(TRANSIENT_TRANSACTION_ERROR),
    }
}
