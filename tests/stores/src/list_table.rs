//! The [table](crate::table) of states and steps for a single input, a list and an optional input.
//!
//! A store writes a state's [`columns`](crate::table::columns) and its [`tallies`], with the elements `0`, `1` and so on.
//! After a step it compares its row with `transition`, and its elements with [`tallies_after`].

use linked_span::fan_in::state::{Counts, Reply, State, Step, Tallies};
use linked_span::fan_in::{ArrivingInput, Inputs, JoinPolicy, ParkReason, Timestamp};
use linked_span_tests::{at, ms};

use crate::table::{MINE, NOW, OTHERS};

/// The place of the single input.
pub const SINGLE: u8 = 0;
/// The place of the list.
pub const LIST: u8 = 1;
/// The place of the optional input.
pub const OPTIONAL: u8 = 2;

const NEAR: [Timestamp; 3] = [at(NOW - 1), at(NOW), at(NOW + 1)];

const POLICY: JoinPolicy = JoinPolicy::new(3)
    .lists(Inputs::all(2).without(Inputs::all(1)))
    .optional(Inputs::all(3).without(Inputs::all(2)))
    .max_elements(3)
    .timeout(ms(10_000))
    .lease(ms(5_000))
    .backoff(ms(3_000))
    .dedup_window(ms(20_000))
    .max_attempts(2);

/// The lengths and counts of open lists: unknown, of none, incomplete, full, and longer than the count.
const TALLIES: [(u16, Option<u16>); 8] = [
    (0, None),
    (1, None),
    (3, None),
    (0, Some(0)),
    (0, Some(2)),
    (1, Some(2)),
    (2, Some(2)),
    (3, Some(2)),
];

/// Returns the policies: a usual one, and one whose spans are zero.
#[must_use]
pub fn policies() -> Vec<JoinPolicy> {
    let zero = ms(0);
    let short = POLICY.timeout(zero).lease(zero).backoff(zero);
    vec![POLICY, short.dedup_window(zero)]
}

/// Returns every kind of state, on each side of each of its times; `None` is absent.
#[must_use]
pub fn states() -> Vec<Option<State>> {
    let single = Inputs::default().with(SINGLE);
    let singles = [
        Inputs::default(),
        single,
        Inputs::default().with(OPTIONAL),
        single.with(OPTIONAL),
    ];
    let some = singles.map(|came| [came, came.with(LIST)]);
    let some = some.into_iter().flatten().filter(|came| !came.is_empty());
    let complete = [single.with(LIST), Inputs::all(POLICY.inputs)];
    let mut states = vec![None];
    for reason in [ParkReason::Attempts, ParkReason::Undecodable] {
        states.extend(some.clone().map(|came| {
            let attempts = 2;
            Some(State::Parked {
                came,
                attempts,
                reason,
            })
        }));
    }
    for first in NEAR {
        for (came, tally) in singles
            .into_iter()
            .flat_map(|came| TALLIES.map(|of| (came, of)))
        {
            let lists = list(tally);
            let came = if lists.is_full(LIST) {
                came.with(LIST)
            } else {
                came
            };
            // An open join has received something, and something is missing.
            if came != Inputs::all(POLICY.inputs) && (tally != (0, None) || !came.is_empty()) {
                let open = linked_span::fan_in::Arrived { came, lists };
                states.push(Some(State::open(open, first)));
            }
        }
        for holder in [MINE, OTHERS] {
            let forget_at = first;
            states.push(Some(State::Completed { holder, forget_at }));
            states.push(Some(State::Expired { holder, forget_at }));
        }
        for holder in [None, Some(MINE), Some(OTHERS)] {
            states.extend(some.clone().map(|came| {
                Some(State::Expiring {
                    came,
                    holder,
                    lease: first,
                    attempts: 1,
                })
            }));
        }
        for (deadline, came) in NEAR
            .into_iter()
            .flat_map(|at| complete.map(|came| (at, came)))
        {
            for attempts in [0, 1, 2] {
                states.push(Some(State::Ready {
                    came,
                    retry_at: first,
                    deadline,
                    attempts,
                }));
                for holder in [MINE, OTHERS] {
                    states.push(Some(State::Running {
                        came,
                        holder,
                        lease: first,
                        deadline,
                        attempts,
                    }));
                }
            }
        }
    }
    states
}

/// Returns the arrivals: each input, without a count and with one; an element that the list may have, and another.
#[must_use]
pub fn arrivals() -> Vec<ArrivingInput<'static>> {
    let count = |count| Counts::default().with(LIST, count);
    let single = ArrivingInput::from(SINGLE);
    let (first, other) = ("0", "other");
    vec![
        single,
        single.with_counts(count(0)),
        single.with_counts(count(2)),
        OPTIONAL.into(),
        ArrivingInput::element(LIST, first),
        ArrivingInput::element(LIST, first).with_counts(count(2)),
        ArrivingInput::element(LIST, other),
        ArrivingInput::element(LIST, other).with_counts(count(2)),
    ]
}

/// Returns the step of an arrival at a join in this state.
#[must_use]
pub fn arrival(state: Option<&State>, input: ArrivingInput<'_>) -> Step {
    let len = state.map_or(0, |state| tallies(state).len(LIST));
    let number = input.id.and_then(|id| id.parse::<u16>().ok());
    Step::Arrive {
        input: input.input,
        token: MINE,
        known: number.is_some_and(|number| number < len),
        counts: input.counts,
    }
}

/// Returns the tallies with which a store writes a state.
#[must_use]
pub fn tallies(state: &State) -> Tallies {
    match *state {
        State::Open { lists, .. } => lists,
        State::Running { came, .. }
        | State::Ready { came, .. }
        | State::Expiring { came, .. }
        | State::Parked { came, .. } => list((if came.contains(LIST) { 2 } else { 1 }, Some(2))),
        _ => Tallies::default(),
    }
}

/// Returns the tallies that a store keeps after a step.
#[must_use]
pub fn tallies_after(
    before: Option<&State>,
    step: Step,
    (after, reply): (Option<&State>, Reply),
) -> Tallies {
    let before = before.map(tallies).unwrap_or_default();
    match (after, step, reply) {
        (Some(State::Open { lists, .. }), _, _) => *lists,
        (None | Some(State::Completed { .. } | State::Expired { .. }), _, _) => Tallies::default(),
        (_, Step::Arrive { input, counts, .. }, Reply::Run { taken: true, .. }) => {
            let len = before.len(LIST) + u16::from(input == LIST);
            list((len, before.counts().get(LIST).or(counts.get(LIST))))
        }
        _ => before,
    }
}

fn list((len, count): (u16, Option<u16>)) -> Tallies {
    let counts = count.map_or_else(Counts::default, |count| Counts::default().with(LIST, count));
    Tallies::new(counts).with(LIST, len)
}
