//! A connection's own way into the kernel, past actix's write buffer: the fan-out writes to the
//! socket itself, and neither copies a frame nor wakes a task for it.
//!
//! Two writers on one socket must never interleave. actix asks a body for more only while its
//! write buffer holds less than the configured size; with that size at [`WRITE_BUFFER`] it asks
//! when the buffer is empty and never else. So a body that is asked knows that all that was to be
//! sent before it (the 101 included) is in the kernel, and as long as it yields nothing, nothing
//! is added. From then on the wire is the only writer. `api::wire` proves it against the library.

use std::{
    io::{self, IoSlice},
    os::fd::AsFd,
    rc::Rc,
};

use socket2::Socket;
use tokio::net::TcpStream;

/// What `HttpServer::h1_write_buffer_size` must be for a wire to be sound.
pub const WRITE_BUFFER: usize = 1;

/// A second descriptor of a connection's socket. The connection is closed when all are, so who
/// keeps one must let it go with the connection.
#[derive(Debug, Clone)]
pub struct Wire(Rc<Socket>);

impl Wire {
    /// Of a plain TCP connection. Not of one that is encrypted by this process.
    ///
    /// # Errors
    /// When there are no descriptors left.
    pub fn of(stream: &impl AsFd) -> io::Result<Self> {
        let socket = stream.as_fd().try_clone_to_owned()?;
        Ok(Self(Rc::new(socket.into())))
    }

    /// A third descriptor, which tells when the kernel takes more. Nothing is written to it.
    ///
    /// # Errors
    /// When there are no descriptors left.
    pub(super) fn watched(&self) -> io::Result<TcpStream> {
        TcpStream::from_std(self.0.try_clone()?.into())
    }

    /// Gives the kernel what it takes now.
    ///
    /// # Errors
    /// `WouldBlock` when it takes nothing; anything else means that the connection is over.
    pub(super) fn send(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        const FLAGS: i32 = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
        loop {
            let sent = match slices {
                [one] => self.0.send_with_flags(one, FLAGS),
                several => self.0.send_vectored_with_flags(several, FLAGS),
            };
            match sent {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                sent => return sent,
            }
        }
    }
}
