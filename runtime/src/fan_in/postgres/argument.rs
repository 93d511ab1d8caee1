//! Arguments of a procedure, bound or written as literals.

use std::fmt::Write as _;

use sqlx::postgres::{PgArguments, Postgres};
use sqlx::query::Query;

use super::places::Places;

/// A value of one of the types that procedures take.
#[derive(Clone, Copy, Debug)]
pub(super) enum Argument<'q> {
    Text(&'q str),
    MaybeText(Option<&'q str>),
    Bytes(&'q [u8]),
    Token([u8; 16]),
    Integer(i32),
    Numbers(Places),
    Bigint(i64),
    Boolean(bool),
}

impl<'q> Argument<'q> {
    pub(super) fn bind(
        self,
        query: Query<'q, Postgres, PgArguments>,
    ) -> Query<'q, Postgres, PgArguments> {
        match self {
            Self::Text(text) => query.bind(text),
            Self::MaybeText(text) => query.bind(text),
            Self::Bytes(bytes) => query.bind(bytes),
            Self::Token(token) => query.bind(token),
            Self::Integer(integer) => query.bind(integer),
            Self::Numbers(numbers) => numbers.bind(query),
            Self::Bigint(bigint) => query.bind(bigint),
            Self::Boolean(boolean) => query.bind(boolean),
        }
    }

    /// Appends the value as a literal that no setting of the server changes.
    pub(super) fn write(self, statement: &mut String) {
        // Writing to a string does not fail.
        let _ = match self {
            Self::Text(text) | Self::MaybeText(Some(text)) => {
                write_text(text, statement);
                Ok(())
            }
            Self::MaybeText(None) => write!(statement, "NULL"),
            Self::Bytes(bytes) => {
                write_bytes(bytes, statement);
                Ok(())
            }
            Self::Token(token) => {
                write_bytes(&token, statement);
                Ok(())
            }
            Self::Integer(integer) => write!(statement, "{integer}"),
            Self::Numbers(numbers) => {
                numbers.write(statement);
                Ok(())
            }
            Self::Bigint(bigint) => write!(statement, "{bigint}"),
            Self::Boolean(boolean) => write!(statement, "{boolean}"),
        };
    }

    /// Returns `true` unless it is a text with a NUL byte, which the server rejects and which would end a statement early.
    pub(super) fn is_text_without_nul(self) -> bool {
        match self {
            Self::Text(text) | Self::MaybeText(Some(text)) => !text.contains('\0'),
            _ => true,
        }
    }
}

/// Writes `E'…'`, which does not depend on `standard_conforming_strings`.
fn write_text(text: &str, statement: &mut String) {
    statement.push_str("E'");
    for part in text.split_inclusive(['\\', '\'']) {
        statement.push_str(part);
        match part.as_bytes().last() {
            Some(b'\\') => statement.push('\\'),
            Some(b'\'') => statement.push('\''),
            _ => {}
        }
    }
    statement.push('\'');
}

fn write_bytes(bytes: &[u8], statement: &mut String) {
    statement.push_str(r"E'\\x");
    for byte in bytes {
        let _ = write!(statement, "{byte:02x}");
    }
    statement.push('\'');
}

#[cfg(test)]
mod tests {
    use super::{Argument, Places};

    fn written(argument: Argument<'_>) -> String {
        let mut statement = String::new();
        argument.write(&mut statement);
        statement
    }

    #[test]
    fn literal_of_text_doubles_quotes_and_backslashes() {
        let text = Argument::Text(r"it's \'; DROP");
        assert_eq!(written(text), r"E'it''s \\''; DROP'");
        assert_eq!(written(Argument::Text("")), "E''");
        assert_eq!(written(Argument::Text("é'")), "E'é'''");
    }

    #[test]
    fn literal_of_bytes_is_hexadecimal() {
        assert_eq!(written(Argument::Bytes(b"\0\xff'")), r"E'\\x00ff27'");
    }

    #[test]
    fn literal_of_numbers_is_an_array() {
        let numbers = Places::new(3, |place| (place != 1).then_some(place.into()));
        assert_eq!(written(Argument::Numbers(numbers)), "'{0,NULL,2}'");
    }

    #[test]
    fn literal_of_a_number_is_its_digits() {
        assert_eq!(written(Argument::Bigint(-7)), "-7");
        assert_eq!(written(Argument::Boolean(true)), "true");
        assert_eq!(written(Argument::MaybeText(None)), "NULL");
    }
}
