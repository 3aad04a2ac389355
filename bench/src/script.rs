//! What is said in one room of a run: every body is made once and remembered for the checks.

use std::ops::Range;

/// The size of a body: `performance.md`'s 200 bytes.
pub const BODY_BYTES: usize = 200;

/// Bodies remembered. More than can be on their way in any row (a burst is 64).
const REMEMBERED: usize = 1_024;

const NUMBER: Range<usize> = 0..8;
const TIME: Range<usize> = 9..25;
const LAST: Range<usize> = BODY_BYTES - 8..BODY_BYTES;

/// The bodies of one room, numbered from 0. Each holds its number at both ends, the time it was
/// meant to be sent, and a filler that differs from room to room; so a body that is another one's,
/// cut, or put together from two is not equal to the one that was said.
#[derive(Debug)]
pub struct Script {
    ring: Vec<u8>,
    next: u64,
}

impl Script {
    /// An empty one, whose filler follows from the seed.
    pub fn new(seed: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        // Nothing that JSON would have to escape: its cost is not what is measured.
        let filler: Vec<u8> = (0..BODY_BYTES).map(|_| rng.alphanumeric() as u8).collect();
        Self {
            ring: filler.repeat(REMEMBERED),
            next: 0,
        }
    }

    /// How many bodies were said.
    pub fn len(&self) -> u64 {
        self.next
    }

    /// Makes the next body, meant to be sent at that time.
    pub fn say(&mut self, intended_us: u64) -> &[u8] {
        let number = self.next;
        self.next += 1;
        let place = place_of(number);
        let body = &mut self.ring[place];
        let digits = number & 0xFFFF_FFFF;
        put_hex(&mut body[NUMBER], digits);
        put_hex(&mut body[TIME], intended_us);
        put_hex(&mut body[LAST], digits);
        body
    }

    /// The body of that number; None where it was never said, or so long ago that it is forgotten.
    pub fn body(&self, number: u64) -> Option<&[u8]> {
        let is_known = number < self.next && self.next - number <= REMEMBERED as u64;
        is_known.then(|| &self.ring[place_of(number)])
    }
}

/// When this body was meant to be sent; None for what is no body.
pub fn intended_us(body: &[u8]) -> Option<u64> {
    let digits = std::str::from_utf8(body.get(TIME)?).ok()?;
    u64::from_str_radix(digits, 16).ok()
}

fn place_of(number: u64) -> Range<usize> {
    let place = usize::try_from(number % REMEMBERED as u64).unwrap_or_default();
    let begin = place * BODY_BYTES;
    begin..begin + BODY_BYTES
}

fn put_hex(place: &mut [u8], mut value: u64) {
    for digit in place.iter_mut().rev() {
        *digit = b"0123456789abcdef"[(value & 0xF) as usize];
        value >>= 4;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_bodies_are_equal_and_each_knows_its_time() {
        let (mut here, mut there) = (Script::new(1), Script::new(2));
        let first = here.say(7).to_vec();
        assert_eq!(first.len(), BODY_BYTES);
        assert_eq!(intended_us(&first), Some(7));
        assert_ne!(first, there.say(7), "another room");
        assert_ne!(first, here.say(7), "another number");
    }

    #[test]
    fn only_what_was_said_lately_is_known() {
        let mut script = Script::new(1);
        assert_eq!(script.body(0), None);
        for _ in 0..=REMEMBERED {
            script.say(0);
        }
        assert_eq!(script.body(0), None, "forgotten");
        assert!(script.body(1).is_some());
        assert_eq!(script.body(REMEMBERED as u64 + 1), None, "not yet said");
    }
}
