//! What an error of the server means.

use sqlx::error::DatabaseError;

use crate::fan_in::durable::Failure;
use crate::fan_in::durable::sql::is_on_the_way;

/// What passes by itself: connections that are lost or too many, conflicts with others, and a server that ends or begins.
const PASSES: [&str; 8] = [
    "40001", "40P01", "53300", "55P03", "57P01", "57P02", "57P03", "57P05",
];

/// All that is wrong with a connection.
const CONNECTION: &str = "08";

/// What is too long for an index or a column, as a key may be.
const TOO_LONG: &str = "54000";

pub(super) fn failure(error: sqlx::Error) -> Failure {
    let code = error.as_database_error().and_then(DatabaseError::code);
    match (&error, code.as_deref()) {
        (_, Some(TOO_LONG)) => Failure::Unencodable(error.into()),
        (_, Some(code)) if PASSES.contains(&code) || code.starts_with(CONNECTION) => {
            Failure::Lost(error.into())
        }
        (way, _) if is_on_the_way(way) => Failure::Lost(error.into()),
        _ => Failure::Refused(error.into()),
    }
}
