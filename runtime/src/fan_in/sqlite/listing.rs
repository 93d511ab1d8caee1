//! Lists joins and functions for an operator.

use sqlx::Row as _;

use super::failure::failure;
use super::rows::{Rows, StoredJoin, read, timestamp};
use super::statements::columns;
use crate::fan_in::core::listing::{JoinQuery, JoinSummary, Page};
use crate::fan_in::core::stored_function::StoredFunction;
use crate::fan_in::durable::sql::{number, unknown};
use crate::fan_in::durable::words::count;
use crate::fan_in::durable::{BackendError, JoinScope};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM linked_span_joins AS joins ",
            $rest
        )
    };
}

const KEY: &str = select!(
    "WHERE name = ?1 AND key = ?2 AND NOT (stage IN ('completed', 'expired') AND until <= ?4) LIMIT ?3"
);
// `INDEXED BY`: without statistics SQLite prefers the primary key and reads every ended join, which takes 1 s at a million.
// Keys are compared by their bytes (`BINARY`).
const UNSETTLED: &str = select!(
    "INDEXED BY linked_span_joins_unsettled WHERE name = ?1 AND key > ?2 AND stage NOT IN ('completed', 'expired') AND ?4 ORDER BY key LIMIT ?3"
);
const PARKED: &str = select!(
    "INDEXED BY linked_span_joins_parked WHERE name = ?1 AND key > ?2 AND stage IN ('exhausted', 'undecodable') AND ?4 ORDER BY key LIMIT ?3"
);
const LEN: &str = "SELECT count(*) FROM linked_span_joins INDEXED BY linked_span_joins_unsettled WHERE name = ?1 AND stage NOT IN ('completed', 'expired')";
const FUNCTIONS: &str = "SELECT name, inputs, declared_at, \
     (SELECT count(*) FROM linked_span_joins AS joins INDEXED BY linked_span_joins_unsettled \
      WHERE joins.name = functions.name AND stage NOT IN ('completed', 'expired')) AS unsettled \
     FROM linked_span_functions AS functions ORDER BY name";

impl Rows {
    pub(super) async fn len(&mut self, name: &str) -> Result<usize, BackendError> {
        let counted = sqlx::query_scalar(LEN).bind(name);
        let counted: i64 = counted
            .fetch_one(self.connection())
            .await
            .map_err(failure)?;
        usize::try_from(counted).map_err(|_| unknown())
    }

    pub(super) async fn list(
        &mut self,
        function: JoinScope<'_>,
        which: JoinQuery<'_>,
    ) -> Result<Vec<JoinSummary>, BackendError> {
        self.check(function).await?;
        let now = self.now;
        let (query, page) = match which {
            JoinQuery::Key(key) => (
                KEY,
                Page {
                    after: Some(key),
                    limit: 1,
                },
            ),
            JoinQuery::Unsettled(page) => (UNSETTLED, page),
            JoinQuery::Parked(page) => (PARKED, page),
        };
        let rows = sqlx::query(query)
            .bind(function.name)
            .bind(page.after.unwrap_or_default())
            .bind(count(page.limit))
            .bind(number(now))
            .fetch_all(self.connection())
            .await
            .map_err(failure)?;
        let listed = |row| {
            let StoredJoin {
                key,
                since,
                state,
                detail,
                lists,
                stage,
            } = read(&row, function.policy)?;
            let age = now.saturating_duration_since(since);
            let summary = JoinSummary::new(key, &state, age, function.policy).with_detail(detail);
            Ok(if stage.has_ended() {
                summary
            } else {
                summary.with_lists(lists.summaries())
            })
        };
        rows.into_iter().map(listed).collect()
    }

    pub(super) async fn functions(&mut self) -> Result<Vec<StoredFunction>, BackendError> {
        let now = self.now;
        let rows = sqlx::query(FUNCTIONS).fetch_all(self.connection()).await;
        let function = |row: &sqlx::sqlite::SqliteRow| {
            let unsettled: i64 = row.try_get("unsettled").map_err(failure)?;
            let declared_ago = now.saturating_duration_since(timestamp(row, "declared_at")?);
            Ok(StoredFunction::new(
                row.try_get("name").map_err(failure)?,
                row.try_get("inputs").map_err(failure)?,
                usize::try_from(unsettled).map_err(|_| unknown())?,
                declared_ago,
            ))
        };
        rows.map_err(failure)?.iter().map(function).collect()
    }
}
