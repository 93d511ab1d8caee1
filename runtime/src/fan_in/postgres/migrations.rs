//! The version of the tables, and what makes them.

use sqlx::Row as _;
use sqlx::postgres::PgRow;

use super::argument::Argument;
use super::failure::{Sort, failure, sort};
use super::schema::SCHEMA;
use super::server::{Server, quoted};
use crate::fan_in::durable::BackendError;

/// The version that this release needs, and that its procedures have in their names.
const VERSION: i32 = 1;

/// Each migration, by the version that it makes. A migration only adds: an older release goes on with what it knows, until
/// one writes a higher `lowest`.
const MIGRATIONS: [(i32, &str); 1] = [(1, SCHEMA)];

/// What a database says of itself.
struct Tables {
    /// None, if there are no tables.
    version: Option<i32>,
    /// The oldest version that a release may have.
    lowest: i32,
    takes_writes: bool,
    is_allowed: bool,
}

/// Makes the tables, unless a release of this version or a newer one has.
pub(super) async fn migrate(server: &Server, patience: &str) -> Result<(), BackendError> {
    let tables = read(server).await?;
    if tables.is_some_and(|tables| tables.version >= Some(VERSION)) {
        // Without a statement that would need a right to create.
        return check(server).await;
    }
    let migration = migration(server, patience);
    match server.ask(&migration, &[]).await {
        Ok(_) => check(server).await,
        Err(error) if sort(&error) == Sort::Forbidden => Err(BackendError::Misconfigured(format!(
            "run `Postgres::migrate` as a role that may CREATE in the schema: {error}"
        ))),
        Err(error) if sort(&error) == Sort::NotMigrated => {
            Err(BackendError::Misconfigured(format!(
                "create the schema first, or name another one with `Postgres::schema`: {error}"
            )))
        }
        Err(error) => Err(failure(error)),
    }
}

/// Refuses a database that this release cannot use.
pub(super) async fn check(server: &Server) -> Result<(), BackendError> {
    let refused = |reason: String| Err(BackendError::Misconfigured(reason));
    let Some(tables) = read(server).await? else {
        return refused("run `Postgres::migrate`, or name the schema of the tables with `Postgres::schema`: there are none".into());
    };
    let version = tables.version.unwrap_or(0);
    if version < VERSION {
        return refused(format!(
            "run `Postgres::migrate`: the tables have version {version}, and this release needs {VERSION}"
        ));
    }
    if tables.lowest > VERSION {
        return refused(format!(
            "use a newer release of linked-span: this one has version {VERSION}, and the tables have version {version}, for \
             releases from version {} on",
            tables.lowest
        ));
    }
    if !tables.takes_writes {
        return refused(
            "connect to the primary server, with a role whose transactions are not read-only: this one takes no writes".into(),
        );
    }
    if !tables.is_allowed {
        return refused(
            "grant the role SELECT, INSERT, UPDATE and DELETE on the tables `linked_span_joins` and \
             `linked_span_functions`"
                .into(),
        );
    }
    Ok(())
}

async fn read(server: &Server) -> Result<Option<Tables>, BackendError> {
    match server.ask(&question(server.prefix()), &[]).await {
        Ok(None) => Ok(None),
        Ok(Some(row)) => tables(&row).map(Some).map_err(failure),
        Err(error) if sort(&error) == Sort::NotMigrated => Ok(None),
        Err(error) => Err(failure(error)),
    }
}

fn tables(row: &PgRow) -> Result<Tables, sqlx::Error> {
    Ok(Tables {
        version: row.try_get("version")?,
        lowest: row.try_get::<Option<i32>, _>("lowest")?.unwrap_or(0),
        takes_writes: row.try_get("takes_writes")?,
        is_allowed: row.try_get("is_allowed")?,
    })
}

fn question(prefix: &str) -> String {
    let rights = ["joins", "functions"].map(|table| {
        let mut name = String::new();
        Argument::Text(&format!("{prefix}linked_span_{table}")).write(&mut name);
        let rights = ["SELECT", "INSERT", "UPDATE", "DELETE"];
        let rights = rights.map(|right| format!("has_table_privilege({name}, '{right}')"));
        rights.join(" AND ")
    });
    format!(
        "SELECT max(version) AS version, (array_agg(lowest ORDER BY version DESC))[1] AS lowest, \
         NOT pg_is_in_recovery() AND current_setting('default_transaction_read_only') = 'off' AS takes_writes, \
         {} AS is_allowed FROM {prefix}linked_span_versions",
        rights.join(" AND ")
    )
}

/// One statement, which a pooler gives one connection: the lock ends with its transaction.
fn migration(server: &Server, patience: &str) -> String {
    use std::fmt::Write as _;

    // Inside a transaction that the connection was left in, `COMMIT` fails with 2D000.
    let mut statement = format!(
        "DO $linked_span_migrate$ DECLARE newest integer; BEGIN COMMIT; \
         SET TRANSACTION ISOLATION LEVEL READ COMMITTED; PERFORM set_config('lock_timeout', '{patience}', true);"
    );
    if let Some(schema) = server.schema() {
        statement.push_str("PERFORM set_config('search_path', ");
        Argument::Text(&quoted(schema)).write(&mut statement);
        statement.push_str(", true);");
    }
    // The number is "linkspan". Each schema has a lock of its own, so that tenants do not wait for each other.
    statement.push_str(
        "PERFORM pg_advisory_xact_lock(7811896436428136814 # hashtextextended(current_schema(), 0)); \
         IF to_regclass(quote_ident(current_schema()) || '.linked_span_versions') IS NOT NULL THEN \
         SELECT max(version) FROM linked_span_versions INTO newest; END IF;",
    );
    for (version, text) in MIGRATIONS {
        let _ = write!(
            statement,
            "IF coalesce(newest, 0) < {version} THEN EXECUTE "
        );
        Argument::Text(text).write(&mut statement);
        statement.push_str("; END IF;");
    }
    statement.push_str("END $linked_span_migrate$");
    statement
}
