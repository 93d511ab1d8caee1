//! Compares the state machine in SQL with the one in Rust, for a single input, a list and an optional input.

use linked_span::fan_in::state::{ClaimMode, Reply, State, Step, due, transition};
use linked_span::fan_in::{ArrivingInput, Inputs, JoinPolicy, Settlement, Tallies, Timestamp};
use linked_span_tests::{at, milliseconds};
use linked_span_tests_stores::Fixture;
use linked_span_tests_stores::list_table::{
    LIST, OPTIONAL, SINGLE, arrival, arrivals, policies, states, tallies, tallies_after,
};
use linked_span_tests_stores::table::{
    Columns, MINE, NOW, bits, columns, parked_by, steps, text, told,
};
use sqlx::Row as _;
use sqlx::postgres::{PgPool, PgRow};

use crate::schema::Schema;
use crate::steps::{
    ARRIVAL_HAS_PARKED, at_once, dues_of_ended, has_ended, make, number, run,
    with_a_clock_that_stands,
};

/// A stored join, when a sweep and an arrival at another join must handle it, its numbers, and its rows of each input.
type Kept = (Columns, Option<u64>, Option<u64>, String, [i64; 3]);

/// A stored join, the reply and its number, and the number of joins that the call has parked.
type Outcome = (Option<Kept>, String, u64, usize);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_step_of_a_list_in_sql_matches_rust() {
    let schema = Schema::begin().await;
    let pool = with_a_clock_that_stands(&schema).await;
    let states = states();
    let mut compared = 0;
    for policy in policies() {
        for (step, ..) in steps() {
            let step = |_: &Option<State>| step;
            compared += compare(&pool, &states, &call(step(&None), &policy), step, &policy).await;
        }
        for input in arrivals() {
            let step = |state: &Option<State>| arrival(state.as_ref(), input);
            compared += compare(&pool, &states, &arrive(input, &policy), step, &policy).await;
        }
    }
    assert!(compared > 10_000, "{compared}");
}

async fn compare(
    pool: &PgPool,
    states: &[Option<State>],
    call: &str,
    step: impl Fn(&Option<State>) -> Step,
    policy: &JoinPolicy,
) -> usize {
    write(pool, states, policy).await;
    make(pool, states.len(), call).await;
    let outcomes = read(pool).await;
    assert_eq!(outcomes.len(), states.len());
    for (state, outcome) in states.iter().zip(outcomes) {
        let step = step(state);
        let right = outcome_of(*state, step, policy);
        assert_eq!(outcome, right, "{step:?} of {state:?} with {policy:?}");
    }
    let left = "SELECT count(*) FROM linked_span_inputs WHERE instance NOT IN \
                (SELECT instance FROM linked_span_joins WHERE stage NOT IN ('completed', 'expired'))";
    let left: i64 = sqlx::query_scalar(left).fetch_one(pool).await.unwrap();
    assert_eq!(left, 0, "{call}");
    states.len()
}

/// Writes each state under its own function, whose name and key are the state's number.
async fn write(pool: &PgPool, states: &[Option<State>], policy: &JoinPolicy) {
    let last = states.len() - 1;
    let mut statement = format!(
        "TRUNCATE linked_span_joins, linked_span_inputs, linked_span_functions, outcomes; \
         INSERT INTO linked_span_functions (name, inputs, searched_at) \
         SELECT number::text, 'a, b, c', 0 FROM generate_series(0, {last}) AS number; "
    );
    for (number, state) in states.iter().enumerate() {
        let Some(state) = state else { continue };
        statement.push_str(&row(number, state, policy));
    }
    run(pool, &statement).await;
}

fn row(number: usize, state: &State, policy: &JoinPolicy) -> String {
    let (stage_name, came, holder, until, deadline, attempts) = columns(state);
    let holder = match holder.as_str() {
        "-" => "NULL".to_owned(),
        holder => format!("decode('{holder}', 'hex')"),
    };
    let moment = |moment: Option<u64>| moment.map_or("NULL".to_owned(), |at| at.to_string());
    let [sweep_at, opportunistic_at] = dues(state, policy).map(moment);
    let instance = format!("lpad('{number}', 32, '0')::uuid");
    let (numbers, bytes) = if has_ended(state) {
        ("NULL, NULL".to_owned(), "NULL")
    } else {
        (numbers(came, tallies(state)).replace(';', ", "), "0")
    };
    let mut statement = format!(
        "INSERT INTO linked_span_joins (name, key, at, since, came_at, stage, came, holder, until, deadline, attempts, \
         sweep_at, opportunistic_at, instance, lens, counts, bytes) VALUES ('{number}', '{number}', 1, 1, '{{}}', '{stage_name}', {came}, \
         {holder}, {until}, {deadline}, {attempts}, {sweep_at}, {opportunistic_at}, {instance}, {numbers}, {bytes}); "
    );
    for (input, rows) in (0..).zip(rows(came, tallies(state))) {
        let rows = format!(
            "INSERT INTO linked_span_inputs SELECT {instance}, {input}, number + 1, \
             CASE {input} WHEN {LIST} THEN number::text ELSE '' END::bytea, 1, 'kept' FROM generate_series(0, {rows} - 1) AS number; "
        );
        statement.push_str(&rows);
    }
    statement
}

