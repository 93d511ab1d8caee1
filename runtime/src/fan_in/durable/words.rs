//! How a database is told what it has no type of its own for.

#[cfg(any(feature = "redis", feature = "sqlite"))]
use std::num::ParseIntError;

#[cfg(any(feature = "redis", feature = "sqlite"))] // PostgreSQL takes its bytes
use crate::fan_in::core::state::Token;

/// How many, at most.
pub(in crate::fan_in) fn count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(any(feature = "redis", feature = "sqlite"))]
pub(in crate::fan_in) fn word(Token(token): Token) -> String {
    format!("{token:032x}")
}

#[cfg(any(feature = "redis", feature = "sqlite"))]
pub(in crate::fan_in) fn token(word: &str) -> Result<Token, ParseIntError> {
    u128::from_str_radix(word, 16).map(Token)
}
