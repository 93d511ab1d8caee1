//! Hashes of keys.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

use foldhash::SharedSeed;
use foldhash::quality::SeedableRandomState;

/// The seed is secret: keys come from outside, and an attacker who knew it could make them collide.
static SEED: LazyLock<SharedSeed> = LazyLock::new(|| SharedSeed::from_u64(random()));

/// Computes a store's own hashes.
///
/// Keys of one shard in one store spread over all shards of another store.
pub(super) struct Hasher(SeedableRandomState);

impl Hasher {
    pub(super) fn new() -> Self {
        Self(SeedableRandomState::with_seed(random(), &SEED))
    }

    pub(super) fn hash(&self, key: &str) -> u64 {
        self.0.hash_one(key)
    }
}

/// Returns a random number from the operating system, as the standard library's hashes do.
fn random() -> u64 {
    RandomState::new().hash_one(0)
}
