//! Runs the table of states and steps on `SQLite`, and compares the rows after each step with `transition`.

use std::collections::BTreeMap;
use std::time::Duration;

use linked_span::fan_in::state::{
    ClaimMode, Counts, Reply, State, Step, Tallies, Timestamp, due, transition,
};
use linked_span::fan_in::{ArrivingInput, Claim, Inputs, JoinPolicy, Sqlite, Store, Verdict};
use linked_span_tests::{at, milliseconds};
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::list_table::{self, LIST, tallies, tallies_after};
use linked_span_tests_stores::table::{
    self, Columns, MINE, NOW, bits, columns, parked_by, steps, told,
};
use linked_span_tests_stores::{Fixture, Payload};
use serde_json::{Value, json};
use sqlx::Row as _;
use sqlx::sqlite::{SqlitePool, SqliteRow};

use crate::fixture::File;

const KEY: &str = "own";

/// A state in a file. Each state has its own function, and all share one store.
struct Case {
    worker: Worker<Sqlite>,
    name: String,
    state: Option<State>,
}

/// A row's columns, when a sweep and an arrival at another join must handle it, its tallies, and its number of elements.
type Kept = (Columns, Option<u64>, Option<u64>, Tallies, u16);

fn has_ended(state: &State) -> bool {
    matches!(state, State::Completed { .. } | State::Expired { .. })
}

/// Returns the row of a state. A function without lists keeps no tallies.
fn row_of(state: &State, tallies: Tallies, policy: &JoinPolicy) -> Kept {
    let due = |mode| due_at(state, mode, policy).filter(|_| !has_ended(state));
    let tallies = Some(tallies).filter(|_| !policy.lists.is_empty());
    let tallies = tallies.unwrap_or_default();
    (
        columns(state),
        due(ClaimMode::Sweep),
        due(ClaimMode::Opportunistic),
        tallies,
        tallies.len(LIST),
    )
}

fn due_at(state: &State, mode: ClaimMode, policy: &JoinPolicy) -> Option<u64> {
    due(state, mode, policy).map(Timestamp::as_millis)
}

fn number(moment: u64) -> i64 {
    i64::try_from(moment).unwrap()
}