/// Returns the lengths and counts of a join, as literals.
fn numbers(came: u16, tallies: Tallies) -> String {
    let single = |place: u8| came >> place & 1;
    let len = tallies.len(LIST);
    let count = |count: Option<u16>| count.map_or("NULL".to_owned(), |count| count.to_string());
    let own = |place| count((single(place) == 1).then_some(1));
    format!(
        "'{{{},{len},{}}}';'{{{},{},{}}}'",
        single(SINGLE),
        single(OPTIONAL),
        own(SINGLE),
        count(tallies.counts().get(LIST)),
        own(OPTIONAL)
    )
}

fn rows(came: u16, tallies: Tallies) -> [i64; 3] {
    let single = |place: u8| (came >> place & 1).into();
    [single(SINGLE), tallies.len(LIST).into(), single(OPTIONAL)]
}

fn dues(state: &State, policy: &JoinPolicy) -> [Option<u64>; 2] {
    [ClaimMode::Sweep, ClaimMode::Opportunistic].map(|mode| {
        let due = due(state, mode, policy).map(Timestamp::as_millis);
        due.filter(|_| !has_ended(state))
    })
}

fn head(procedure: &str) -> String {
    format!(
        "CALL linked_span_{procedure}_v2('{procedure}', '10000', number::text, 'a, b, c', number::text::bytea, "
    )
}

fn token() -> String {
    format!("'\\x{}'::bytea", text(MINE))
}

