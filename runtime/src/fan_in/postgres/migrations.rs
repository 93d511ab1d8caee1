//! Creates and updates the tables, and checks their version.

use sqlx::Row as _;
use sqlx::postgres::PgRow;

use super::argument::Argument;
use super::failure::{Sort, failure, sort};
use super::schema::{SCHEMA, VERSION};
use super::server::{Server, quoted};
use crate::fan_in::durable::BackendError;

/// The migrations, each with the version that it creates.
///
/// A migration only adds. An older release keeps working, unless a migration writes a higher `lowest`.
const MIGRATIONS: [(i32, &str); 1] = [(VERSION, SCHEMA)];

/// The state of a database.
struct Tables {
    /// `None` if there are no tables.
    version: Option<i32>,
    /// The lowest version of a release that may use the tables.
    lowest: i32,
    takes_writes: bool,
    is_allowed: bool,
}

/// Creates the tables, unless they already have this version or a newer one.
pub(super) async fn migrate(server: &Server) -> Result<(), BackendError> {
    let tables = read(server).await?;
    if tables.is_some_and(|tables| tables.version >= Some(VERSION)) {
        // No further statement: it would need the right to create.
        return check(server).await;
    }
    let migration = migration(server);
    match server.ask(&migration).await {
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

/// Fails if this release cannot use the database.
pub(super) async fn check(server: &Server) -> Result<(), BackendError> {
    let refused = |reason: String| Err(BackendError::Misconfigured(reason));
    let Some(tables) = read(server).await? else {
        return refused("run `Postgres::migrate`, or name the schema of the tables with `Postgres::schema`: there are no tables".into());
    };
    let version = tables.version.unwrap_or(0);
    if version < VERSION {
        return refused(format!(
            "run `Postgres::migrate`: the tables have version {version}, and this release needs {VERSION}"
        ));
    }
    if tables.lowest > VERSION {
        return refused(format!(
            "use a newer release of linked-span: this one has version {VERSION}, and the tables have version {version}, which \
             needs version {} or newer",
            tables.lowest
        ));
    }
    if !tables.takes_writes {
        return refused(
            "connect to the primary server, with a role whose transactions are not read-only: this server rejects writes".into(),
        );
    }
    if !tables.is_allowed {
        return refused(
            "grant the role SELECT, INSERT, UPDATE and DELETE on the tables whose names begin with `linked_span_`"
                .into(),
        );
    }
    Ok(())
}

async fn read(server: &Server) -> Result<Option<Tables>, BackendError> {
    match server.ask(&question(server.prefix())).await {
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
    let rights = ["joins", "functions", "inputs", "leftovers"].map(|table| {
        let mut name = String::new();
        Argument::Text(&format!("{prefix}linked_span_{table}")).write(&mut name);
        let rights = ["SELECT", "INSERT", "UPDATE", "DELETE"];
        // An older version lacks some tables.
        let rights = rights.map(|right| {
            format!("coalesce(has_table_privilege(to_regclass({name}), '{right}'), false)")
        });
        rights.join(" AND ")
    });
    format!(
        "SELECT max(version) AS version, (array_agg(lowest ORDER BY version DESC))[1] AS lowest, \
         NOT pg_is_in_recovery() AND current_setting('default_transaction_read_only') = 'off' AS takes_writes, \
         {} AS is_allowed FROM {prefix}linked_span_versions",
        rights.join(" AND ")
    )
}

/// Returns the migration as one statement, which a pooler runs on one connection. Its lock ends with its transaction.
fn migration(server: &Server) -> String {
    use std::fmt::Write as _;

    // If the connection is inside a transaction, `COMMIT` fails with 2D000.
    let mut statement = format!(
        "DO $linked_span_migrate$ DECLARE newest integer; BEGIN COMMIT; \
         SET TRANSACTION ISOLATION LEVEL READ COMMITTED; PERFORM set_config('lock_timeout', '{}', true);",
        server.lock_timeout()
    );
    if let Some(schema) = server.schema() {
        statement.push_str("PERFORM set_config('search_path', ");
        Argument::Text(&quoted(schema)).write(&mut statement);
        statement.push_str(", true);");
    }
    // The number is "linkspan" in ASCII. Each schema has its own lock, so that tenants do not wait for each other.
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
