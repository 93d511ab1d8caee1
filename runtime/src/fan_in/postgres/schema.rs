//! The schema: the tables, and one procedure per call of the store.

/// Includes a procedure's SQL.
macro_rules! procedure {
    ($name:literal) => {
        include_str!(concat!("procedures/", $name, ".sql"))
    };
}

/// The first version of the schema.
///
/// Procedures qualify their tables with the schema, because a connection's `search_path` can differ. They cannot use
/// `SET search_path`: a procedure with its own setting cannot commit.
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
