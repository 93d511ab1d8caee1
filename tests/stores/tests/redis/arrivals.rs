//! Compares arrivals in the server's script with `state.rs`: each input, at each state, beside other joins.

use linked_span::fan_in::state::{
    ClaimMode, Reply, State, Step, Tallies, Timestamp, due, transition,
};
use linked_span::fan_in::{ArrivingInput, JoinPolicy};
use linked_span_tests::at;
use linked_span_tests_stores::list_table::{self, LIST, tallies, tallies_after};
use linked_span_tests_stores::table::{self, Columns, MINE, NOW, columns, parked_by, text, told};

use crate::script_arguments::{keys, say, settings};
use crate::server::{Database, ask};

macro_rules! script {
    ($($take:literal),+) => {
        concat!(
            include_str!("arrivals_before.lua"),
            "\nlocal function arrival()\n",
            include_str!("../../../../runtime/src/fan_in/redis/lua/keys.lua"),
            include_str!("../../../../runtime/src/fan_in/redis/lua/call_arguments.lua"),
            $(include_str!(concat!("../../../../runtime/src/fan_in/redis/lua/", $take)),)+
            include_str!("../../../../runtime/src/fan_in/redis/lua/arrive_fast.lua"),
            include_str!("../../../../runtime/src/fan_in/redis/lua/sets.lua"),
            include_str!("../../../../runtime/src/fan_in/redis/lua/state.lua"),
            include_str!("../../../../runtime/src/fan_in/redis/lua/joins.lua"),
            include_str!("../../../../runtime/src/fan_in/redis/lua/decide_arrival.lua"),
            include_str!("../../../../runtime/src/fan_in/redis/lua/arrive.lua"),
            "\nend\n",
            include_str!("arrivals_after.lua"),
        )
    };
}

const SCRIPT: &str = script!("arrival_arguments.lua", "take.lua");

const LIST_SCRIPT: &str = script!("lists.lua", "arrival_arguments.lua", "take_lists.lua");

const INSTANCE: &str = "instance";

const KEY: &str = "own";

/// The attempts of the other join whose worker died.
const ATTEMPTS: u32 = 2;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Beside {
    Nothing,
    /// Another join that is overdue, and whose worker died at the last attempt.
    Exhausted,
    /// Another join that is overdue.
    Overdue,
    /// No due join, but an earlier arrival examined a join that only a sweep must handle.
    Passed,
}

/// The reply and its number; the keys of the claims, of the input's join and of another one, with the number of joins that
/// the call has parked; the stored join, the start of its stage, and the stored input; the join's place among the parked,
/// due, sweep-only and unsettled joins; and the lists, with the numbers of elements and of identities.
type Outcome = (
    String,
    u64,
    Option<String>,
    (Option<String>, usize),
    (Columns, u64),
    Option<String>,
    Option<u64>,
    Option<u64>,
    Option<u64>,
    Option<u64>,
    (Option<String>, u16, u16),
);

#[tokio::test]
async fn each_arrival_in_the_server_matches_rust() {
    let arrivals: Vec<_> = (0..3).map(ArrivingInput::from).collect();
    compare(SCRIPT, &table::policies(), &table::states(), &arrivals).await;
    // The script of lists decides the same over single inputs.
    compare(LIST_SCRIPT, &table::policies(), &table::states(), &arrivals).await;
}

#[tokio::test]
async fn each_arrival_at_a_list_in_the_server_matches_rust() {
    let (policies, states) = (list_table::policies(), list_table::states());
    compare(LIST_SCRIPT, &policies, &states, &list_table::arrivals()).await;
}

