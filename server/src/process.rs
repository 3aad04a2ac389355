//! What this process asks of the kernel.

use rustix::{
    process::{Resource, Rlimit, getrlimit, setpriority_process, setrlimit},
    thread::{disable_transparent_huge_pages, gettid},
};

/// How much a thread gives way, of 0 (like all others) to 19. At 10 the kernel gives it about a tenth
/// of what one that serves gets, and all of what nobody else wants.
pub const NICENESS: i32 = 10;

/// Raises the number of descriptors to what the system allows, since each connection takes one; and
/// declines huge pages, which would make the untouched half of every connection's buffers
/// resident. Neither is needed to run: what fails is logged.
pub fn prepare() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current != maximum {
        let raised = Rlimit {
            current: maximum,
            maximum,
        };
        if let Err(error) = setrlimit(Resource::Nofile, raised) {
            tracing::warn!(%error, "the limit of open files could not be raised");
        }
    }
    if let Err(error) = disable_transparent_huge_pages(true) {
        tracing::warn!(%error, "huge pages could not be declined");
    }
}

/// Lowers this thread's priority: what serves connections comes first.
pub fn give_way() {
    if let Err(error) = setpriority_process(Some(gettid()), NICENESS) {
        tracing::debug!(%error, "this thread is as urgent as all others");
    }
}
