//! Random numbers.

use std::hash::{BuildHasher, RandomState};

/// A generator whose seed is printed, so that a failure can be examined. The machine's timing is random too.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new() -> Self {
        let seed = RandomState::new().hash_one(0);
        println!("seed {seed}");
        Self(seed | 1)
    }

    /// Returns a number below this.
    pub(super) fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or(0) % most
    }

    pub(super) fn shuffle<T>(&mut self, values: &mut [T]) {
        for place in (1..values.len()).rev() {
            values.swap(place, self.below(place + 1));
        }
    }
}
