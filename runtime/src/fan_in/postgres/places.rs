//! An array with an item for each place in the declaration, as an argument.

use std::fmt::Write as _;

use sqlx::Postgres;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;

/// The number of inputs that a function may have.
const PLACES: usize = 12;

/// A number for each place, or `None` for NULL.
#[derive(Clone, Copy, Debug)]
pub(super) struct Places {
    numbers: [Option<u16>; PLACES],
    len: usize,
}

impl Places {
    /// Makes the array for a function with this number of inputs.
    pub(super) fn new(inputs: u8, number: impl Fn(u8) -> Option<u16>) -> Self {
        let mut numbers = [None; PLACES];
        for (place, item) in (0..inputs).zip(&mut numbers) {
            *item = number(place);
        }
        let len = usize::from(inputs).min(PLACES);
        Self { numbers, len }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Option<u16>> + '_ {
        self.numbers.iter().copied().take(self.len)
    }

    pub(super) fn bind(
        self,
        query: Query<'_, Postgres, PgArguments>,
    ) -> Query<'_, Postgres, PgArguments> {
        let numbers: Vec<_> = self.iter().map(|number| number.map(i32::from)).collect();
        query.bind(numbers)
    }

    /// Appends the array as a literal.
    pub(super) fn write(self, statement: &mut String) {
        statement.push_str("'{");
        for (place, number) in self.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            // Writing to a string does not fail.
            let _ = match number {
                Some(number) => write!(statement, "{comma}{number}"),
                None => write!(statement, "{comma}NULL"),
            };
        }
        statement.push_str("}'");
    }
}
