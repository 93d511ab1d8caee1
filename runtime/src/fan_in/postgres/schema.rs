//! What a migration applies: the tables, and the procedures that each call of the store is.

/// A procedure, as a part of a string of SQL.
macro_rules! procedure {
    ($name:literal) => {
        include_str!(concat!("procedures/", $name, ".sql"))
    };
}

/// The first version of the schema.
///
/// A procedure names its tables with their schema, so that a connection's `search_path` has no part in it. It cannot say
/// `SET search_path`: a procedure with a setting of its own cannot commit.
pub(super) const SCHEMA: &str = concat!(
    include_str!("tables.sql"),
    "DO $linked_span$
DECLARE
    prefix CONSTANT text := quote_ident(current_schema()) || '.';
    listed CONSTANT text := $listed$",
    include_str!("listed.sql"),
    "$listed$;
BEGIN
    FOR nth IN 0..11 LOOP
        EXECUTE replace(replace($procedure$",
    procedure!("arrive"),
    "$procedure$, 'NTH', nth::text), 'SCHEMA.', prefix);
    END LOOP;
    EXECUTE replace(replace($procedures$",
    procedure!("claim_due"),
    procedure!("claim_expired"),
    procedure!("count"),
    procedure!("declare"),
    procedure!("finish"),
    procedure!("forget"),
    procedure!("functions"),
    procedure!("list"),
    procedure!("release"),
    procedure!("release_claims"),
    procedure!("renew"),
    procedure!("retry"),
    "$procedures$, 'LISTED', listed), 'SCHEMA.', prefix);
END $linked_span$;
INSERT INTO linked_span_versions (version, lowest) VALUES (1, 1) ON CONFLICT (version) DO NOTHING;
"
);