async fn compare(
    script: &str,
    policies: &[JoinPolicy],
    states: &[Option<State>],
    arrivals: &[ArrivingInput<'_>],
) {
    let mut manager = Database::begin().await.connect().await;
    let script: String = ask(&mut manager, &["SCRIPT", "LOAD", script]).await;
    for policy in policies {
        for beside in [
            Beside::Nothing,
            Beside::Exhausted,
            Beside::Overdue,
            Beside::Passed,
        ] {
            for input in arrivals {
                let mut calls = redis::pipe();
                for state in states {
                    calls.cmd("EVALSHA").arg(&script);
                    keys(&mut calls, KEY);
                    say(&mut calls, policy);
                    calls.arg(KEY).arg(input.input).arg("new");
                    let count = input.counts.get(LIST);
                    let counts = count.map(|count| format!("{LIST}:{count}"));
                    calls.arg(input.id.unwrap_or_default());
                    calls.arg(counts.unwrap_or_default()).arg(NOW);
                    calls.arg(state.as_ref().map(columns).unwrap_or_default());
                    for mode in [ClaimMode::Sweep, ClaimMode::Opportunistic] {
                        calls.arg(
                            state
                                .and_then(|state| stands_at(&state, mode, policy))
                                .map_or(String::new(), |at| at.to_string()),
                        );
                    }
                    calls.arg(matches!(state, Some(State::Parked { .. })));
                    calls.arg(match beside {
                        Beside::Nothing => "",
                        Beside::Exhausted => "exhausted",
                        Beside::Overdue => "overdue",
                        Beside::Passed => "passed",
                    });
                    let kept = state.filter(|state| keeps_lists(state, policy));
                    let tallies = kept.as_ref().map(tallies);
                    let kept = tallies.map(|tallies| lists(INSTANCE, 0, 0, tallies));
                    calls.arg(kept.unwrap_or_default());
                    calls.arg(tallies.map_or(0, |tallies| tallies.len(LIST)));
                    calls.arg(settings(policy)).arg("");
                }
                let outcomes: Vec<Outcome> = calls.query_async(&mut manager).await.unwrap();
                assert_eq!(outcomes.len(), states.len());
                for (state, outcome) in states.iter().zip(outcomes) {
                    let right = outcome_of(*state, *input, beside, policy);
                    assert_eq!(
                        outcome, right,
                        "{input:?} at {state:?}, {beside:?}, with {policy:?}"
                    );
                }
            }
        }
    }
}

fn outcome_of(
    before: Option<State>,
    input: ArrivingInput<'_>,
    beside: Beside,
    policy: &JoinPolicy,
) -> Outcome {
    let step = if policy.lists.is_empty() {
        Step::arrive(input.input, MINE)
    } else {
        list_table::arrival(before.as_ref(), input)
    };
    let (after, answer) = transition(before, step, at(NOW), policy);
    let after = after.expect("what has arrived somewhere");
    let (reply, number) = told(answer);
    let is_claimed = ["run", "deliver_expired"].contains(&reply);
    let is_list = policy.lists.contains(input.input);
    let had_come = before.is_some_and(|before| has(&before, input.input));
    let kept = if had_come {
        "1 kept"
    } else {
        &format!("{NOW} new")
    };
    let is_new = before.is_none_or(|before| {
        has_ended(&before) && due_at(&before, ClaimMode::Sweep, policy) <= Some(NOW)
    });
    let parks_another = beside == Beside::Exhausted && policy.max_attempts <= ATTEMPTS;
    let is_another_claimed = match beside {
        Beside::Exhausted => !parks_another,
        beside => beside == Beside::Overdue,
    };
    let others = (
        is_another_claimed.then(|| "other".to_owned()),
        parked_by(step, before, policy) + usize::from(parks_another),
    );
    (
        reply.to_owned(),
        number,
        is_claimed.then(|| KEY.to_owned()),
        others,
        (columns(&after), if is_new { NOW } else { 1 }),
        (has(&after, input.input) && !is_list).then(|| kept.to_owned()),
        matches!(after, State::Parked { .. }).then_some(0),
        stands_at(&after, ClaimMode::Sweep, policy),
        None,
        (!has_ended(&after)).then_some(0),
        lists_after(before, step, (&after, answer), policy),
    )
}

/// Returns the lists after an arrival, with the numbers of elements and of identities.
fn lists_after(
    before: Option<State>,
    step: Step,
    (after, reply): (&State, Reply),
    policy: &JoinPolicy,
) -> (Option<String>, u16, u16) {
    if !keeps_lists(after, policy) {
        return (None, 0, 0);
    }
    let before = before.filter(|before| keeps_lists(before, policy));
    let instance = before.map_or(text(MINE), |_| INSTANCE.to_owned());
    let is_element = matches!(step, Step::Arrive { input, .. } if policy.lists.contains(input));
    let is_taken = reply.takes_input();
    let is_repeated = matches!(reply, Reply::Duplicate(_));
    let bytes = if is_element && is_taken {
        "new".len()
    } else {
        0
    };
    let tallies = tallies_after(before.as_ref(), step, (Some(after), reply));
    let repeated = u8::from(is_element && is_repeated);
    let len = tallies.len(LIST);
    (Some(lists(&instance, bytes, repeated, tallies)), len, len)
}

fn keeps_lists(state: &State, policy: &JoinPolicy) -> bool {
    !policy.lists.is_empty() && !has_ended(state)
}

/// Returns the lists as the server keeps them.
fn lists(instance: &str, bytes: usize, repeated: u8, tallies: Tallies) -> String {
    let count = tallies.counts().get(LIST);
    let count = count.map_or("-".to_owned(), |count| count.to_string());
    let len = tallies.len(LIST);
    format!("{instance} {bytes} {LIST}:{len}:{repeated}:{count}")
}

fn has(state: &State, input: u8) -> bool {
    columns(state).1 & 1 << input != 0
}

/// Returns when the join is due in this mode, if it is in that set.
fn stands_at(state: &State, mode: ClaimMode, policy: &JoinPolicy) -> Option<u64> {
    due_at(state, mode, policy).filter(|_| !has_ended(state))
}

fn due_at(state: &State, mode: ClaimMode, policy: &JoinPolicy) -> Option<u64> {
    due(state, mode, policy).map(Timestamp::as_millis)
}

fn has_ended(state: &State) -> bool {
    matches!(state, State::Completed { .. } | State::Expired { .. })
}
