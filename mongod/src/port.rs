//! Free ports that stay free while their server is down.

use std::net::{Ipv4Addr, TcpListener};
use std::process;
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::{Context, Result};

/// Below the range from which systems take the ports of outgoing connections (32768 on Linux).
///
/// A killed server's port must not be taken by one of the thousand clients that try to reach it:
/// on loopback a connection can even reach itself.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

static NEXT: AtomicU16 = AtomicU16::new(0);

/// A port on loopback on which nobody listens now, another one each time.
///
/// Another process may still be faster: the caller tries again when its server cannot have it.
pub fn free() -> Result<u16> {
    // Processes start at different places, so that they seldom want the same.
    let start = process::id().wrapping_mul(97) % u32::from(COUNT);
    for _ in 0..COUNT {
        let step = u32::from(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = FIRST + u16::try_from((start + step) % u32::from(COUNT))?;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    None.context("no port is free on 127.0.0.1 from 20000 to 32000")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_given_once_and_never_one_in_use() {
        let first = free().unwrap();
        let _taken = TcpListener::bind((Ipv4Addr::LOCALHOST, first + 1));
        let second = free().unwrap();
        assert!(second > first + 1 || second < first, "{first}, {second}");
        assert!((FIRST..FIRST + COUNT).contains(&second));
    }
}
