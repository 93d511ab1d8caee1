//! Reads and removes the elements of lists, in batches.

use sqlx::Row as _;

use super::failure::failure;
use super::rows::{Rows, timestamp};
use crate::fan_in::durable::words::count;
use crate::fan_in::durable::{BackendError, EncodedInput};

/// The largest number of elements that one statement reads or removes.
pub(super) const BATCH_SIZE: usize = 500;

// By identity, which an index orders within an instance. An order by `position` would sort all elements for each page.
const PAGE: &str = "SELECT position, input, id, came_at, payload FROM linked_span_elements \
     WHERE instance = ?1 AND (input, id) > (?2, ?3) ORDER BY input, id LIMIT ?4";

const REMOVE: &str = "DELETE FROM linked_span_elements WHERE position IN \
     (SELECT position FROM linked_span_elements WHERE instance = ?1 LIMIT ?2); \
     INSERT INTO linked_span_leftovers (instance) \
     SELECT ?1 WHERE EXISTS (SELECT 1 FROM linked_span_elements WHERE instance = ?1)";

macro_rules! leftover {
    () => {
        "instance = (SELECT min(instance) FROM linked_span_leftovers)"
    };
}
const REMOVE_LEFTOVERS: &str = concat!(
    "DELETE FROM linked_span_elements WHERE position IN (SELECT position FROM linked_span_elements WHERE ",
    leftover!(),
    " LIMIT ?1); DELETE FROM linked_span_leftovers WHERE ",
    leftover!(),
    " AND NOT EXISTS (SELECT 1 FROM linked_span_elements AS elements WHERE elements.instance = linked_span_leftovers.instance)"
);

impl Rows {
    /// Reads the elements of a join, in order of arrival.
    pub(super) async fn elements(
        &mut self,
        instance: i64,
    ) -> Result<Vec<EncodedInput>, BackendError> {
        let mut elements = Vec::new();
        let mut last = (-1, String::new());
        loop {
            let rows = sqlx::query(PAGE)
                .bind(instance)
                .bind(last.0)
                .bind(last.1)
                .bind(count(BATCH_SIZE))
                .fetch_all(self.connection())
                .await
                .map_err(failure)?;
            for row in &rows {
                let position: i64 = row.try_get("position").map_err(failure)?;
                let came_at = timestamp(row, "came_at")?;
                let element = EncodedInput {
                    place: row.try_get("input").map_err(failure)?,
                    payload: row.try_get("payload").map_err(failure)?,
                    waited: self.now.saturating_duration_since(came_at),
                };
                elements.push((position, element));
            }
            match rows.last() {
                Some(row) if rows.len() == BATCH_SIZE => {
                    last = (
                        row.try_get("input").map_err(failure)?,
                        row.try_get("id").map_err(failure)?,
                    );
                }
                _ => break,
            }
        }
        elements.sort_unstable_by_key(|(position, _)| *position);
        Ok(elements.into_iter().map(|(_, element)| element).collect())
    }

    /// Removes a piece of the elements of a join that has ended. Notes its instance if others are left.
    pub(super) async fn remove_elements(&mut self, instance: i64) -> Result<(), BackendError> {
        let removed = sqlx::query(REMOVE)
            .bind(instance)
            .bind(count(BATCH_SIZE))
            .execute(self.connection())
            .await;
        removed.map(drop).map_err(failure)
    }

    /// Removes at most `max` elements that are left of one ended join.
    pub(super) async fn remove_leftovers(&mut self, max: usize) -> Result<(), BackendError> {
        let removed = sqlx::query(REMOVE_LEFTOVERS)
            .bind(count(max))
            .execute(self.connection())
            .await;
        removed.map(drop).map_err(failure)
    }
}
