//! Properties that hold for up to twelve inputs, at any time.

use linked_span::fan_in::state::{
    Arrived, ClaimMode, Counts, Inputs, JoinPolicy, Reply, Settlement, State, Step, Timestamp,
    Token, due, transition,
};
use linked_span_tests::joins::SETTLEMENTS;
use linked_span_tests::{at, ms};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::scene::Item;
use crate::witness::{NOW, Witness};
use crate::world::tick;

const CLAIM_MODES: [ClaimMode; 2] = [ClaimMode::Sweep, ClaimMode::Opportunistic];

/// Runs as many cases as the variable `PROPTEST_CASES` says, or 256.
fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn policy(span: impl Strategy<Value = u64> + Clone) -> impl Strategy<Value = JoinPolicy> {
    let spans = [span.clone(), span.clone(), span.clone(), span];
    let max_attempts = prop_oneof![Just(u32::MAX), 0..4_u32];
    let kinds = prop_oneof![Just(Vec::new()), vec(0..4_u8, 12)];
    (1..=12_u8, spans, max_attempts, kinds).prop_map(
        |(inputs, [timeout, lease, backoff, dedup_window], max_attempts, kinds)| {
            let of_kind = |kind| {
                let kinds = (0..inputs).zip(&kinds);
                let places = kinds.filter(|(_, other)| **other == kind);
                places.fold(Inputs::none(), |set, (place, _)| set.with(place))
            };
            JoinPolicy::new(inputs)
                .lists(of_kind(1))
                // The first input is always required.
                .optional(of_kind(2).without(Inputs::all(1)))
                .max_elements(3)
                .timeout(ms(timeout))
                .lease(ms(lease))
                .backoff(ms(backoff))
                .dedup_window(ms(dedup_window))
                .max_attempts(max_attempts)
        },
    )
}

/// Times near the beginning, near the end, and anywhere between.
fn moment() -> impl Strategy<Value = u64> + Clone {
    prop_oneof![
        3 => 0..30_u64,
        1 => u64::MAX - 30..=u64::MAX,
        1 => any::<u64>()
    ]
}

fn settlement() -> impl Strategy<Value = Settlement> {
    select(&SETTLEMENTS)
}

fn counts() -> impl Strategy<Value = Counts> {
    vec(
        prop_oneof![3 => Just(None), 1 => (0..4_u16).prop_map(Some)],
        12,
    )
    .prop_map(|counts| {
        let counts = (0..).zip(counts);
        counts.fold(Counts::default(), |counts, (list, count)| match count {
            Some(count) => counts.with(list, count),
            None => counts,
        })
    })
}

/// Draws from few tokens, so that they collide, and mostly arrivals, so that joins become complete.
fn step(token: impl Strategy<Value = Token> + Clone) -> impl Strategy<Value = Step> {
    prop_oneof![
        24 => (0..12_u8, token.clone(), any::<bool>(), counts()).prop_map(
            |(input, token, known, counts)| Step::Arrive { input, token, known, counts }
        ),
        8 => (token.clone(), settlement())
            .prop_map(|(token, settlement)| Step::Settle { token, settlement }),
        4 => token.clone().prop_map(|token| Step::Renew { token }),
        4 => (token, select(&CLAIM_MODES))
            .prop_map(|(token, mode)| Step::ClaimDue { token, mode }),
        2 => Just(Step::Retry),
        1 => Just(Step::Forget),
    ]
}

/// Returns the token of a step; an operator's step has none.
fn token(step: Step) -> Option<Token> {
    match step {
        Step::Arrive { token, .. }
        | Step::Settle { token, .. }
        | Step::Renew { token }
        | Step::ClaimDue { token, .. } => Some(token),
        _ => None,
    }
}

fn any_token() -> impl Strategy<Value = Token> + Clone {
    prop_oneof![4 => 0..3_u128, 1 => any::<u128>()].prop_map(Token)
}

/// Placeholders: a new token, the token of the latest claim, and then the tokens of earlier steps.
const NEW: Token = Token(0);
const LAST: Token = Token(1);
const FIRST: u128 = 1000;

fn who() -> impl Strategy<Value = Token> + Clone {
    prop_oneof![3 => Just(NEW), 3 => Just(LAST), 1 => (2..300_u128).prop_map(Token)]
}

/// Mostly zero, so that joins become complete before their deadline.
fn passes() -> impl Strategy<Value = u64> {
    prop_oneof![20 => Just(0), 2 => 1..4_u64, 1 => 4..40_u64]
}

