//! A room's live frames, waiting while the room is resumed.

use super::frame::Frame;

/// Frames that wait. Beyond it the resume reads the store once more instead: the store is the
/// larger buffer.
const MAX_FRAMES: usize = 256;

/// What waits of one room.
#[derive(Debug, Default)]
pub(super) struct Hold {
    frames: Vec<(u64, Frame)>,
    has_overflowed: bool,
}

impl Hold {
    /// A live frame with its number.
    pub fn push(&mut self, rev: u64, frame: Frame) {
        if self.frames.len() < MAX_FRAMES && !self.has_overflowed {
            self.frames.push((rev, frame));
        } else {
            self.has_overflowed = true;
            self.frames.clear();
        }
    }

    /// A read of the store begins: all that came before it is in what it reads, since nothing is
    /// published before it is committed.
    pub fn restart(&mut self) {
        self.frames.clear();
        self.has_overflowed = false;
    }

    /// What comes after `head`, in order; itself back when some of it was not kept.
    pub fn after(self, head: u64) -> Result<impl Iterator<Item = Frame>, Self> {
        if self.has_overflowed {
            return Err(self);
        }
        Ok(self
            .frames
            .into_iter()
            .filter(move |(rev, _)| *rev > head)
            .map(|(_, frame)| frame))
    }
}

#[cfg(test)]
mod tests {
    use shared::ServerFrame;

    use super::*;

    fn frame() -> Frame {
        Frame::encode(&ServerFrame::Pong {}, None)
    }

    #[test]
    fn what_the_read_covered_is_not_said_again() {
        let mut hold = Hold::default();
        for rev in 1..=5 {
            hold.push(rev, frame());
        }
        assert_eq!(hold.after(3).map(Iterator::count).ok(), Some(2));
    }

    #[test]
    fn more_than_fits_asks_for_another_read() {
        let mut hold = Hold::default();
        for rev in 0..=256 {
            hold.push(rev, frame());
        }
        let mut hold = hold.after(0).err().expect("it overflowed");
        hold.restart();
        hold.push(300, frame());
        assert_eq!(hold.after(299).map(Iterator::count).ok(), Some(1));
    }
}
