//! The schema: the tables, and one procedure per call of the store.

/// The version that this release needs, which is also in the names of its procedures.
pub(super) const VERSION: i32 = 2;

/// Rows of a name, a number of places, a version, and a text: one procedure, or one for each place in a declaration. Each
/// version from this one on has procedures of its own.
macro_rules! procedures {
    ($first:literal $places:literal $since:literal $(, $name:literal $others:literal $version:literal)* $(,)?) => {
        concat!(procedures!(@ "", $first, $places, $since), $(procedures!(@ ",", $name, $others, $version)),*)
    };
    (@ $comma:literal, $name:literal, $places:literal, $since:literal) => {
        concat!(
            $comma, "('", $name, "', ", $places, ", ", $since, ", $procedure$",
            include_str!(concat!("procedures/", $name, ".sql")),
            "$procedure$)"
        )
    };
}

/// Rows of a word and the text that replaces it.
macro_rules! texts {
    ($($word:literal $file:literal),*) => {
        concat!($("        ['", $word, "', $text$", include_str!($file), "$text$],\n"),*)
    };
}

/// All versions of the schema. It adds what is missing.
pub(super) const SCHEMA: &str = concat!(
    include_str!("tables.sql"),
    include_str!("tables_2.sql"),
    include_str!("build_begin.sql"),
    texts!(
        "ARRIVE_FAST" "procedures/arrive_fast.sql",
        "OTHERS_ARE_DUE" "procedures/others_are_due.sql",
        "ARRIVE_ROWS_FAST" "procedures/arrive_rows_fast.sql",
        "REMOVE_ROWS_OF_ENDED" "procedures/remove_rows_of_ended.sql",
        "CLAIM_DUE" "procedures/claim_due_body.sql",
        "LIST_PAGE" "procedures/list_body.sql",
        "LISTED" "listed.sql"
    ),
    include_str!("build_middle.sql"),
    procedures!(
        "arrive" 12 1, "claim_due" 1 1, "claim_expired" 1 1, "count" 1 1, "declare" 1 1, "finish" 1 1, "forget" 1 1,
        "functions" 1 1, "list" 1 1, "release" 1 1, "release_claims" 1 1, "renew" 1 1, "retry" 1 1,
        "arrive_rows" 1 2, "claim_due_rows" 1 2, "finish_rows" 1 2, "forget_rows" 1 2, "list_rows" 1 2, "read_rows" 1 2,
        "remove_rows" 1 2, "retry_rows" 1 2,
    ),
    include_str!("build_end.sql"),
);

#[cfg(test)]
mod tests {
    use super::SCHEMA;

    #[test]
    fn schema_has_only_characters_that_each_encoding_has() {
        assert!(SCHEMA.is_ascii());
    }
}