/// Replaces all rows by these states.
async fn write(pool: &SqlitePool, cases: &[Case], policy: &JoinPolicy) {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await.unwrap();
    for clear in [
        "DELETE FROM linked_span_joins",
        "DELETE FROM linked_span_inputs",
        "DELETE FROM linked_span_elements",
    ] {
        sqlx::query(clear).execute(&mut *transaction).await.unwrap();
    }
    for (instance, Case { name, state, .. }) in (0_i64..).zip(cases) {
        let Some(state) = state else { continue };
        let (columns, sweep_at, opportunistic_at, tallies, elements) =
            row_of(state, tallies(state), policy);
        let (stage_name, came, holder, until, deadline, attempts) = columns;
        let has_lists = !policy.lists.is_empty() && !has_ended(state);
        sqlx::query(
            "INSERT INTO linked_span_joins (name, key, stage, since, holder, until, deadline, attempts, sweep_at, opportunistic_at, \
             instance, lists) VALUES (?1, ?2, ?3, ?4, nullif(?5, '-'), ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )
        .bind(name)
        .bind(KEY)
        .bind(stage_name)
        .bind(number(NOW - 100))
        .bind(holder)
        .bind(number(until))
        .bind(number(deadline))
        .bind(attempts)
        .bind(sweep_at.map(number))
        .bind(opportunistic_at.map(number))
        .bind((elements > 0).then_some(instance))
        .bind(has_lists.then(|| text_of(tallies)))
        .execute(&mut *transaction)
        .await
        .unwrap();
        let is_single = |input: &u8| came & 1 << input != 0 && !policy.lists.contains(*input);
        for input in (0..3).filter(is_single) {
            sqlx::query("INSERT INTO linked_span_inputs (name, key, input, came_at, payload) VALUES (?1, ?2, ?3, ?4, ?5)")
                .bind(name)
                .bind(KEY)
                .bind(input)
                .bind(number(NOW - 100))
                .bind(payload(input))
                .execute(&mut *transaction)
                .await
                .unwrap();
        }
        for id in 0..elements {
            sqlx::query("INSERT INTO linked_span_elements (instance, input, id, came_at, payload) VALUES (?1, ?2, ?3, ?4, ?5)")
                .bind(instance)
                .bind(LIST)
                .bind(id.to_string())
                .bind(number(NOW - 100))
                .bind(payload(LIST))
                .execute(&mut *transaction)
                .await
                .unwrap();
        }
    }
    transaction.commit().await.unwrap();
}

fn payload(input: u8) -> String {
    json!({ "version": 1, "input": Payload::new(input.into()) }).to_string()
}

fn text_of(tallies: Tallies) -> String {
    let (distinct, count) = (tallies.len(LIST), tallies.counts().get(LIST));
    let list = json!({ "place": LIST, "distinct": distinct, "repeated": 0, "count": count });
    json!({ "bytes": 0, "lists": [list] }).to_string()
}

fn tallies_of(text: &str) -> Tallies {
    let lists: Value = serde_json::from_str(text).unwrap();
    let [list] = lists["lists"].as_array().unwrap().as_slice() else {
        panic!("{text}");
    };
    assert_eq!(list["place"], LIST);
    let field = |name| list[name].as_u64().map(|field| field.try_into().unwrap());
    let counts = field("count").map(|count| Counts::default().with(LIST, count));
    Tallies::new(counts.unwrap_or_default()).with(LIST, field("distinct").unwrap())
}

async fn read(pool: &SqlitePool) -> BTreeMap<String, Kept> {
    let rows = sqlx::query(
        "SELECT *, (SELECT coalesce(sum(1 << input), 0) FROM linked_span_inputs AS kept \
         WHERE kept.name = joins.name AND kept.key = joins.key) AS came, \
         (SELECT count(*) FROM linked_span_elements AS elements WHERE elements.instance = joins.instance) AS elements \
         FROM linked_span_joins AS joins WHERE key = ?1",
    )
    .bind(KEY)
    .fetch_all(pool)
    .await
    .unwrap();
    let moment = |row: &SqliteRow, column| -> Option<u64> {
        let moment: Option<i64> = row.get(column);
        moment.map(|moment| moment.try_into().unwrap())
    };
    let kept = |row: &SqliteRow| {
        let holder: Option<String> = row.get("holder");
        let tallies = row.get::<Option<String>, _>("lists");
        let tallies = tallies.map_or_else(Tallies::default, |text| tallies_of(&text));
        let singles: u16 = row.get("came");
        let full = if tallies.is_full(LIST) { 1 << LIST } else { 0 };
        let columns = (
            row.get("stage"),
            singles | full,
            holder.unwrap_or("-".to_owned()),
            moment(row, "until").unwrap(),
            moment(row, "deadline").unwrap(),
            row.get("attempts"),
        );
        let (sweep_at, opportunistic_at) =
            (moment(row, "sweep_at"), moment(row, "opportunistic_at"));
        (
            columns,
            sweep_at,
            opportunistic_at,
            tallies,
            row.get("elements"),
        )
    };
    rows.iter()
        .map(|row| (row.get("name"), kept(row)))
        .collect()
}

/// Returns the number of elements that belong to no join.
async fn leftovers(pool: &SqlitePool) -> u32 {
    let count = "SELECT count(*) FROM linked_span_elements \
                 WHERE instance NOT IN (SELECT instance FROM linked_span_joins WHERE instance IS NOT NULL)";
    sqlx::query_scalar(count).fetch_one(pool).await.unwrap()
}

/// Asserts that the rows are those of the expected states, which come with their tallies.
async fn assert_kept(
    pool: &SqlitePool,
    cases: &[Case],
    step: &str,
    policy: &JoinPolicy,
    after: impl Fn(Option<State>) -> (Option<State>, Tallies),
) {
    let kept = read(pool).await;
    for Case { name, state, .. } in cases {
        let (right, tallies) = after(*state);
        let right = right.map(|state| row_of(&state, tallies, policy));
        assert_eq!(
            kept.get(name),
            right.as_ref(),
            "{step} of {state:?} with {policy:?}"
        );
    }
    assert_eq!(leftovers(pool).await, 0, "{step} with {policy:?}");
}

/// Returns the state after a step, with its tallies.
fn after(state: Option<State>, step: Step, policy: &JoinPolicy) -> (Option<State>, Tallies) {
    let (after, reply) = transition(state, step, at(NOW), policy);
    (
        after,
        tallies_after(state.as_ref(), step, (after.as_ref(), reply)),
    )
}

fn reply_of(state: Option<State>, step: Step, policy: &JoinPolicy) -> Reply {
    transition(state, step, at(NOW), policy).1
}

async fn tell(worker: &Worker<Sqlite>, step: Step) -> bool {
    match step {
        Step::Settle { settlement, .. } => worker.settle(KEY, MINE, settlement).await,
        Step::Renew { .. } => worker.renew(KEY, MINE).await,
        Step::Retry => worker.retry(KEY).await,
        Step::Forget => worker.forget(KEY).await,
        _ => unreachable!("it has a call of its own"),
    }
}

fn told_of(verdict: &Verdict<Payload>, policy: &JoinPolicy) -> (&'static str, u64) {
    match verdict {
        Verdict::Waiting(came) => told(Reply::Waiting(*came)),
        Verdict::Duplicate(came) => told(Reply::Duplicate(*came)),
        Verdict::Closed { .. } => told(Reply::Closed),
        Verdict::Run(claim) => ("run", claim.attempts.into()),
        Verdict::DeliverExpired { claim, .. } => {
            ("deliver_expired", bits(came(claim, policy)).into())
        }
        Verdict::Busy { retry_after } => ("busy", NOW + milliseconds(*retry_after)),
        Verdict::Completed(_) => ("completed", 0),
        Verdict::Expired(_) => ("expired", 0),
        Verdict::Parked(_) => ("parked", 0),
        _ => unreachable!("the test does not know it"),
    }
}

/// Returns the single inputs of a claim, and its full lists.
fn came(claim: &Claim<Payload>, policy: &JoinPolicy) -> Inputs {
    let is_full = |list| {
        let count = claim.counts.get(list);
        count.is_some_and(|count| claim.at(list).len() >= count.into())
    };
    let has_come = |input: &u8| {
        if policy.lists.contains(*input) {
            is_full(*input)
        } else {
            !claim.at(*input).is_empty()
        }
    };
    let came = (0..policy.inputs).filter(has_come);
    came.fold(Inputs::default(), Inputs::with)
}

/// Returns `None` for an ended join whose dedup window has passed: a call removes it.
fn unless_forgotten(state: Option<State>) -> Option<State> {
    state.filter(|state| match state {
        State::Completed { forget_at, .. } | State::Expired { forget_at, .. } => {
            *forget_at > at(NOW)
        }
        _ => true,
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes as long as all other tests here; `.ci/run` runs it"]
async fn each_step_in_sqlite_matches_rust() {
    let arrivals: Vec<_> = (0..3).map(ArrivingInput::from).collect();
    compare(&table::policies(), &table::states(), &arrivals).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "`.ci/run` runs it with the other table"]
async fn each_step_of_a_list_in_sqlite_matches_rust() {
    let arrivals = list_table::arrivals();
    compare(&list_table::policies(), &list_table::states(), &arrivals).await;
}

/// Makes each step from each state with each policy.
async fn compare(
    policies: &[JoinPolicy],
    states: &[Option<State>],
    arrivals: &[ArrivingInput<'_>],
) {
    let file = File::begin().await;
    let pool = &file.pool;
    for policy in policies {
        let store = file.open("ship").await.clock(|| at(NOW));
        let store = store.call_timeout(Duration::from_mins(1));
        let cases: Vec<_> = states
            .iter()
            .enumerate()
            .map(|(number, state)| {
                let name = format!("state {number}");
                let worker = Worker::serving(store.clone().named(&name), "ship", *policy);
                let state = *state;
                Case {
                    worker,
                    name,
                    state,
                }
            })
            .collect();
        for (step, word, how) in steps() {
            if matches!(step, Step::ClaimDue { .. }) {
                continue;
            }
            write(pool, &cases, policy).await;
            for Case { worker, state, .. } in &cases {
                let is_recorded = tell(worker, step).await;
                let reply = reply_of(*state, step, policy);
                assert_eq!(
                    is_recorded,
                    reply == Reply::Recorded,
                    "{step:?} of {state:?} with {policy:?}"
                );
            }
            let after = |state| after(state, step, policy);
            assert_kept(pool, &cases, &format!("{word} {how}"), policy, after).await;
        }
        for input in arrivals {
            arrive(pool, &cases, *input, policy).await;
        }
        claims_of_due_joins(pool, &cases, policy).await;
    }
}

/// Makes an arrival at each state.
async fn arrive(pool: &SqlitePool, cases: &[Case], input: ArrivingInput<'_>, policy: &JoinPolicy) {
    let step = |state: Option<State>| {
        if policy.lists.is_empty() {
            Step::arrive(input.input, MINE)
        } else {
            list_table::arrival(state.as_ref(), input)
        }
    };
    write(pool, cases, policy).await;
    for Case { worker, state, .. } in cases {
        let payload = Payload::new(input.input.into());
        let arrived = worker.arrive_with(KEY, input, payload, MINE).await;
        assert!(arrived.overdue.is_none());
        let step = step(*state);
        let parked = (arrived.parked.attempts, arrived.parked.undecodable);
        assert_eq!(
            parked,
            (parked_by(step, *state, policy), 0),
            "{step:?} of {state:?} with {policy:?}"
        );
        let right = told(reply_of(*state, step, policy));
        assert_eq!(
            told_of(&arrived.verdict, policy),
            right,
            "{step:?} of {state:?} with {policy:?}"
        );
    }
    let after = |state| {
        let (after, tallies) = after(state, step(state), policy);
        (unless_forgotten(after), tallies)
    };
    assert_kept(pool, cases, &format!("arrival of {input:?}"), policy, after).await;
}

/// Makes a `ClaimDue` from each state, by a sweep and by an arrival at another join.
async fn claims_of_due_joins(pool: &SqlitePool, cases: &[Case], policy: &JoinPolicy) {
    for mode in [ClaimMode::Sweep, ClaimMode::Opportunistic] {
        let step = Step::ClaimDue { token: MINE, mode };
        // A sweep ignores joins that its own token has claimed.
        let is_mine = |state: &State| {
            matches!(state, State::Running { holder, .. } if *holder == MINE)
                || matches!(state, State::Expiring { holder, .. } if *holder == Some(MINE))
        };
        let is_found = |state: &Option<State>| {
            state.is_some_and(|state| {
                let is_due = due_at(&state, mode, policy).is_some_and(|due| due <= NOW)
                    && !has_ended(&state);
                is_due && !(mode == ClaimMode::Sweep && is_mine(&state))
            })
        };
        write(pool, cases, policy).await;
        for Case { worker, state, .. } in cases {
            let (claimed, parked) = if mode == ClaimMode::Sweep {
                let due = worker.store.claim_due(policy, MINE, 10).await.unwrap();
                assert!(due.claims.len() <= 1);
                (due.claims.into_iter().next(), due.parked)
            } else {
                let arrived = worker.arrive("another", 0, MINE).await;
                (arrived.overdue.map(|overdue| *overdue), arrived.parked)
            };
            let reply = is_found(state).then(|| reply_of(*state, step, policy));
            let right = reply.and_then(|reply| match reply {
                Reply::Run { attempts, .. } | Reply::DeliverExpired { attempts, .. } => {
                    Some(attempts)
                }
                _ => None,
            });
            let claimed = claimed.map(|claimed| {
                assert_eq!(claimed.key, KEY);
                claimed.claim.attempts
            });
            assert_eq!(claimed, right, "{step:?} of {state:?} with {policy:?}");
            let right = is_found(state).then(|| parked_by(step, *state, policy));
            assert_eq!(
                (parked.attempts, parked.undecodable),
                (right.unwrap_or(0), 0),
                "{step:?} of {state:?} with {policy:?}"
            );
        }
        let after = |state: Option<State>| {
            if is_found(&state) {
                after(state, step, policy)
            } else {
                let kept = unless_forgotten(state);
                (kept, kept.as_ref().map(tallies).unwrap_or_default())
            }
        };
        assert_kept(pool, cases, &format!("{mode:?}"), policy, after).await;
    }
}