/// Returns the statements that make a step, with its reply, its `amount`, and the number of joins that it has parked.
fn call(step: Step, policy: &JoinPolicy) -> String {
    let token = token();
    let max_attempts = policy.max_attempts;
    let spans = [
        policy.timeout,
        policy.lease,
        policy.backoff,
        policy.dedup_window,
    ];
    let [timeout, lease, backoff, dedup_window] = spans.map(milliseconds);
    let all = bits(Inputs::all(policy.inputs));
    let optional = bits(policy.optional);
    let told = |procedure: &str, arguments: &str| {
        format!("{}{arguments} reply); amount := 0;", head(procedure))
    };
    let finish = |before: &str, after: &str| {
        let arguments =
            format!("{token}, '{before}', '{after}', {dedup_window}, reply, has_leftovers");
        format!("{}{arguments}); amount := 0;", head("finish_rows"))
    };
    let release = |settlement: &str| {
        let arguments = format!("{token}, '{settlement}', {backoff}, {max_attempts}, 'why',");
        told("release", &arguments)
    };
    match step {
        Step::ClaimDue {
            mode: ClaimMode::Sweep,
            ..
        } => format!(
            "CALL linked_span_claim_due_rows_v2('claim_due_rows', '10000', number::text, 'a, b, c', {token}, {lease}, \
             {max_attempts}, 10, 10, {all}, {optional}, {timeout}, reply, words, words, at, came_at, all_came, came_at, parked, payloads, \
             has_leftovers); \
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
        Step::Retry => told("retry_rows", &format!("{all}, {optional}, {timeout},")),
        Step::Forget => format!("{}reply, has_leftovers); amount := 0;", head("forget_rows")),
        _ => unreachable!("no procedure does it"),
    }
}

/// Returns the statements that make an arrival.
fn arrive(input: ArrivingInput<'_>, policy: &JoinPolicy) -> String {
    let ArrivingInput {
        input, id, counts, ..
    } = input;
    let token = token();
    let len = |place: u8| i32::from(place == input);
    let count = |place: u8| match place {
        LIST => counts.get(LIST).map(i32::from),
        place => (place == input).then_some(1),
    };
    let array = |item: &dyn Fn(u8) -> Option<i32>| {
        let items =
            (0..3).map(|place| item(place).map_or("NULL".to_owned(), |item| item.to_string()));
        format!("'{{{}}}'", items.collect::<Vec<_>>().join(","))
    };
    let lens = array(&|place| Some(len(place)));
    let is_full = |place: &u8| count(*place).is_some_and(|count| len(*place) >= count);
    let came = (0..3)
        .filter(is_full)
        .fold(0, |came, place| came | 1 << place);
    let counts = array(&count);
    let [all, lists, optional] =
        [Inputs::all(policy.inputs), policy.lists, policy.optional].map(bits);
    let [timeout, lease] = [policy.timeout, policy.lease].map(milliseconds);
    let (max_attempts, id) = (policy.max_attempts, id.unwrap_or_default());
    let max_elements = match input {
        LIST => policy.max_elements.into(),
        _ => i32::MAX,
    };
    format!(
        "{}'new', {token}, {input}, '{id}', {lens}, {counts}, {came}, {all}, {lists}, {optional}, {timeout}, {lease}, \
         {max_attempts}, {max_elements}, 0, 100, false, reply, at, until, came, attempts, lens, counts, are_due); \
         amount := CASE WHEN reply IN ('waiting', 'duplicate', 'deliver_expired') THEN came WHEN reply = 'run' THEN attempts \
         WHEN reply = 'busy' THEN until ELSE 0 END; {ARRIVAL_HAS_PARKED}",
        head("arrive_rows")
    )
}

async fn read(pool: &PgPool) -> Vec<Outcome> {
    let rows = "SELECT outcomes.reply, number, parked, stage, came, encode(holder, 'hex') AS holder, until, deadline, attempts, \
                sweep_at, opportunistic_at, concat('''', lens::text, ''';''', counts::text, '''') AS numbers, \
                ARRAY(SELECT (SELECT count(*) FROM linked_span_inputs AS inputs \
                WHERE inputs.instance = joined.instance AND inputs.input = nth) \
                FROM generate_series(0, 2) AS nth ORDER BY nth) AS rows \
                FROM outcomes LEFT JOIN linked_span_joins AS joined ON joined.name = outcomes.name \
                AND NOT (stage IN ('completed', 'expired') AND until <= $1) ORDER BY outcomes.name::int";
    let rows = sqlx::query(rows).bind(i64::try_from(NOW).unwrap());
    let rows = rows.fetch_all(pool).await.unwrap();
    rows.iter().map(outcome).collect()
}

fn outcome(row: &PgRow) -> Outcome {
    let reply: Option<String> = row.get("reply");
    let reply = reply.unwrap_or_default();
    (
        kept(row),
        reply,
        number(row, "number"),
        number(row, "parked"),
    )
}

/// Returns the stored join without the columns that its stage ignores.
fn kept(row: &PgRow) -> Option<Kept> {
    let stage: String = row.get::<Option<_>, _>("stage")?;
    let came: i32 = row.get("came");
    let came = u16::try_from(came).unwrap();
    let holder: Option<String> = row.get("holder");
    let holder = holder.unwrap_or("-".to_owned());
    let (until, deadline) = (number(row, "until"), number(row, "deadline"));
    let attempts = number(row, "attempts");
    let columns = match stage.as_str() {
        "open" => (stage, came, holder, 0, deadline, attempts),
        "running" | "ready" => (stage, came, holder, until, deadline, attempts),
        "expiring" | "completed" | "expired" => (stage, came, holder, until, 0, attempts),
        _ => (stage, came, "-".to_owned(), 0, 0, attempts),
    };
    let due = |column| {
        let due: Option<i64> = row.get(column);
        at_once(due.map(|due| u64::try_from(due).unwrap()))
    };
    let rows: Vec<i64> = row.get("rows");
    let rows = rows.try_into().unwrap();
    Some((
        columns,
        due("sweep_at"),
        due("opportunistic_at"),
        row.get("numbers"),
        rows,
    ))
}

fn outcome_of(state: Option<State>, step: Step, policy: &JoinPolicy) -> Outcome {
    let (after, reply) = transition(state, step, at(NOW), policy);
    let lists = tallies_after(state.as_ref(), step, (after.as_ref(), reply));
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
    let kept = after.map(|after| {
        let [sweep_at, opportunistic_at] = dues(&after, policy).map(at_once);
        let columns = columns(&after);
        let came = columns.1;
        let (numbers, rows) = if has_ended(&after) {
            ("'';''".to_owned(), [0; 3])
        } else {
            (numbers(came, lists), rows(came, lists))
        };
        (columns, sweep_at, opportunistic_at, numbers, rows)
    });
    let parked = parked_by(step, state, policy);
    (kept, word.to_owned(), number, parked)
}
