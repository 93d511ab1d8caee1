//! Text that does not compress.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

/// Returns this number of characters, the same at each call.
pub(crate) fn noise(length: u32) -> String {
    let hasher = BuildHasherDefault::<DefaultHasher>::default();
    let character = |place| char::from(b'0' + (hasher.hash_one(place) % 64) as u8);
    (0..length).map(character).collect()
}
