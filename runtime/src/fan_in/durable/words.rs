//! Conversions for values that a database has no type for.

#[cfg(any(feature = "redis", feature = "sqlite"))]
use std::num::ParseIntError;

#[cfg(any(feature = "redis", feature = "sqlite"))] // PostgreSQL stores the bytes
use crate::fan_in::core::state::Token;

/// Converts a limit to a column's type.
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
