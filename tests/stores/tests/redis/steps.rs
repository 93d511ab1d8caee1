//! Compares the state machine in Lua with the one in Rust: each step except arrivals, from each state.

use linked_span::fan_in::JoinPolicy;
use linked_span::fan_in::state::{ClaimMode, State, Step, Timestamp, due, transition};
use linked_span_tests::at;
use linked_span_tests_stores::list_table;
use linked_span_tests_stores::table::{self, Columns, NOW, columns, steps, told};

use crate::script_arguments::{keys, say, settings};
use crate::server::{Database, ask};

macro_rules! script {
    ($($lists:literal)?) => {
        concat!(
            include_str!("../../../../runtime/src/fan_in/redis/lua/keys.lua"),
            include_str!("../../../../runtime/src/fan_in/redis/lua/call_arguments.lua"),
            $(include_str!(concat!("../../../../runtime/src/fan_in/redis/lua/", $lists)),)?
            include_str!("../../../../runtime/src/fan_in/redis/lua/state.lua"),
            include_str!("../../../../runtime/src/fan_in/redis/lua/holder_steps.lua"),
            include_str!("steps.lua"),
        )
    };
}

const SCRIPT: &str = script!();

const LIST_SCRIPT: &str = script!("lists.lua");

/// The next state, the reply and its number, and the times at which a sweep and an arrival must handle the join.
type Outcome = (Option<Columns>, String, u64, Option<u64>, Option<u64>);

#[tokio::test]
async fn each_step_in_lua_matches_rust() {
    compare(SCRIPT, &table::policies(), &table::states()).await;
}

#[tokio::test]
async fn each_step_of_a_list_in_lua_matches_rust() {
    compare(LIST_SCRIPT, &list_table::policies(), &list_table::states()).await;
}

async fn compare(script: &str, policies: &[JoinPolicy], states: &[Option<State>]) {
    let mut manager = Database::begin().await.connect().await;
    let script: String = ask(&mut manager, &["SCRIPT", "LOAD", script]).await;
    let steps = steps();
    for policy in policies {
        for state in states {
            let mut calls = redis::pipe();
            for (_, word, how) in &steps {
                calls.cmd("EVALSHA").arg(&script);
                keys(&mut calls, "");
                say(&mut calls, policy);
                calls
                    .arg(NOW)
                    .arg(state.as_ref().map(columns).unwrap_or_default());
                calls.arg(word).arg(how).arg(settings(policy)).arg("");
            }
            let outcomes: Vec<Outcome> = calls.query_async(&mut manager).await.unwrap();
            assert_eq!(outcomes.len(), steps.len());
            for ((step, ..), outcome) in steps.iter().zip(outcomes) {
                let right = outcome_of(state.as_ref(), *step, policy);
                assert_eq!(outcome, right, "{step:?} of {state:?} with {policy:?}");
            }
        }
    }
}

fn outcome_of(state: Option<&State>, step: Step, policy: &JoinPolicy) -> Outcome {
    let (after, reply) = transition(state.copied(), step, at(NOW), policy);
    let (reply, number) = told(reply);
    let due = |mode| {
        state
            .and_then(|state| due(state, mode, policy))
            .map(Timestamp::as_millis)
    };
    (
        after.as_ref().map(columns),
        reply.to_owned(),
        number,
        due(ClaimMode::Sweep),
        due(ClaimMode::Opportunistic),
    )
}
