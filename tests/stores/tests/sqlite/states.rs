//! Runs the table of states and steps on `SQLite`, and compares the rows after each step with `transition`.

use std::collections::BTreeMap;
use std::time::Duration;

use linked_span::fan_in::state::{ClaimMode, Reply, State, Step, transition};
use linked_span::fan_in::{JoinPolicy, Sqlite, Store, Verdict};
use linked_span_tests::{at, milliseconds};
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::table::{
    Columns, MINE, NOW, columns, due_at, rules, states, steps, told,
};
use linked_span_tests_stores::{Fixture, Payload};
use serde_json::json;
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

/// A row's columns, and when a sweep and an arrival at another join must handle it.
type Kept = (Columns, Option<u64>, Option<u64>);

fn has_ended(state: &State) -> bool {
    matches!(state, State::Completed { .. } | State::Expired { .. })
}

fn row_of(state: &State) -> Kept {
    let due = |mode| due_at(state, mode).filter(|_| !has_ended(state));
    (
        columns(state),
        due(ClaimMode::Sweep),
        due(ClaimMode::Opportunistic),
    )
}

fn number(moment: u64) -> i64 {
    i64::try_from(moment).unwrap()
}

/// Replaces all rows by these states.
async fn write(pool: &SqlitePool, cases: &[Case]) {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await.unwrap();
    for clear in [
        "DELETE FROM linked_span_joins",
        "DELETE FROM linked_span_inputs",
    ] {
        sqlx::query(clear).execute(&mut *transaction).await.unwrap();
    }
    for Case { name, state, .. } in cases {
        let Some(state) = state else { continue };
        let ((stage_name, came, holder, until, deadline, attempts), sweep_at, passing_at) =
            row_of(state);
        sqlx::query(
            "INSERT INTO linked_span_joins (name, key, stage, since, holder, until, deadline, attempts, sweep_at, passing_at) \
             VALUES (?1, ?2, ?3, ?4, nullif(?5, '-'), ?6, ?7, ?8, ?9, ?10)",
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
        .bind(passing_at.map(number))
        .execute(&mut *transaction)
        .await
        .unwrap();
        for input in (0..3).filter(|input| came & 1 << input != 0) {
            let payload = json!({ "version": 1, "input": Payload::new(input) });
            sqlx::query("INSERT INTO linked_span_inputs (name, key, input, came_at, payload) VALUES (?1, ?2, ?3, ?4, ?5)")
                .bind(name)
                .bind(KEY)
                .bind(i64::try_from(input).unwrap())
                .bind(number(NOW - 100))
                .bind(payload.to_string())
                .execute(&mut *transaction)
                .await
                .unwrap();
        }
    }
    transaction.commit().await.unwrap();
}

async fn read(pool: &SqlitePool) -> BTreeMap<String, Kept> {
    let rows = sqlx::query(
        "SELECT *, (SELECT coalesce(sum(1 << input), 0) FROM linked_span_inputs AS kept \
         WHERE kept.name = joins.name AND kept.key = joins.key) AS came \
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
        let columns = (
            row.get("stage"),
            row.get("came"),
            holder.unwrap_or("-".to_owned()),
            moment(row, "until").unwrap(),
            moment(row, "deadline").unwrap(),
            row.get("attempts"),
        );
        (columns, moment(row, "sweep_at"), moment(row, "passing_at"))
    };
    rows.iter()
        .map(|row| (row.get("name"), kept(row)))
        .collect()
}

/// Asserts that the rows are those of the expected states.
async fn assert_kept(
    pool: &SqlitePool,
    cases: &[Case],
    step: &str,
    rules: &JoinPolicy,
    after: impl Fn(&Option<State>) -> Option<State>,
) {
    let kept = read(pool).await;
    for Case { name, state, .. } in cases {
        let right = after(state).as_ref().map(row_of);
        assert_eq!(
            kept.get(name),
            right.as_ref(),
            "{step} of {state:?} with {rules:?}"
        );
    }
}

fn reply_of(state: Option<State>, step: Step, rules: &JoinPolicy) -> Reply {
    transition(state, step, at(NOW), rules).1
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

fn told_of(verdict: &Verdict<Payload>) -> (&'static str, u64) {
    match verdict {
        Verdict::Waiting(came) => told(Reply::Waiting(*came)),
        Verdict::Duplicate(came) => told(Reply::Duplicate(*came)),
        Verdict::Run(claim) => ("run", claim.attempts.into()),
        Verdict::DeliverExpired { claim, .. } => {
            let came = claim.inputs.iter().map(|input| 1 << input.place);
            ("hand_over", came.sum())
        }
        Verdict::Busy { retry_after } => ("busy", NOW + milliseconds(*retry_after)),
        Verdict::Completed(_) => ("completed", 0),
        Verdict::Expired(_) => ("expired", 0),
        Verdict::Parked(_) => ("parked", 0),
        _ => unreachable!("the test does not know it"),
    }
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
    let file = File::begin().await;
    let pool = &file.pool;
    for rules in rules() {
        let store = file.open("ship").await.clock(|| at(NOW));
        let store = store.call_timeout(Duration::from_mins(1));
        let cases: Vec<_> = (0..)
            .zip(states())
            .map(|(number, state)| {
                let name = format!("state {number}");
                let worker = Worker::serving(store.clone().named(&name), "ship", rules);
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
            write(pool, &cases).await;
            for Case { worker, state, .. } in &cases {
                let is_recorded = tell(worker, step).await;
                let reply = reply_of(*state, step, &rules);
                assert_eq!(
                    is_recorded,
                    reply == Reply::Recorded,
                    "{step:?} of {state:?} with {rules:?}"
                );
            }
            let after = |state: &Option<State>| transition(*state, step, at(NOW), &rules).0;
            assert_kept(pool, &cases, &format!("{word} {how}"), &rules, after).await;
        }
        for input in 0..3 {
            let (step, token) = (Step::arrive(input, MINE), MINE);
            write(pool, &cases).await;
            for Case { worker, state, .. } in &cases {
                let arrived = worker.arrive(KEY, input, token).await;
                assert!(arrived.overdue.is_none());
                let right = told(reply_of(*state, step, &rules));
                assert_eq!(
                    told_of(&arrived.verdict),
                    right,
                    "{step:?} of {state:?} with {rules:?}"
                );
            }
            let after = |state: &Option<State>| {
                unless_forgotten(transition(*state, step, at(NOW), &rules).0)
            };
            assert_kept(pool, &cases, &format!("arrival of {input}"), &rules, after).await;
        }
        visits(pool, &cases, &rules).await;
    }
}

/// Makes a `ClaimDue` from each state, by a sweep and by an arrival at another join.
async fn visits(pool: &SqlitePool, cases: &[Case], rules: &JoinPolicy) {
    for mode in [ClaimMode::Sweep, ClaimMode::Opportunistic] {
        let step = Step::ClaimDue { token: MINE, mode };
        // A sweep ignores joins that its own token has claimed.
        let is_mine = |state: &State| {
            matches!(state, State::Running { holder, .. } if *holder == MINE)
                || matches!(state, State::Expiring { holder, .. } if *holder == Some(MINE))
        };
        let is_found = |state: &Option<State>| {
            state.is_some_and(|state| {
                let is_due =
                    due_at(&state, mode).is_some_and(|due| due <= NOW) && !has_ended(&state);
                is_due && !(mode == ClaimMode::Sweep && is_mine(&state))
            })
        };
        write(pool, cases).await;
        for Case { worker, state, .. } in cases {
            let claimed = if mode == ClaimMode::Sweep {
                let due = worker.store.claim_due(rules, MINE, 10).await.unwrap();
                assert!(due.len() <= 1);
                due.into_iter().next()
            } else {
                let arrived = worker.arrive("another", 0, MINE).await;
                arrived.overdue.map(|overdue| *overdue)
            };
            let reply = is_found(state).then(|| reply_of(*state, step, rules));
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
            assert_eq!(claimed, right, "{step:?} of {state:?} with {rules:?}");
        }
        let after = |state: &Option<State>| {
            if is_found(state) {
                transition(*state, step, at(NOW), rules).0
            } else {
                unless_forgotten(*state)
            }
        };
        assert_kept(pool, cases, &format!("{mode:?}"), rules, after).await;
    }
}
