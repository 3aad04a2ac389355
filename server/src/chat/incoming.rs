//! What the client of a WebSocket says, as it comes.

use std::{
    cell::RefCell,
    pin::Pin,
    task::{Context, Poll},
};

use actix_web::error::PayloadError;
use bytes::Bytes;
use futures_core::Stream;

use super::wire::Wire;

/// Bytes that are read at a time.
const AT_A_TIME: usize = 16 * 1024;

thread_local! {
    /// What all connections of a worker read into, one after the other: none keeps a buffer while
    /// its client says nothing.
    static BUFFER: RefCell<Box<[u8]>> = RefCell::new(vec![0; AT_A_TIME].into());
}

/// The bytes of one client.
pub(super) struct Incoming {
    wire: Wire,
    early: Bytes,
}

impl Incoming {
    /// From this wire, after what came early.
    pub fn new(wire: Wire, early: Bytes) -> Self {
        Self { wire, early }
    }
}

impl Stream for Incoming {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if !self.early.is_empty() {
            return Poll::Ready(Some(Ok(std::mem::take(&mut self.early))));
        }
        BUFFER.with_borrow_mut(|buffer| {
            self.wire
                .poll_receive(buffer, cx)
                .map(|received| match received {
                    Ok(0) => None,
                    Ok(len) => Some(Ok(Bytes::copy_from_slice(&buffer[..len]))),
                    Err(error) => Some(Err(PayloadError::Io(error))),
                })
        })
    }
}
