//! A thread for the driver: its connections, monitors and our own tasks belong to it, so that no
//! worker's end takes a connection with it, and no busy worker holds up the others' answers.

use std::{future::Future, io, sync::Arc, thread};

use tokio::{
    runtime::{Builder, Handle},
    sync::watch,
    task::JoinHandle,
};

/// The way to it. It ends with the last of its clones, or by [`DriverThread::stop`].
#[derive(Clone)]
pub struct DriverThread {
    handle: Handle,
    stop: Arc<watch::Sender<bool>>,
}

impl DriverThread {
    /// Starts the thread.
    pub fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, mut stopped) = watch::channel(false);
        thread::Builder::new()
            .name("parlor-store".to_owned())
            .spawn(move || {
                // An error says that nobody can stop it any more, which is the same.
                let _ = runtime.block_on(stopped.wait_for(|is_over| *is_over));
                runtime.shutdown_background();
            })?;
        Ok(Self {
            handle,
            stop: Arc::new(stop),
        })
    }

    /// Runs a task there.
    pub fn spawn<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.handle.spawn(task)
    }

    /// Ends the thread and every task on it.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }
}
