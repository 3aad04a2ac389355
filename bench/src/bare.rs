//! The bare peer: what a fan-out costs when there is nothing but epoll and our own frames.
//!
//! It is the 1.00 line of the transport rows. Whatever one read brought is sent to each socket in
//! one write, so a burst is gathered; one message is one send per socket. No rooms, no names, no
//! heartbeats: everybody hears everything.

use std::{
    io::{ErrorKind, Read, Write},
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use mio::{
    Events, Interest, Poll, Registry, Token,
    net::{TcpListener, TcpStream},
};
use nix::sys::socket::{setsockopt, sockopt::TcpNoDelay};

use crate::ws;

const LISTENER: Token = Token(usize::MAX);
const READ_BYTES: usize = 64 * 1024;
const ANSWER: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\
    Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

/// How it fans out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gather {
    /// One write per socket for whatever one read brought.
    Burst,
    /// One write per socket and message: for proving the generator.
    Never,
}

/// One socket.
struct Peer {
    stream: TcpStream,
    is_open: bool,
    /// What came of a request or frame that is not whole yet.
    rest: Vec<u8>,
    /// What the kernel did not take yet.
    out: Vec<u8>,
}

/// Listens on a free port of loopback, says where, and ends after that time.
pub fn serve(lives: Duration, gather: Gather) -> Result<()> {
    let mut listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    let mut poll = Poll::new()?;
    poll.registry()
        .register(&mut listener, LISTENER, Interest::READABLE)?;
    crate::say(&format!("up {}", listener.local_addr()?))?;

    let end = Instant::now() + lives;
    let mut events = Events::with_capacity(512);
    let mut peers: Vec<Option<Peer>> = Vec::new();
    let mut buffer = vec![0; READ_BYTES];
    let mut messages = Vec::new();
    while Instant::now() < end {
        poll.poll(&mut events, Some(Duration::from_secs(1)))
            .or_else(|error| match error.kind() {
                ErrorKind::Interrupted => Ok(()),
                _ => Err(error),
            })?;
        for event in &events {
            if event.token() == LISTENER {
                accept(&listener, poll.registry(), &mut peers)?;
                continue;
            }
            let place = &mut peers[event.token().0];
            let Some(peer) = place else { continue };
            if peer.attend(&mut buffer, &mut messages).is_err() {
                *place = None;
            }
            fan_out(&mut peers, &mut messages, gather);
        }
    }
    Ok(())
}

fn accept(
    listener: &TcpListener,
    registry: &Registry,
    peers: &mut Vec<Option<Peer>>,
) -> Result<()> {
    loop {
        let mut stream = match listener.accept() {
            Ok((stream, _)) => stream,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error).context("cannot accept"),
        };
        setsockopt(&stream, TcpNoDelay, &true)?;
        let interest = Interest::READABLE | Interest::WRITABLE;
        registry.register(&mut stream, Token(peers.len()), interest)?;
        peers.push(Some(Peer {
            stream,
            is_open: false,
            rest: Vec::new(),
            out: Vec::new(),
        }));
    }
}

/// Sends what was heard to everybody; who cannot be sent to is forgotten.
fn fan_out(peers: &mut [Option<Peer>], messages: &mut Vec<Vec<u8>>, gather: Gather) {
    if gather == Gather::Burst && messages.len() > 1 {
        *messages = vec![messages.concat()];
    }
    for message in messages.drain(..) {
        for place in peers.iter_mut() {
            let is_lost = place
                .as_mut()
                .is_some_and(|peer| peer.is_open && peer.send(&message).is_err());
            if is_lost {
                *place = None;
            }
        }
    }
}

impl Peer {
    /// Reads all there is; each whole frame goes, framed anew, into `messages`.
    fn attend(&mut self, buffer: &mut [u8], messages: &mut Vec<Vec<u8>>) -> Result<()> {
        self.flush()?;
        loop {
            match self.stream.read(buffer) {
                Ok(0) => anyhow::bail!("closed"),
                Ok(count) => self.rest.extend_from_slice(&buffer[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error.into()),
            }
        }
        if !self.is_open {
            let Some(end) = self.rest.windows(4).position(|four| four == b"\r\n\r\n") else {
                return Ok(());
            };
            self.rest.drain(..end + 4);
            self.is_open = true;
            self.send(ANSWER)?;
        }
        let mut used = 0;
        while let Some((frame, length)) = ws::unmask_first(&mut self.rest[used..])? {
            if frame.opcode == ws::TEXT {
                let mut message = Vec::with_capacity(frame.payload.len() + 4);
                ws::put_plain(ws::TEXT, frame.payload, &mut message);
                messages.push(message);
            }
            used += length;
        }
        self.rest.drain(..used);
        Ok(())
    }

    fn send(&mut self, bytes: &[u8]) -> Result<()> {
        if !self.out.is_empty() {
            self.out.extend_from_slice(bytes);
            return Ok(());
        }
        let sent = self.write(bytes)?;
        self.out.extend_from_slice(&bytes[sent..]);
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        if !self.out.is_empty() {
            let out = std::mem::take(&mut self.out);
            let sent = self.write(&out)?;
            self.out = out;
            self.out.drain(..sent);
        }
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        match self.stream.write(bytes) {
            Ok(sent) => Ok(sent),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(0),
            Err(error) => Err(error).context("cannot send"),
        }
    }
}
