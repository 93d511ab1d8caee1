//! The statements, with what they are about.

use std::sync::{Arc, LazyLock};

use sqlx::AssertSqlSafe;
use sqlx::postgres::PgArguments;

use crate::fan_in::durable::sql::number;
use crate::fan_in::durable::words::count;
use crate::fan_in::durable::{Function, Stage};
use crate::fan_in::listed::{Page, Which};
use crate::fan_in::state::{Moment, Settlement, Step, Token};

type Query<'q> = sqlx::query::Query<'q, sqlx::Postgres, PgArguments>;

/// So many that others do not wait for long.
const FORGOTTEN_BY_A_SWEEP: i64 = 10_000;

/// So many that an arrival does not take long.
const FORGOTTEN_IN_PASSING: i64 = 1_000;

/// As many as a function may have.
const PLACES: usize = 12;

/// For each place in the declaration.
type Placed = LazyLock<[Arc<str>; PLACES]>;

const LOOK: &str = include_str!("look.sql");

static TAKE: Placed = LazyLock::new(|| placed(include_str!("take.sql"), "false"));

static TAKE_AND_LOOK: Placed = LazyLock::new(|| placed(include_str!("take.sql"), LOOK));

static ARRIVE: Placed = LazyLock::new(|| placed(include_str!("arrive.sql"), LOOK));

fn placed(statement: &str, look: &str) -> [Arc<str>; PLACES] {
    let statement = statement.replace("    LOOK AS", &format!("    {look} AS"));
    std::array::from_fn(|place| {
        let column = format!("payload_{place}");
        statement.replace("payload_N", &column).into()
    })
}

/// A join's columns, without its inputs, and the moment.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT key, stage, since, holder, until, deadline, attempts, came, \
             floor(date_part('epoch', statement_timestamp()) * 1000)::bigint AS at \
             FROM linked_span_joins ",
            $rest
        )
    };
}

/// The inputs of the joins of that name: these, unless there were others.
pub(super) fn inputs<'q>(name: &'q str, inputs: &'q str) -> Query<'q> {
    sqlx::query(
        "INSERT INTO linked_span_functions AS functions (name, inputs, looked_at) \
         VALUES ($1, $2, floor(date_part('epoch', clock_timestamp()) * 1000)) \
         ON CONFLICT (name) DO UPDATE SET inputs = functions.inputs RETURNING inputs",
    )
    .bind(name)
    .bind(inputs)
}

/// An input, and where it arrives.
#[derive(Clone, Copy)]
pub(super) struct Arriving<'q> {
    pub(super) function: Function<'q>,
    pub(super) key: &'q str,
    pub(super) input: u8,
    pub(super) payload: &'q str,
    pub(super) token: Token,
}

