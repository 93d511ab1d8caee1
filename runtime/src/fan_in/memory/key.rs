//! What finds a join in the table of its shard.

use std::hash::{BuildHasher, RandomState};

/// Holds a key, its hash, and the hasher for the keys of other joins when the table grows.
#[derive(Clone, Copy)]
pub(super) struct Key<'a> {
    pub(super) text: &'a str,
    pub(super) hash: u64,
    hasher: &'a RandomState,
}

impl<'a> Key<'a> {
    pub(super) fn new(text: &'a str, hasher: &'a RandomState) -> Self {
        Self {
            text,
            hash: hasher.hash_one(text),
            hasher,
        }
    }

    /// Returns the hash of another key.
    pub(super) fn hash_of(&self, key: &str) -> u64 {
        self.hasher.hash_one(key)
    }
}

/// Identifies a join, and finds it without its key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct JoinId {
    /// The number of the join, which no other join of its shard ever has.
    pub(super) number: u64,
    /// The hash of its key.
    pub(super) hash: u64,
}
