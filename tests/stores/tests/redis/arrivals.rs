//! Compares arrivals in the server's script with `state.rs`: each input, at each state, beside other joins.

use linked_span::fan_in::JoinPolicy;
use linked_span::fan_in::state::{ClaimMode, State, Step, transition};
use linked_span_tests::at;
use linked_span_tests_stores::table::{Columns, MINE, NOW, columns, due_at, rules, states, told};

use crate::script_arguments::{keys, say};
use crate::server::{Database, ask};

const SCRIPT: &str = concat!(
    include_str!("arrivals_before.lua"),
    "\nlocal function arrival()\n",
    include_str!("../../../../runtime/src/fan_in/redis/lua/keys.lua"),
    include_str!("../../../../runtime/src/fan_in/redis/lua/call.lua"),
    include_str!("../../../../runtime/src/fan_in/redis/lua/arrive_fast.lua"),
    include_str!("../../../../runtime/src/fan_in/redis/lua/sets.lua"),
    include_str!("../../../../runtime/src/fan_in/redis/lua/state.lua"),
    include_str!("../../../../runtime/src/fan_in/redis/lua/kept.lua"),
    include_str!("../../../../runtime/src/fan_in/redis/lua/arriving.lua"),
    include_str!("../../../../runtime/src/fan_in/redis/lua/arrive.lua"),
    "\nend\n",
    include_str!("arrivals_after.lua"),
);

const KEY: &str = "own";

#[derive(Clone, Copy, Debug, PartialEq)]
enum Beside {
    Nothing,
    /// Another join that is overdue.
    Overdue,
    /// No due join, but an earlier arrival examined a join that only a sweep must handle.
    Passed,
}

/// The reply and its number; the keys of the claims, of the input's join and of another one; the stored
/// join, the start of its stage, and the stored input; and the join's place among the parked, due, sweep-only
/// and unsettled joins.
type Outcome = (
    String,
    u64,
    Option<String>,
    Option<String>,
    (Columns, u64),
    Option<String>,
    Option<u64>,
    Option<u64>,
    Option<u64>,
    Option<u64>,
);

#[tokio::test]
async fn each_arrival_in_the_server_matches_rust() {
    let mut manager = Database::begin().await.connect().await;
    let script: String = ask(&mut manager, &["SCRIPT", "LOAD", SCRIPT]).await;
    let states = states();
    for rules in rules() {
        for beside in [Beside::Nothing, Beside::Overdue, Beside::Passed] {
            for input in 0..rules.inputs {
                let mut calls = redis::pipe();
                for state in &states {
                    calls.cmd("EVALSHA").arg(&script);
                    keys(&mut calls, KEY);
                    say(&mut calls, &rules);
                    calls.arg(KEY).arg(input).arg("new").arg(NOW);
                    calls.arg(state.as_ref().map(columns).unwrap_or_default());
                    for mode in [ClaimMode::Sweep, ClaimMode::Opportunistic] {
                        calls.arg(
                            state
                                .and_then(|state| stands_at(&state, mode))
                                .map_or(String::new(), |at| at.to_string()),
                        );
                    }
                    calls.arg(matches!(state, Some(State::Parked { .. })));
                    calls.arg(match beside {
                        Beside::Nothing => "",
                        Beside::Overdue => "overdue",
                        Beside::Passed => "passed",
                    });
                }
                let outcomes: Vec<Outcome> = calls.query_async(&mut manager).await.unwrap();
                assert_eq!(outcomes.len(), states.len());
                for (state, outcome) in states.iter().zip(outcomes) {
                    let right = outcome_of(*state, input, beside, &rules);
                    assert_eq!(
                        outcome, right,
                        "{input} at {state:?}, {beside:?}, with {rules:?}"
                    );
                }
            }
        }
    }
}

fn outcome_of(before: Option<State>, input: u8, beside: Beside, rules: &JoinPolicy) -> Outcome {
    let token = MINE;
    let (after, reply) = transition(before, Step::arrive(input, token), at(NOW), rules);
    let after = after.expect("what has arrived somewhere");
    let (reply, number) = told(reply);
    let is_claimed = ["run", "hand_over"].contains(&reply);
    let had_come = before.is_some_and(|before| has(&before, input));
    let kept = if had_come {
        "1 kept"
    } else {
        &format!("{NOW} new")
    };
    let is_new = before
        .is_none_or(|before| has_ended(&before) && due_at(&before, ClaimMode::Sweep) <= Some(NOW));
    (
        reply.to_owned(),
        number,
        is_claimed.then(|| KEY.to_owned()),
        (beside == Beside::Overdue).then(|| "other".to_owned()),
        (columns(&after), if is_new { NOW } else { 1 }),
        has(&after, input).then(|| kept.to_owned()),
        matches!(after, State::Parked { .. }).then_some(0),
        stands_at(&after, ClaimMode::Sweep),
        None,
        (!has_ended(&after)).then_some(0),
    )
}

fn has(state: &State, input: u8) -> bool {
    columns(state).1 & 1 << input != 0
}

/// Returns when the join is due in this mode, if it is in that set.
fn stands_at(state: &State, mode: ClaimMode) -> Option<u64> {
    due_at(state, mode).filter(|_| !has_ended(state))
}

fn has_ended(state: &State) -> bool {
    matches!(state, State::Completed { .. } | State::Expired { .. })
}
