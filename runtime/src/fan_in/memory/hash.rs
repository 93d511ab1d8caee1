//! Which hash a key has.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

use foldhash::SharedSeed;
use foldhash::quality::SeedableRandomState;

/// Nobody else knows it: keys come from outside, and may be made to have the same hash by whoever does.
static SEED: LazyLock<SharedSeed> = LazyLock::new(|| SharedSeed::from_u64(random()));

/// A hash of a store's own, so that what one store's shards have in common another's have not.
pub(super) struct Hasher(SeedableRandomState);

impl Hasher {
    pub(super) fn new() -> Self {
        Self(SeedableRandomState::with_seed(random(), &SEED))
    }

    pub(super) fn hash(&self, key: &str) -> u64 {
        self.0.hash_one(key)
    }
}

/// From the operating system, as the standard library's hashes have it.
fn random() -> u64 {
    RandomState::new().hash_one(0)
}
