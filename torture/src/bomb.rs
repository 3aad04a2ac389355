//! What is small on the wire and large once it is read, or costs much to read.

use std::fmt::Write as _;

/// One of them.
#[derive(Debug)]
pub struct Bomb {
    /// What it is, for a finding.
    pub name: &'static str,
    /// A header line for its body, with its end.
    pub header: &'static str,
    /// What is sent.
    pub bytes: Vec<u8>,
}

impl Bomb {
    fn plain(name: &'static str, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            name,
            header: "",
            bytes: bytes.into(),
        }
    }

    /// Whether its bytes are a compressed text's.
    pub fn is_compressed(&self) -> bool {
        !self.header.is_empty()
    }
}

/// A body may have so many bytes.
const FITS: usize = 16 * 1_024;

/// All kinds.
pub fn all() -> Vec<Bomb> {
    let deep = |open: &str, depth: usize| open.repeat(depth);
    vec![
        Bomb::plain("depth that fits", deep("[", FITS - 1)),
        Bomb::plain("depth of objects", deep("{\"a\":", FITS / 5)),
        Bomb::plain("depth of millions", deep("[", 4 << 20)),
        Bomb::plain("a million keys", keys(1_000_000)),
        Bomb::plain("keys that fit", keys(1_600)),
        Bomb::plain("a number of megabytes", deep("9", 4 << 20)),
        Bomb {
            name: "gzip that fits",
            header: "content-encoding: gzip\r\n",
            bytes: gzip(2 << 20),
        },
        Bomb {
            name: "gzip of a gigabyte",
            header: "content-encoding: gzip\r\n",
            bytes: gzip(1 << 30),
        },
        Bomb {
            name: "deflate that fits",
            header: "content-encoding: deflate\r\n",
            bytes: deflate(2 << 20),
        },
    ]
}

/// An object of so many.
fn keys(count: usize) -> String {
    let mut text = String::from("{\"k\":0");
    for n in 0..count {
        let _ = write!(text, ",\"k{n}\":0");
    }
    text.push('}');
    text
}

/// A gzip file of so many spaces (RFC 1952); its checksum is wrong, which shows only at its end.
fn gzip(len: usize) -> Vec<u8> {
    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    bytes.extend(deflate(len));
    bytes.extend([0; 8]);
    bytes
}

/// So many spaces in one block with the fixed codes (RFC 1951 §3.2.6): one, and then 258 times the
/// last, again and again, in 13 bits each.
fn deflate(len: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    // The last block, with fixed codes.
    bits.put(0b1, 1);
    bits.put(0b01, 2);
    // A literal is its value and 0x30, the most significant bit first.
    bits.put_code(0x30 + u16::from(b' '), 8);
    for _ in 0..len / 258 {
        // Length 258, distance 1.
        bits.put_code(0b1100_0101, 8);
        bits.put_code(0, 5);
    }
    // The end of the block.
    bits.put_code(0, 7);
    bits.bytes
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: u32,
}

impl Bits {
    /// The least significant bit first.
    fn put(&mut self, value: u16, count: u32) {
        for at in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            if let Some(last) = self.bytes.last_mut() {
                *last |= u8::from(value >> at & 1 == 1) << (self.used % 8);
            }
            self.used += 1;
        }
    }

    fn put_code(&mut self, code: u16, count: u32) {
        self.put(code.reverse_bits() >> (16 - count), count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_read_and_the_compressed_ones_hold_a_hundred_times_as_much() {
        // As `zlib.decompress(…, wbits=-15)` reads them.
        let small = deflate(258);
        assert_eq!(small, [0x53, 0x18, 0x05, 0x00]);
        for bomb in all().iter().filter(|bomb| bomb.name.contains("fit")) {
            assert!(
                bomb.bytes.len() < FITS,
                "{}: {}",
                bomb.name,
                bomb.bytes.len()
            );
        }
    }
}
