//! Random tokens.

use std::cell::Cell;
use std::hash::{BuildHasher, RandomState};

use super::state::Token;

thread_local! {
    /// A random number for each thread of each process, and the number of tokens made from it.
    static SOURCE: (u64, Cell<u64>) = (RandomState::new().hash_one(0), Cell::new(0));
}

impl Token {
    /// Returns a token that no other delivery has, in this process or another.
    ///
    /// ```
    /// use linked_span::fan_in::Token;
    ///
    /// assert_ne!(Token::random(), Token::random());
    /// ```
    #[must_use]
    pub fn random() -> Self {
        SOURCE.with(|(thread, count)| {
            let number = count.get();
            count.set(number.wrapping_add(1));
            Self(u128::from(*thread) << 64 | u128::from(number))
        })
    }
}
