//! What this process asks of the kernel before it serves.

use rustix::{
    process::{Resource, Rlimit, getrlimit, setrlimit},
    thread::disable_transparent_huge_pages,
};

/// Raises the number of descriptors to what the system allows, since a connection takes two; and
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
