//! The schema: the tables, and one procedure per call of the store.

/// Rows of a name, a number of places, and a text: one procedure, or one for each place in a declaration.
macro_rules! procedures {
    ($first:literal $places:literal $(, $name:literal $rest:literal)*) => {
        concat!(procedures!(@ "", $first, $places), $(procedures!(@ ",", $name, $rest)),*)
    };
    (@ $comma:literal, $name:literal, $places:literal) => {
        concat!(
            $comma, "('", $name, "', ", $places, ", $procedure$",
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

/// The first version of the schema.
pub(super) const SCHEMA: &str = concat!(
    include_str!("tables.sql"),
    include_str!("build_begin.sql"),
    texts!(
        "ARRIVE_FAST" "procedures/arrive_fast.sql",
        "OTHERS_ARE_DUE" "procedures/others_are_due.sql",
        "LISTED" "listed.sql"
    ),
    include_str!("build_middle.sql"),
    procedures!(
        "arrive" 12, "claim_due" 1, "claim_expired" 1, "count" 1, "declare" 1, "finish" 1, "forget" 1, "functions" 1,
        "list" 1, "release" 1, "release_claims" 1, "renew" 1, "retry" 1
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
