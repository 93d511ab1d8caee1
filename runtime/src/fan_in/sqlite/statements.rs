//! The statements that read and write joins.

use crate::fan_in::core::state::JoinPolicy;

/// A join's columns, with a bit for each stored input. `$of_lists` are those of its lists.
macro_rules! columns {
    () => {
        columns!(", instance, lists")
    };
    ($of_lists:literal) => {
        concat!(
            "joins.key, stage, since, holder, until, deadline, attempts, detail",
            $of_lists,
            ", \
         (SELECT coalesce(sum(1 << input), 0) FROM linked_span_inputs AS kept \
          WHERE kept.name = joins.name AND kept.key = joins.key) AS came"
        )
    };
}
pub(super) use columns;

/// Selects one row, even if there is no join: it also contains whether the function's declaration matches, and `$asked`.
macro_rules! read {
    ($begin:literal, $of_lists:literal, $asked:expr) => {
        concat!(
            $begin,
            "SELECT ",
            columns!($of_lists),
            ", EXISTS (SELECT 1 FROM linked_span_functions AS declared \
             WHERE declared.name = ?1 AND declared.inputs = ?3) AS is_declared",
            $asked,
            " FROM (SELECT 1) LEFT JOIN linked_span_joins AS joins ON joins.name = ?1 AND joins.key = ?2"
        )
    };
}
/// Has two texts, because functions without lists need fewer columns.
#[derive(Clone, Copy)]
pub(super) struct ByKind<T> {
    singles: T,
    lists: T,
}

impl<T> ByKind<T> {
    pub(super) fn of(self, policy: &JoinPolicy) -> T {
        if policy.lists.is_empty() {
            self.singles
        } else {
            self.lists
        }
    }
}

pub(super) const READ: ByKind<&str> = ByKind {
    singles: read!("", "", ""),
    lists: read!("", ", instance, lists", ""),
};
pub(super) const BEGIN_AND_READ: ByKind<&str> = ByKind {
    singles: read!("BEGIN IMMEDIATE; ", "", ""),
    lists: read!("BEGIN IMMEDIATE; ", ", instance, lists", ""),
};
macro_rules! read_with_other_work {
    ($of_lists:literal, $asked:literal) => {
        read!(
            "BEGIN IMMEDIATE; ",
            $of_lists,
            concat!(
                ", EXISTS (SELECT 1 FROM linked_span_joins WHERE name = ?1 AND opportunistic_at <= ?4 AND key <> ?2) AS is_overdue, \
                 EXISTS (SELECT 1 FROM linked_span_joins \
                  WHERE name = ?1 AND stage IN ('completed', 'expired') AND until <= ?4) AS is_forgotten",
                $asked
            )
        )
    };
}
/// Also selects whether another join is overdue, and whether an ended join can be removed.
pub(super) const BEGIN_AND_READ_WITH_OTHER_WORK: ByKind<&str> = ByKind {
    singles: read_with_other_work!("", ""),
    lists: read_with_other_work!(", instance, lists", ""),
};
/// Also selects whether the list has the element, and whether elements of an ended join can be removed.
pub(super) const BEGIN_AND_READ_WITH_ELEMENT: &str = read_with_other_work!(
    ", instance, lists",
    ", EXISTS (SELECT 1 FROM linked_span_elements AS kept \
      WHERE kept.instance = joins.instance AND kept.input = ?5 AND kept.id = ?6) AS is_known, \
     EXISTS (SELECT 1 FROM linked_span_leftovers) AS has_leftovers"
);

/// Text for one call of sqlx. Several statements share a text, because each call is a round trip to another thread.
#[derive(Clone, Copy)]
pub(super) struct Statement {
    text: &'static str,
    and_commit: &'static str,
}

macro_rules! statement {
    ($text:expr) => {
        Statement {
            text: $text,
            and_commit: concat!($text, "; COMMIT"),
        }
    };
}

impl Statement {
    pub(super) fn then(self, then: Then) -> &'static str {
        match then {
            Then::Commit => self.and_commit,
            Then::Continue => self.text,
        }
    }
}

/// What follows a statement within the transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// The same text commits.
    Commit,
    /// Other statements, and then a commit.
    Continue,
}

// The columns are named, because a later version may add some.
macro_rules! upsert {
    ($columns:literal, $values:literal, $set:literal, $rest:expr) => {
        concat!(
            "INSERT INTO linked_span_joins \
             (name, key, stage, since, holder, until, deadline, attempts, sweep_at, opportunistic_at, detail",
            $columns,
            ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11",
            $values,
            ") ON CONFLICT DO UPDATE SET stage = ?3, since = ?4, holder = ?5, until = ?6, deadline = ?7, \
             attempts = ?8, sweep_at = ?9, opportunistic_at = ?10, detail = ?11",
            $set,
            $rest
        )
    };
}
macro_rules! upsert_of_lists {
    ($rest:expr) => {
        statement!(upsert!(
            ", instance, lists",
            ", ?15, ?16",
            ", instance = ?15, lists = ?16",
            $rest
        ))
    };
}
macro_rules! by_kind {
    ($rest:expr) => {
        ByKind {
            singles: statement!(upsert!("", "", "", $rest)),
            lists: upsert_of_lists!($rest),
        }
    };
}
// Every transition to an open, running, ready, expiring or parked join, without a new input.
pub(super) const WRITE: ByKind<Statement> = by_kind!("");
// `Running` to `Completed`, and `Expiring` to `Expired`: the inputs are no longer needed.
pub(super) const WRITE_ENDED: ByKind<Statement> =
    by_kind!("; DELETE FROM linked_span_inputs WHERE name = ?1 AND key = ?2");
// `DO NOTHING` keeps an input whose join an operator has removed.
macro_rules! insert_input {
    () => {
        "INSERT INTO linked_span_inputs (name, key, input, came_at, payload) VALUES (?1, ?2, ?12, ?13, ?14) \
         ON CONFLICT DO NOTHING"
    };
}
// An arrival: absent to `Open` or `Running`, `Open` to `Open` or `Running`.
pub(super) const WRITE_WITH_INPUT: ByKind<Statement> = by_kind!(concat!("; ", insert_input!()));
// An arrival that leaves the other columns as they are: `Open` to `Open`. An update would also rewrite three indexes.
pub(super) const WRITE_INPUT: Statement = statement!(insert_input!());
// The same arrivals.
pub(super) const WRITE_WITH_ELEMENT: Statement = upsert_of_lists!(
    "; INSERT INTO linked_span_elements (instance, input, id, came_at, payload) VALUES (?15, ?12, ?17, ?13, ?14)"
);
// An element that the list has already: `Open` to `Open`.
pub(super) const WRITE_LISTS: Statement =
    statement!("UPDATE linked_span_joins SET lists = ?3 WHERE name = ?1 AND key = ?2");
// Every transition to absent: `Forget`, and the end of the dedup window.
pub(super) const REMOVE: Statement = statement!(
    "DELETE FROM linked_span_joins WHERE name = ?1 AND key = ?2; \
     DELETE FROM linked_span_inputs WHERE name = ?1 AND key = ?2"
);
// The inputs of a claimed join.
pub(super) const INPUTS: Statement = statement!(
    "SELECT input, came_at, payload FROM linked_span_inputs WHERE name = ?1 AND key = ?2"
);
