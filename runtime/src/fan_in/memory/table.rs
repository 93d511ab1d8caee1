//! The table of a shard's joins.

use hashbrown::HashTable;

use super::join::Join;
use super::key::{JoinId, Key};

/// An empty table of at most this capacity is kept for the next joins.
const FEW: usize = 256;

/// Holds joins by the hashes of their keys. They are boxed, because a table that has just grown is half empty.
pub(super) struct Table(HashTable<Box<Join>>);

impl Table {
    pub(super) fn new() -> Self {
        Self(HashTable::new())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Join> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// Returns the join with this number.
    #[inline]
    pub(super) fn get(&self, id: JoinId) -> Option<&Join> {
        let found = self.0.find(id.hash, |join| join.number == id.number);
        found.map(AsRef::as_ref)
    }

    #[inline]
    pub(super) fn get_mut(&mut self, id: JoinId) -> Option<&mut Join> {
        let found = self.0.find_mut(id.hash, |join| join.number == id.number);
        found.map(AsMut::as_mut)
    }

    /// Returns the join of a key.
    #[inline]
    pub(super) fn find(&self, key: Key<'_>) -> Option<&Join> {
        let found = self.0.find(key.hash, |join| *join.key == *key.text);
        found.map(AsRef::as_ref)
    }

    #[inline]
    pub(super) fn find_mut(&mut self, key: Key<'_>) -> Option<&mut Join> {
        let found = self.0.find_mut(key.hash, |join| *join.key == *key.text);
        found.map(AsMut::as_mut)
    }

    /// Adds a join, whose key no other join has.
    #[inline]
    pub(super) fn insert(&mut self, key: Key<'_>, join: Box<Join>) {
        self.0
            .insert_unique(key.hash, join, |join| key.hash_of(&join.key));
    }

    #[inline]
    pub(super) fn remove(&mut self, id: JoinId) -> Option<Box<Join>> {
        let entry = self.0.find_entry(id.hash, |join| join.number == id.number);
        let (join, _) = entry.ok()?.remove();
        Some(join)
    }

    /// Returns `true` if many joins have been in the table, and the last has left.
    pub(super) fn is_emptied(&self) -> bool {
        self.0.is_empty() && self.0.capacity() > FEW
    }
}
