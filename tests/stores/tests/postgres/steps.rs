//! Compares the state machine in SQL with the one in Rust: each step, from each state, with each policy.

use linked_span::fan_in::state::{ClaimMode, Reply, State, Step, transition};
use linked_span::fan_in::{JoinPolicy, Settlement};
use linked_span_tests::{at, milliseconds};
use linked_span_tests_stores::Fixture;
use linked_span_tests_stores::table::{
    Columns, MINE, NOW, bits, columns, due_at, parked_by, policies, states, steps, text, told,
};
use sqlx::postgres::{PgPool, PgPoolOptions, PgRow};
use sqlx::{AssertSqlSafe, Row as _};

use crate::schema::Schema;

/// The stored join, the reply and its number, the number of joins that the call has parked, and when a sweep and an arrival
/// at another join must handle the join.
type Outcome = (
    Option<Columns>,
    String,
    u64,
    usize,
    Option<u64>,
    Option<u64>,
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_step_in_sql_matches_rust() {
    let schema = Schema::begin().await;
    let pool = with_a_clock_that_stands(&schema).await;
    let mut all: Vec<Step> = steps().into_iter().map(|(step, ..)| step).collect();
    all.extend((0..3).map(|input| Step::arrive(input, MINE)));
    let states = states();
    let mut compared = 0;
    for policy in policies() {
        for step in &all {
            write(&pool, &states).await;
            make(&pool, states.len(), &call(*step, &policy)).await;
            let outcomes = read(&pool).await;
            assert_eq!(outcomes.len(), states.len());
            for (state, outcome) in states.iter().zip(outcomes) {
                let right = outcome_of(*state, *step, &policy);
                assert_eq!(outcome, right, "{step:?} of {state:?} with {policy:?}");
                compared += 1;
            }
        }
    }
    assert!(compared > 30_000, "{compared}");
}

/// Replaces the server's clock: `search_path` has the schema before `pg_catalog`, so that its function is found first.
pub(crate) async fn with_a_clock_that_stands(schema: &Schema) -> PgPool {
    let clock = format!(
        "CREATE FUNCTION clock_timestamp() RETURNS timestamptz STABLE LANGUAGE sql AS $$ SELECT to_timestamp({NOW} / 1000.0) $$; \
         CREATE TABLE outcomes (name text PRIMARY KEY, reply text, number bigint, parked bigint)"
    );
    run(&schema.pool, &clock).await;
    let path = format!("{}, pg_catalog", schema.name().await);
    let options = (*schema.pool.connect_options()).clone();
    let options = options.options([("search_path", path.replace(' ', ""))]);
    let pool = PgPoolOptions::new().max_connections(1);
    let pool = pool.connect_with(options).await.unwrap();
    let now: i64 =
        sqlx::query_scalar("SELECT (date_part('epoch', clock_timestamp()) * 1000)::bigint")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(u64::try_from(now), Ok(NOW));
    pool
}

pub(crate) async fn run(pool: &PgPool, statements: &str) {
    let run = sqlx::raw_sql(AssertSqlSafe(statements)).execute(pool);
    run.await.unwrap();
}

/// Writes each state under its own function, whose name is the state's number.
async fn write(pool: &PgPool, states: &[Option<State>]) {
    let last = states.len() - 1;
    let mut statement = format!(
        "TRUNCATE linked_span_joins, linked_span_functions, outcomes; \
         INSERT INTO linked_span_functions (name, inputs, searched_at) \
         SELECT number::text, 'a, b, c', 0 FROM generate_series(0, {last}) AS number; "
    );
    statement.push_str(
        "INSERT INTO linked_span_joins (name, key, at, since, came_at, stage, came, holder, until, deadline, attempts, \
         sweep_at, opportunistic_at, payload_0, payload_1, payload_2) VALUES ",
    );
    let rows = states.iter().enumerate().filter_map(|(number, state)| {
        let state = (*state)?;
        let (stage_name, came, holder, until, deadline, attempts) = columns(&state);
        let holder = match holder.as_str() {
            "-" => "NULL".to_owned(),
            holder => format!("decode('{holder}', 'hex')"),
        };
        let moment = |moment: Option<u64>| moment.map_or("NULL".to_owned(), |at| at.to_string());
        let [sweep_at, opportunistic_at] = dues(&state).map(moment);
        let payloads = [0, 1, 2].map(|input| if came & 1 << input == 0 { "NULL" } else { "'kept'" });
        let [first, second, third] = payloads;
        let came_at = if has_ended(&state) { "'{}'" } else { "'{1,1,1}'" };
        Some(format!(
            "('{number}', 'key', 1, 1, {came_at}, '{stage_name}', {came}, {holder}, {until}, {deadline}, {attempts}, \
             {sweep_at}, {opportunistic_at}, {first}, {second}, {third})"
        ))
    });
    statement.push_str(&rows.collect::<Vec<_>>().join(", "));
    run(pool, &statement).await;
}

/// The reply of an arrival that has parked its join has a word of its own.
pub(crate) const ARRIVAL_HAS_PARKED: &str =
    "parked := (reply = 'exhausted')::integer; reply := replace(reply, 'exhausted', 'parked');";

/// Returns the statements that make a step, with its reply, its `amount`, and the number of joins that it has parked.
fn call(step: Step, policy: &JoinPolicy) -> String {
    let token = format!("'\\x{}'::bytea", text(MINE));
    let max_attempts = policy.max_attempts;
    let spans = [
        policy.timeout,
        policy.lease,
        policy.backoff,
        policy.dedup_window,
    ];
    let [timeout, lease, backoff, dedup_window] = spans.map(milliseconds);
    let told = |procedure: &str, arguments: &str| {
        format!(
            "CALL linked_span_{procedure}_v2('{procedure}', '10000', number::text, 'a, b, c', 'key', {arguments} reply); \
             amount := 0;"
        )
    };
    let finish = |before: &str, after: &str| {
        told(
            "finish",
            &format!("{token}, '{before}', '{after}', {dedup_window},"),
        )
    };
    let release = |settlement: &str| {
        let arguments = format!("{token}, '{settlement}', {backoff}, {max_attempts}, 'why',");
        told("release", &arguments)
    };
    match step {
        Step::Arrive { input, .. } => format!(
            "CALL linked_span_arrive_{input}_v2('arrive_{input}', '10000', number::text, 'a, b, c', 'key', 'new', {token}, \
             3, 7 & ~(1 << {input}), {timeout}, {lease}, {max_attempts}, false, reply, at, until, came, attempts, came_at, payloads, are_due); \
             amount := CASE WHEN reply IN ('waiting', 'duplicate', 'deliver_expired') THEN came WHEN reply = 'run' THEN attempts \
             WHEN reply = 'busy' THEN until ELSE 0 END; {ARRIVAL_HAS_PARKED}"
        ),
        Step::ClaimDue {
            mode: ClaimMode::Sweep,
            ..
        } => format!(
            "CALL linked_span_claim_due_v2('claim_due', '10000', number::text, 'a, b, c', {token}, {lease}, {max_attempts}, 10, \
             10, reply, words, words, at, came_at, all_came, came_at, parked, payloads); \
             SELECT CASE stage WHEN 'running' THEN 'run' ELSE 'deliver_expired' END, CASE stage WHEN 'running' THEN joined.attempts ELSE joined.came END \
             FROM linked_span_joins AS joined WHERE joined.name = number::text AND words IS NOT NULL INTO reply, amount;"
        ),
        Step::ClaimDue {
            mode: ClaimMode::Opportunistic,
            ..
        } => format!(
            "CALL linked_span_claim_expired_v2('claim_expired', '10000', number::text, 'a, b, c', 'own', {token}, {lease}, \
             {max_attempts}, 10, reply, word, at, until, came, attempts, came_at, parked, payloads); amount := came;"
        ),
        Step::Settle { settlement, .. } => match settlement {
            Settlement::Completed => finish("running", "completed"),
            Settlement::ExpiryDelivered => finish("expiring", "expired"),
            Settlement::Failed => release("failed"),
            Settlement::ExpiryFailed => release("expiry_failed"),
            Settlement::Undecodable => release("undecodable"),
            Settlement::Released => release("released"),
            _ => unreachable!("no procedure does it"),
        },
        Step::Renew { .. } => told("renew", &format!("{token}, {lease},")),
        Step::Retry => told("retry", &format!("3, {timeout},")),
        Step::Forget => told("forget", ""),
        _ => unreachable!("no procedure does it"),
    }
}

/// Makes a step at each state in turn, inside the server.
pub(crate) async fn make(pool: &PgPool, states: usize, call: &str) {
    let statement = format!(
        "DO $make$ #variable_conflict use_variable \
         DECLARE reply text; word text; words text[]; at bigint; until bigint; came integer; attempts bigint; \
         came_at bigint[]; all_came integer[]; payloads text[]; are_due boolean; amount bigint; \
         lens integer[]; counts integer[]; has_leftovers boolean; parked bigint; \
         BEGIN FOR number IN 0..{} LOOP \
         reply := NULL; word := NULL; words := NULL; at := NULL; until := NULL; came := NULL; attempts := NULL; \
         came_at := NULL; payloads := NULL; are_due := NULL; amount := NULL; parked := NULL; \
         {call} \
         INSERT INTO outcomes VALUES (number::text, reply, amount, parked); COMMIT; \
         END LOOP; END $make$",
        states - 1
    );
    run(pool, &statement).await;
}

async fn read(pool: &PgPool) -> Vec<Outcome> {
    let rows = "SELECT outcomes.reply, number, parked, stage, came, encode(holder, 'hex') AS holder, until, deadline, attempts, \
                sweep_at, opportunistic_at, (payload_0 IS NOT NULL)::int + 2 * (payload_1 IS NOT NULL)::int \
                + 4 * (payload_2 IS NOT NULL)::int AS kept \
                FROM outcomes LEFT JOIN linked_span_joins AS joined ON joined.name = outcomes.name \
                AND NOT (stage IN ('completed', 'expired') AND until <= $1) ORDER BY outcomes.name::int";
    let rows = sqlx::query(rows).bind(i64::try_from(NOW).unwrap());
    let rows = rows.fetch_all(pool).await.unwrap();
    rows.iter().map(outcome).collect()
}

pub(crate) fn number<N: TryFrom<i64> + Default>(row: &PgRow, column: &str) -> N {
    let number: Option<i64> = row.get(column);
    number.map_or_else(N::default, |number| {
        N::try_from(number).ok().expect("a number")
    })
}

/// Only whether a join is due matters, not since when.
pub(crate) fn at_once(due: Option<u64>) -> Option<u64> {
    due.map(|due| due.max(NOW))
}

fn outcome(row: &PgRow) -> Outcome {
    let reply: Option<String> = row.get("reply");
    let due = |column| {
        let due: Option<i64> = row.get(column);
        at_once(due.map(|due| u64::try_from(due).unwrap()))
    };
    (
        kept(row),
        reply.unwrap_or_default(),
        number(row, "number"),
        number(row, "parked"),
        due("sweep_at"),
        due("opportunistic_at"),
    )
}

/// Returns the stored join without the columns that its stage ignores.
fn kept(row: &PgRow) -> Option<Columns> {
    let stage: String = row.get::<Option<_>, _>("stage")?;
    let (came, kept): (i32, i32) = (row.get("came"), row.get("kept"));
    assert_eq!(kept, came, "the inputs that came are kept");
    let came = u16::try_from(came).unwrap();
    let holder: Option<String> = row.get("holder");
    let holder = holder.unwrap_or("-".to_owned());
    let (until, deadline) = (number(row, "until"), number(row, "deadline"));
    let attempts = number(row, "attempts");
    Some(match stage.as_str() {
        "open" => (stage, came, holder, 0, deadline, attempts),
        "running" | "ready" => (stage, came, holder, until, deadline, attempts),
        "expiring" | "completed" | "expired" => (stage, came, holder, until, 0, attempts),
        _ => (stage, came, "-".to_owned(), 0, 0, attempts),
    })
}

fn outcome_of(state: Option<State>, step: Step, policy: &JoinPolicy) -> Outcome {
    let (after, reply) = transition(state, step, at(NOW), policy);
    // The row stays, and the next step treats it as forgotten.
    let after = after.filter(|after| !has_ended(after) || dues_of_ended(after) > NOW);
    let (word, number) = told(reply);
    let (word, number) = match (step, reply) {
        (Step::Arrive { .. }, _) | (Step::ClaimDue { .. }, Reply::Run { .. }) => (word, number),
        (Step::ClaimDue { .. }, Reply::DeliverExpired { came, .. }) => (word, bits(came).into()),
        // A `ClaimDue` only returns what it has claimed.
        (Step::ClaimDue { .. }, _) => ("", 0),
        (_, Reply::Recorded) => ("recorded", 0),
        _ => ("refused", 0),
    };
    let [sweep_at, opportunistic_at] = after
        .map_or([None, None], |after| dues(&after))
        .map(at_once);
    (
        after.as_ref().map(columns),
        word.to_owned(),
        number,
        parked_by(step, state, policy),
        sweep_at,
        opportunistic_at,
    )
}

/// Returns the columns' values. Ended joins have an index of their own.
fn dues(state: &State) -> [Option<u64>; 2] {
    [ClaimMode::Sweep, ClaimMode::Opportunistic]
        .map(|mode| due_at(state, mode).filter(|_| !has_ended(state)))
}

/// Returns when the store forgets an ended join.
pub(crate) fn dues_of_ended(state: &State) -> u64 {
    due_at(state, ClaimMode::Sweep).unwrap_or(u64::MAX)
}

pub(crate) fn has_ended(state: &State) -> bool {
    matches!(state, State::Completed { .. } | State::Expired { .. })
}