/// Returns no row if it is for [`arrive`] to say.
pub(super) fn take(arriving: Arriving<'_>, looks: bool) -> Query<'_> {
    let all = (1 << arriving.function.rules.inputs) - 1;
    let others: i32 = all & !(1 << arriving.input);
    let take = if looks { &TAKE_AND_LOOK } else { &TAKE };
    arriving.bound(take).bind(others)
}

pub(super) fn arrive(arriving: Arriving<'_>) -> Query<'_> {
    let max_attempts = arriving.function.rules.max_attempts;
    arriving.bound(&ARRIVE).bind(i64::from(max_attempts))
}

impl<'q> Arriving<'q> {
    fn bound(self, statements: &[Arc<str>; PLACES]) -> Query<'q> {
        let Function { name, rules, .. } = self.function;
        // No place is beyond the last.
        let place = usize::from(self.input).min(PLACES - 1);
        sqlx::query(AssertSqlSafe(Arc::clone(&statements[place])))
            .bind(name)
            .bind(self.key.as_bytes())
            .bind(i32::from(self.input))
            .bind(self.payload)
            .bind(bytes(self.token))
            .bind(i32::from(rules.inputs))
            .bind(number(rules.timeout))
            .bind(number(rules.lease))
    }
}

pub(super) fn pass(arriving: Arriving<'_>) -> Query<'_> {
    let Function { name, rules, .. } = arriving.function;
    sqlx::query(include_str!("passing.sql"))
        .bind(name)
        .bind(arriving.key.as_bytes())
        .bind(bytes(arriving.token))
        .bind(number(rules.lease))
        .bind(i64::from(rules.max_attempts))
        .bind(FORGOTTEN_IN_PASSING)
}

/// `None` for what nobody is told, but finds.
pub(super) fn tell<'q>(function: Function<'q>, key: &'q str, step: Step) -> Option<Query<'q>> {
    let rules = function.rules;
    let of = |statement: &'static str| {
        sqlx::query(statement)
            .bind(function.name)
            .bind(key.as_bytes())
    };
    Some(match step {
        Step::Settle { token, settlement } => settle(function, key, token, settlement),
        Step::Renew { token } => of(include_str!("renew.sql"))
            .bind(bytes(token))
            .bind(number(rules.lease)),
        Step::Retry => of(include_str!("retry.sql"))
            .bind(i32::from(rules.inputs))
            .bind(number(rules.timeout)),
        Step::Forget => of(include_str!("forget.sql")),
        Step::Arrive { .. } | Step::Visit { .. } => return None,
    })
}

fn settle<'q>(
    Function { name, rules, .. }: Function<'q>,
    key: &'q str,
    token: Token,
    settlement: Settlement,
) -> Query<'q> {
    let of = |statement: &'static str| {
        sqlx::query(statement)
            .bind(name)
            .bind(key.as_bytes())
            .bind(bytes(token))
    };
    let ends = |before: Stage, after: Stage| {
        of(include_str!("end.sql"))
            .bind(before.word())
            .bind(after.word())
            .bind(number(rules.dedup_window))
    };
    let lets_go = |how: &'static str| {
        of(include_str!("let_go.sql"))
            .bind(how)
            .bind(number(rules.backoff))
            .bind(i64::from(rules.max_attempts))
    };
    match settlement {
        Settlement::Completed => ends(Stage::Running, Stage::Completed),
        Settlement::HandedOver => ends(Stage::Expiring, Stage::Expired),
        Settlement::Failed => lets_go("failed"),
        Settlement::NotHandedOver => lets_go("not_handed_over"),
        Settlement::Undecodable => lets_go("undecodable"),
        Settlement::NotBegun => lets_go("not_begun"),
    }
}

pub(super) fn due(
    Function { name, rules, .. }: Function<'_>,
    token: Token,
    max: usize,
) -> Query<'_> {
    sqlx::query(include_str!("due.sql"))
        .bind(name)
        .bind(bytes(token))
        .bind(number(rules.lease))
        .bind(i64::from(rules.max_attempts))
        .bind(count(max))
        .bind(FORGOTTEN_BY_A_SWEEP)
}

pub(super) fn release(
    Function { name, rules, .. }: Function<'_>,
    token: Token,
    age: Moment,
) -> Query<'_> {
    sqlx::query(include_str!("release.sql"))
        .bind(name)
        .bind(bytes(token))
        .bind(number(rules.lease))
        .bind(number(age))
}

pub(super) fn len(name: &str) -> Query<'_> {
    // Each half has an index of its own, in which nothing is that has ended.
    sqlx::query(
        "SELECT (SELECT count(*) FROM linked_span_joins WHERE name = $1 AND sweep_at IS NOT NULL) \
         + (SELECT count(*) FROM linked_span_joins WHERE name = $1 AND stage IN ('exhausted', 'undecodable')) AS len",
    )
    .bind(name)
}

pub(super) fn list<'q>(name: &'q str, which: Which<'q>) -> Query<'q> {
    let (statement, page) = match which {
        Which::Key(key) => (
            select!(
                "WHERE name = $1 AND key = $2 AND (stage NOT IN ('completed', 'expired') OR until > \
                 floor(date_part('epoch', statement_timestamp()) * 1000)) LIMIT $3"
            ),
            Page {
                after: Some(key),
                limit: 1,
            },
        ),
        Which::Unsettled(page) => (
            select!(
                "WHERE name = $1 AND key > $2 AND stage NOT IN ('completed', 'expired') ORDER BY key LIMIT $3"
            ),
            page,
        ),
        Which::Parked(page) => (
            select!(
                "WHERE name = $1 AND key > $2 AND stage IN ('exhausted', 'undecodable') ORDER BY key LIMIT $3"
            ),
            page,
        ),
    };
    sqlx::query(statement)
        .bind(name)
        .bind(page.after.unwrap_or_default().as_bytes())
        .bind(count(page.limit))
}

fn bytes(Token(token): Token) -> [u8; 16] {
    token.to_be_bytes()
}
