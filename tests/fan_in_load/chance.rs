//! Random choices that a seed reproduces.

use std::env;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash, RandomState};

const SEED: &str = "FAN_IN_LOAD_SEED";

/// A choice depends on the seed and on the question, not on which thread asks first.
#[derive(Clone, Copy)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new() -> Self {
        let seed = match env::var(SEED) {
            Ok(seed) => seed.parse().unwrap(),
            Err(_) => RandomState::new().hash_one(SEED),
        };
        // `cargo test` shows the seed if the test fails.
        println!("{SEED}={seed}");
        Self(seed)
    }

    /// Returns a number below the limit.
    pub(crate) fn below(self, limit: u64, question: impl Hash) -> u64 {
        self.bits(question) % limit
    }

    /// Returns a number of 64 random bits.
    pub(crate) fn bits(self, question: impl Hash) -> u64 {
        BuildHasherDefault::<DefaultHasher>::default().hash_one((self.0, question))
    }

    pub(crate) fn shuffle<T>(self, all: &mut [T], question: impl Hash) {
        for last in (1..all.len()).rev() {
            let other = self.below(last as u64 + 1, (last, &question));
            all.swap(last, usize::try_from(other).unwrap());
        }
    }
}
