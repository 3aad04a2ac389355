//! A client that reads nothing for now.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use actix_web::rt::time::{Instant, Sleep, sleep};
use tokio::{io::Interest, net::TcpStream};

use super::wire::Wire;

/// A client whose kernel takes nothing for so long is let go, and resumes when it can.
pub(super) const PATIENCE: Duration = Duration::from_secs(8);

/// The wait for room in the kernel's send buffer. Made when it is full, so that a client that
/// reads costs neither a registration nor a timer.
pub(super) struct Stall {
    socket: TcpStream,
    ends_at: Pin<Box<Sleep>>,
    taken: u64,
}

impl Stall {
    /// Begins now.
    ///
    /// # Errors
    /// When the socket cannot be watched.
    pub fn new(wire: &Wire) -> io::Result<Self> {
        Ok(Self {
            socket: wire.watched()?,
            ends_at: Box::pin(sleep(PATIENCE)),
            taken: 0,
        })
    }

    /// Whether to try again, when there may be room; false when patience is over. `taken` tells
    /// progress: it has grown when the kernel took something since the last call.
    pub fn poll_end(&mut self, taken: u64, cx: &mut Context<'_>) -> Poll<bool> {
        if taken > self.taken {
            self.taken = taken;
            self.ends_at.as_mut().reset(Instant::now() + PATIENCE);
        }
        if self.ends_at.as_mut().poll(cx).is_ready() {
            return Poll::Ready(false);
        }
        if ready!(self.socket.poll_write_ready(cx)).is_err() {
            return Poll::Ready(false);
        }
        // Forgotten before the next try: room that comes after it is not overlooked.
        let forget = || io::Result::<()>::Err(io::ErrorKind::WouldBlock.into());
        let _ = self.socket.try_io(Interest::WRITABLE, forget);
        Poll::Ready(true)
    }
}