/// Maps a step's input to one that the policy has.
fn within(step: Step, policy: &JoinPolicy) -> Step {
    match step {
        Step::Arrive {
            input,
            token,
            known,
            counts,
        } => {
            let input = input % policy.inputs;
            let known = known && policy.lists.contains(input);
            let lists = policy.lists.iter();
            let given = lists.filter_map(|list| Some((list, counts.get(list)?)));
            let counts = given.fold(Counts::default(), |counts, (list, count)| {
                counts.with(list, count)
            });
            Step::Arrive {
                input,
                token,
                known,
                counts,
            }
        }
        step => step,
    }
}

/// Returns the step as it is repeated: the store keeps an element that it took.
fn as_known(step: Step, reply: Reply, policy: &JoinPolicy) -> Step {
    let is_kept = matches!(reply, Reply::Waiting(_));
    match step {
        Step::Arrive {
            input,
            token,
            known,
            counts,
        } => Step::Arrive {
            input,
            token,
            known: known || is_kept && policy.lists.contains(input),
            counts,
        },
        step => step,
    }
}

/// Returns the states that these steps lead to. The clock may also go back.
fn states(
    policy: &JoinPolicy,
    steps: &[(Step, u64)],
) -> Vec<(Option<State>, Step, Timestamp, Reply)> {
    let mut state = None;
    let history = steps.iter().map(|&(step, now)| {
        let (step, now) = (within(step, policy), at(now));
        let (after, reply) = transition(state, step, now, policy);
        state = after;
        (after, step, now, reply)
    });
    history.collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn reply_to_any_step_matches_the_next_state(
        policy in policy(moment()),
        steps in vec((step(any_token()), moment()), 0..60),
    ) {
        for (state, step, _, reply) in states(&policy, &steps) {
            let token = token(step);
            let holds = match (reply, state) {
                (
                    Reply::Waiting(told) | Reply::Duplicate(told),
                    Some(State::Open { came, lists, .. }),
                ) => told == Arrived { came, lists } && came.len() < u32::from(policy.inputs),
                (
                    Reply::Closed,
                    Some(
                        State::Open { .. }
                        | State::Running { .. }
                        | State::Ready { .. }
                        | State::Parked { .. },
                    ),
                ) => !policy.lists.is_empty() || !policy.optional.is_empty(),
                (Reply::Run { attempts: told, .. }, Some(State::Running { holder, attempts, .. })) => {
                    told == attempts && told > 0 && Some(holder) == token
                }
                (
                    Reply::DeliverExpired { came: told, .. },
                    Some(State::Expiring { came, holder, .. }),
                ) => {
                    // Elements of a list that is not full are not in the set.
                    let has_some = !told.is_empty() || !policy.lists.is_empty();
                    told == came && has_some && holder == token
                }
                (Reply::Busy(until), Some(State::Running { holder, lease, .. })) => {
                    until == lease && Some(holder) != token
                }
                (
                    Reply::Busy(until),
                    Some(State::Expiring { holder: Some(_), lease, .. }),
                ) => until == lease && token.is_none(),
                (Reply::Recorded, None) => step == Step::Forget,
                (Reply::Completed, Some(State::Completed { .. }))
                | (Reply::Expired, Some(State::Expiring { .. } | State::Expired { .. }))
                | (Reply::Parked, Some(State::Parked { .. }))
                | (Reply::Recorded | Reply::NotDue(_), Some(_))
                | (Reply::Refused, _)
                | (Reply::Absent, None) => true,
                _ => false,
            };
            prop_assert!(holds, "{:?} to {:?}, but {:?}", reply, step, state);
        }
    }

    /// A step whose reply was lost can be repeated without a second effect.
    #[test]
    fn repeated_step_changes_nothing(
        policy in policy(1..=u64::MAX),
        steps in vec((step(any_token()), 0..30_u64), 0..60),
    ) {
        for (state, step, now, reply) in states(&policy, &steps) {
            let step = as_known(step, reply, &policy);
            let (again, second) = transition(state, step, now, &policy);
            prop_assert_eq!(again, state, "{:?}", step);
            let expected = match (step, reply) {
                (Step::Arrive { input, .. }, Reply::Waiting(arrived)) => {
                    let is_full = policy.lists.contains(input) && arrived.came.contains(input);
                    if is_full { Reply::Closed } else { Reply::Duplicate(arrived) }
                }
                (Step::Arrive { .. }, Reply::Run { attempts, .. }) => {
                    Reply::Run { attempts, taken: false }
                }
                // The holder has released its claim.
                (
                    Step::Settle {
                        settlement:
                            Settlement::Failed
                            | Settlement::ExpiryFailed
                            | Settlement::Undecodable
                            | Settlement::Released,
                        ..
                    },
                    Reply::Recorded,
                ) => Reply::Refused,
                // A store finds joins by their due time, and would not find this one.
                (Step::ClaimDue { mode, .. }, Reply::Run { .. } | Reply::DeliverExpired { .. }) => {
                    let due = state.and_then(|held| due(&held, mode, &policy));
                    Reply::NotDue(due.expect("a claim runs out"))
                }
                (Step::Forget, Reply::Recorded) => Reply::Absent,
                _ => reply,
            };
            prop_assert_eq!(second, expected, "{:?}", step);
        }
    }

    #[test]
    fn claim_due_acts_exactly_when_the_join_is_due(
        policy in policy(moment()),
        steps in vec((step(any_token()), moment()), 0..60),
        between in any::<proptest::sample::Index>(),
    ) {
        let token = Token(9);
        for state in states(&policy, &steps).into_iter().filter_map(|(state, ..)| state) {
            for mode in CLAIM_MODES {
                let claim_if_due =
                    |now| transition(Some(state), Step::ClaimDue { token, mode }, now, &policy);
                let Some(due) = due(&state, mode, &policy) else {
                    for now in [at(0), Timestamp::MAX] {
                        prop_assert_eq!(claim_if_due(now), (Some(state), Reply::Parked));
                    }
                    continue;
                };
                if let Some(last) = due.as_millis().checked_sub(1) {
                    for early in [0, last, last.min(between.index(1 << 20) as u64)] {
                        prop_assert_eq!(claim_if_due(at(early)), (Some(state), Reply::NotDue(due)));
                    }
                }
                for late in [due, due.saturating_add(ms(1)), Timestamp::MAX] {
                    let (after, reply) = claim_if_due(late);
                    prop_assert!(!matches!(reply, Reply::NotDue(_)), "{:?}", reply);
                    prop_assert_ne!(after, Some(state));
                }
            }
            let [sweep, opportunistic] = CLAIM_MODES.map(|mode| due(&state, mode, &policy));
            prop_assert!(sweep <= opportunistic, "a sweep may claim a join as early as an arrival may");
        }
    }

    /// Checks the invariants of the exploration for more inputs and longer durations.
    #[test]
    fn witness_agrees_with_any_steps(
        policy in policy(1..20_u64),
        steps in vec((step(who()), passes(), 0..5_u8), 0..300),
    ) {
        let mut state = None;
        let mut witness = Witness::default();
        let mut last = NEW;
        for (count, (step, passes, element)) in (0..).zip(steps) {
            for _ in 0..passes {
                tick(&mut state, &policy);
                witness.tick();
            }
            let called = |who| match who {
                NEW => Token(FIRST + count),
                LAST => last,
                Token(earlier) => Token(FIRST + earlier),
            };
            let step = match within(step, &policy) {
                Step::Arrive { input, token, counts, .. } => {
                    let known = witness.knows(&Item::element(input, element), &policy);
                    Step::Arrive { input, token: called(token), known, counts }
                }
                Step::Settle { token, settlement } => {
                    Step::Settle { token: called(token), settlement }
                }
                Step::Renew { token } => Step::Renew { token: called(token) },
                // No worker repeats a `ClaimDue`.
                Step::ClaimDue { mode, .. } => Step::ClaimDue { token: called(NEW), mode },
                _ => step,
            };
            let (after, reply) = transition(state, step, NOW, &policy);
            if let (
                Step::Arrive { token, .. } | Step::ClaimDue { token, .. },
                Reply::Run { .. } | Reply::DeliverExpired { .. },
            ) = (step, reply)
            {
                last = token;
            }
            let seen = witness.see(step, element, reply, &policy);
            prop_assert_eq!(seen, Ok(()), "{:?} to {:?} in {:?}", reply, step, state);
            let agrees = witness.agrees_with(after, &policy);
            prop_assert_eq!(agrees, Ok(()), "after {:?} in {:?}", step, state);
            state = after;
        }
    }
}
