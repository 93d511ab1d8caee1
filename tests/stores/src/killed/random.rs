//! Random numbers.

use std::hash::{BuildHasher, RandomState};

/// Its seed is printed, so that a failure can be looked at; what the machine does is chance as well.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new() -> Self {
        let seed = RandomState::new().hash_one(0);
        println!("seed {seed}");
        Self(seed | 1)
    }

    /// A number below this.
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
