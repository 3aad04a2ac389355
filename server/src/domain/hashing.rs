//! The threads that hash passwords: as many as there are cores, and less urgent than whatever
//! serves connections, so that a flood of log-ins takes only what those leave.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
};

use tokio::sync::oneshot;

use crate::process;

type Job = Box<dyn FnOnce() + Send>;

/// Threads that work off one queue, and end with it.
pub(super) struct HashingThreads {
    queue: mpsc::Sender<Job>,
}

impl HashingThreads {
    /// So many.
    pub fn new(count: usize) -> Self {
        let (queue, jobs) = mpsc::channel::<Job>();
        let jobs = Arc::new(Mutex::new(jobs));
        for _ in 0..count {
            let jobs = Arc::clone(&jobs);
            let started = thread::Builder::new()
                .name("parlor-hash".to_owned())
                .spawn(move || run(&jobs));
            if let Err(error) = started {
                tracing::error!(%error, "a thread for hashing passwords could not be started");
            }
        }
        Self { queue }
    }

    /// Does the job after those that wait already; nobody may wait for its end any more.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<T> {
        let (done, waiting) = oneshot::channel();
        let job = Box::new(move || drop(done.send(job())));
        let gone = || io::Error::other("no thread hashes passwords any more");
        self.queue.send(job).map_err(|_| gone())?;
        waiting.await.map_err(|_| gone())
    }
}

fn run(jobs: &Mutex<mpsc::Receiver<Job>>) {
    process::give_way();
    loop {
        // One waits for the next job while the others wait for their turn to.
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else { return };
        // A job that panics answers nothing; the thread goes on.
        let _ = catch_unwind(AssertUnwindSafe(job));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn jobs_are_done_and_one_that_panics_takes_no_thread_with_it() {
        let threads = HashingThreads::new(1);
        assert_eq!(threads.run(|| 1).await.unwrap(), 1);
        assert!(threads.run(|| panic!("on purpose")).await.is_err());
        assert_eq!(threads.run(|| 2).await.unwrap(), 2);
    }

    #[tokio::test]
    async fn they_give_way_and_whoever_asks_does_not() {
        let niceness = || rustix::process::getpriority_process(Some(rustix::thread::gettid()));
        let before = niceness().unwrap();
        let theirs = HashingThreads::new(1).run(niceness).await.unwrap().unwrap();
        assert_eq!(theirs, process::NICENESS.max(before));
        assert_eq!(niceness().unwrap(), before);
    }
}
