//! A connection that has left actix-http for good: read and written by nobody but the live side.
//!
//! The fan-out writes to the socket itself, and neither copies a frame nor wakes a task for it.

use std::{
    io::{self, IoSlice},
    net::Shutdown,
    rc::Rc,
    task::{Context, Poll, ready},
    time::Duration,
};

use actix_web::rt::time::timeout;
use socket2::SockRef;
use tokio::{io::Interest, net::TcpStream};

use super::drain::Stay;

/// How long a client may take to read what was last said to it and to hang up, too. Its kernel has
/// what is on its way already; but where it talks on without having read, whoever closes sooner
/// answers that with a reset, and takes back what its kernel had no room for.
const LINGER: Duration = Duration::from_secs(3);

/// A plain TCP connection. It is closed when all who keep it have let go.
#[derive(Debug, Clone)]
pub struct Wire(Rc<Stream>);

#[derive(Debug)]
struct Stream {
    tcp: TcpStream,
    _stay: Stay,
}

impl Wire {
    /// Over this connection, which nobody else reads or writes from now on. A stop waits until it is
    /// closed.
    pub fn new(tcp: TcpStream, stay: Stay) -> Self {
        Self(Rc::new(Stream { tcp, _stay: stay }))
    }

    /// Gives the kernel what it takes now.
    ///
    /// # Errors
    /// `WouldBlock` when it takes nothing; anything else means that the connection is over.
    pub(super) fn send(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        const FLAGS: i32 = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
        let socket = SockRef::from(&self.0.tcp);
        loop {
            let sent = match slices {
                [one] => socket.send_with_flags(one, FLAGS),
                several => socket.send_vectored_with_flags(several, FLAGS),
            };
            match sent {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                sent => return sent,
            }
        }
    }

    /// Waits until the kernel may take something.
    ///
    /// # Errors
    /// When the connection is over.
    pub(super) fn poll_room(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.0.tcp.poll_write_ready(cx))?;
        // Before the next try: room that comes after it is not overlooked.
        self.forget(Interest::WRITABLE);
        Poll::Ready(Ok(()))
    }

    /// Takes what came into `buffer`, which is not empty; its length, 0 when no more will come.
    ///
    /// # Errors
    /// When the connection is over.
    pub(super) fn poll_receive(
        &self,
        buffer: &mut [u8],
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.0.tcp.poll_read_ready(cx))?;
            match self.0.tcp.try_read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Ok(len) if len > 0 && len < buffer.len() => {
                    // It was all there is: the next read need not ask the kernel.
                    self.forget(Interest::READABLE);
                    return Poll::Ready(Ok(len));
                }
                received => return Poll::Ready(received),
            }
        }
    }

    /// Forgets that the kernel said it was ready: it says so again when something changes.
    fn forget(&self, interest: Interest) {
        let blocked = || io::Result::<()>::Err(io::ErrorKind::WouldBlock.into());
        let _ = self.0.tcp.try_io(interest, blocked);
    }

    /// Sends all of it, for as long as that takes.
    ///
    /// # Errors
    /// When the connection is over.
    pub async fn send_all(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            self.0.tcp.writable().await?;
            match self.0.tcp.try_write(bytes) {
                Ok(len) => bytes = &bytes[len..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Ends the connection after all that was sent. What still comes is read and dropped for a
    /// while: unread, it would turn the end into a reset, and the client would not see the last of it.
    pub async fn hang_up(self) {
        if SockRef::from(&self.0.tcp)
            .shutdown(Shutdown::Write)
            .is_err()
        {
            return;
        }
        let _ = timeout(LINGER, async {
            while self.0.tcp.readable().await.is_ok() && self.discard() {}
        })
        .await;
    }

    /// Drops what came; false when no more will come.
    fn discard(&self) -> bool {
        match self.0.tcp.try_read(&mut [0; 4 * 1024]) {
            Ok(len) => len > 0,
            Err(error) => error.kind() == io::ErrorKind::WouldBlock,
        }
    }
}
