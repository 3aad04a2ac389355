//! What was refused, by error code.

use shared::ErrorCode;

use crate::counter::Counter;

/// A counter for each code.
#[derive(Debug, Default)]
pub struct Rejections([Counter; ErrorCode::ALL.len()]);

impl Rejections {
    /// One more.
    pub fn count(&self, code: ErrorCode) {
        let place = ErrorCode::ALL.iter().position(|one| *one == code);
        if let Some(counter) = place.and_then(|place| self.0.get(place)) {
            counter.add(1);
        }
    }

    /// How many of each, in the order of [`ErrorCode::ALL`].
    pub fn counts(&self) -> [u64; ErrorCode::ALL.len()] {
        std::array::from_fn(|place| self.0[place].get())
    }
}
