//! What is asked of each connection's socket when it comes.

use std::{any::Any, time::Duration};

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::{dev::Extensions, rt::net::TcpStream};

/// A peer that acknowledges nothing for so long is gone; also one that reads nothing.
const USER_TIMEOUT: Duration = Duration::from_secs(20);
/// Bytes that wait in the kernel to be sent, beyond what the peer's window has room for. What more a
/// slow reader leaves waiting fills its outbox, where it is bounded, counted and noticed; the
/// kernel alone would take four megabytes first. Not less: a burst of long messages is a megabyte,
/// and whoever reads should get it.
const UNSENT: u32 = 1024 * 1024;

/// As [`set_up`], of a connection that this process encrypts.
pub(super) fn set_up_encrypted(io: &dyn Any, _: &mut Extensions) {
    if let Some(stream) = io.downcast_ref::<TlsStream<TcpStream>>() {
        set_up(stream.get_ref().0);
    }
}

/// Small frames go out at once; a dead peer is noticed by the kernel.
pub(super) fn set_up(stream: &TcpStream) {
    let socket = socket2::SockRef::from(stream);
    let result = socket
        .set_tcp_nodelay(true)
        .and_then(|()| socket.set_tcp_user_timeout(Some(USER_TIMEOUT)))
        .and_then(|()| socket.set_tcp_notsent_lowat(UNSENT));
    if let Err(error) = result {
        // Gone already, most likely.
        tracing::debug!(%error, "a connection could not be set up");
    }
}
