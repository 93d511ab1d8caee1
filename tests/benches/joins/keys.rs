//! Keys of 36 bytes, like UUIDs.

use std::fmt::Write;

const LEN: usize = 36;

/// A generator that is random enough, and the same in every run.
pub(super) struct Keys(u64);

impl Keys {
    pub(super) fn new() -> Self {
        Self(0)
    }

    /// Returns new keys. They are adjacent in memory and never freed: freed keys would leave holes, which the store
    /// would fill.
    pub(super) fn next(&mut self, count: usize) -> Vec<&'static str> {
        let mut keys = String::with_capacity(count * LEN);
        for _ in 0..count {
            self.write(&mut keys);
        }
        let keys: &'static str = keys.leak();
        (0..count)
            .map(|number| &keys[number * LEN..(number + 1) * LEN])
            .collect()
    }

    fn write(&mut self, keys: &mut String) {
        let (high, low) = (self.random(), self.random());
        write!(
            keys,
            "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
            high >> 32,
            high >> 16 & 0xFFFF,
            high >> 4 & 0xFFF,
            low >> 48 & 0xFFF,
            low & 0xFFFF_FFFF_FFFF
        )
        .expect("a string");
    }

    #[expect(clippy::cast_possible_truncation, reason = "it is below a `usize`")]
    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.random() % end as u64) as usize
    }

    /// Mixes a counter, so that each of its bits affects every bit of the result.
    fn random(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 32).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        let mixed = (mixed ^ mixed >> 32).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        mixed ^ mixed >> 32
    }
}
