//! Probes each reachable state: the join makes progress after its holder died, only the holder can change it, and an
//! operator can retry and forget it.

use std::time::Duration;

use linked_span::fan_in::state::{
    Arrived, ClaimMode, Inputs, JoinPolicy, Reply, Settlement, State, Step, Timestamp, Token, due,
    transition,
};
use linked_span_tests::{at, milliseconds, ms};

use crate::scene::{Item, Scene, is_closed};
use crate::witness::{Checked, NOW, Work, ensure};
use crate::world::tick;

/// More ticks than all durations of the policy and all failures of a probe take together.
const ROUNDS: u32 = 40;

/// The call that is repeated until the join ends.
#[derive(Clone, Copy)]
enum Comes {
    /// The flag is `true` if the store knows the element.
    Arrival(Item, bool),
    ClaimMode(ClaimMode),
}

impl Comes {
    fn step(self, token: Token) -> Step {
        match self {
            Self::Arrival(item, known) => item.arrives(known, token),
            Self::ClaimMode(mode) => Step::ClaimDue { token, mode },
        }
    }

    /// Returns `true` for a delivery that a join which has begun with these inputs does not take for its own.
    fn is_closed(self, came: Inputs, policy: &JoinPolicy) -> bool {
        match self {
            Self::Arrival(item, _) => is_closed(item.input, came, policy),
            Self::ClaimMode(_) => false,
        }
    }
}

/// Returns each item as one that the store knows, and as one that it does not.
fn arrivals(scene: &Scene) -> impl Iterator<Item = Comes> + Clone {
    let items = scene.items.iter();
    items.flat_map(|item| {
        let can_be_known = scene.policy.lists.contains(item.input);
        let known = [false, true]
            .into_iter()
            .filter(move |known| can_be_known || !known);
        known.map(|known| Comes::Arrival(*item, known))
    })
}

pub(crate) fn check(state: State, scene: &Scene) -> Checked {
    let policy = &scene.policy;
    let arrivals = arrivals(scene);
    let visitors = [ClaimMode::Sweep, ClaimMode::Opportunistic];
    for comes in arrivals.clone().chain(visitors.map(Comes::ClaimMode)) {
        for silent in [false, true] {
            ensure(
                ends_or_is_parked(state, comes, silent, policy),
                "a join ends or is parked if calls keep arriving",
            )?;
        }
    }
    for mode in visitors {
        ensure(
            is_forgotten(state, mode, policy),
            "a call forgets an ended join after its window",
        )?;
    }
    for comes in arrivals.chain([Comes::ClaimMode(ClaimMode::Sweep)]) {
        ensure(
            runs_again(state, comes, policy),
            "a complete join can run again until it succeeds, expires or is parked",
        )?;
    }
    for mode in visitors {
        ensure(
            due_is_true(state, mode, policy),
            "a due join can be claimed or removed, and not before",
        )?;
    }
    ensure(
        only_the_holder_settles(state, policy),
        "only the holder can settle or renew a claim",
    )?;
    ensure(
        stays_parked(state, scene),
        "only an operator can change a parked join",
    )?;
    ensure(
        is_tried_again(state, scene),
        "an operator can retry a failed join at once",
    )?;
    ensure(
        goes_on_without_optional_inputs(state, policy),
        "a join runs without its optional inputs at its deadline",
    )?;
    ensure(
        is_given_up(state, policy),
        "an operator can forget a join that no worker holds",
    )
}

fn is_over(state: Option<State>) -> bool {
    matches!(
        state,
        None | Some(State::Completed { .. } | State::Expired { .. })
    )
}

fn is_parked(state: Option<State>) -> bool {
    matches!(state, Some(State::Parked { .. }))
}

/// Returns when the current lease ends.
fn lease(state: State) -> Option<Timestamp> {
    match state {
        State::Running { lease, .. }
        | State::Expiring {
            lease,
            holder: Some(_),
            ..
        } => Some(lease).filter(|lease| *lease > NOW),
        _ => None,
    }
}

/// Returns `true` if the join ends or is parked when only this call is made.
///
/// All bodies fail. The first delivery to `on_expired` fails too, or is never settled.
fn ends_or_is_parked(state: State, comes: Comes, silent: bool, policy: &JoinPolicy) -> bool {
    let mut state = Some(state);
    let mut deliveries = 0;
    for round in 0..ROUNDS {
        if is_over(state) || is_parked(state) {
            return true;
        }
        let token = Token(100 + u128::from(round));
        let (next, reply) = transition(state, comes.step(token), NOW, policy);
        let settlement = match reply {
            Reply::Run { .. } => Some(Settlement::Failed),
            Reply::DeliverExpired { .. } => {
                deliveries += 1;
                match deliveries {
                    1 if silent => None,
                    1 => Some(Settlement::ExpiryFailed),
                    _ => Some(Settlement::ExpiryDelivered),
                }
            }
            _ => None,
        };
        state = match settlement {
            None => next,
            Some(settlement) => transition(next, Step::Settle { token, settlement }, NOW, policy).0,
        };
        tick(&mut state, policy);
    }
    false
}

fn is_forgotten(state: State, mode: ClaimMode, policy: &JoinPolicy) -> bool {
    let mut state = Some(state).filter(|state| is_over(Some(*state)));
    for _ in 0..=milliseconds(policy.dedup_window) {
        let token = Token(100);
        state = transition(state, Step::ClaimDue { token, mode }, NOW, policy).0;
        tick(&mut state, policy);
    }
    state.is_none()
}

/// Returns `true` if a body that was lost or has failed runs again.
///
/// A lost or released body runs again after its lease, even past the deadline. A failed body runs again before its
/// deadline: at once by an arrival, after the backoff by a sweep. If no attempt is left, the join is parked.
fn runs_again(state: State, comes: Comes, policy: &JoinPolicy) -> bool {
    let patience = match (state, comes) {
        (State::Running { .. }, _) => policy.lease,
        (State::Ready { attempts: 0, .. }, _) => Duration::ZERO,
        (State::Ready { came, deadline, .. }, Comes::Arrival(..))
            if NOW < deadline && !comes.is_closed(came, policy) =>
        {
            Duration::ZERO
        }
        (State::Ready { deadline, .. }, _) if NOW.saturating_add(policy.backoff) < deadline => {
            policy.backoff
        }
        _ => return true,
    };
    let is_last =
        matches!(state, State::Running { attempts, .. } if attempts >= policy.max_attempts);
    let mut state = Some(state);
    let token = Token(100);
    for _ in 0..=milliseconds(patience) {
        let (next, reply) = transition(state, comes.step(token), NOW, policy);
        if reply == Reply::Parked {
            return is_last && is_parked(next);
        }
        if matches!(reply, Reply::Run { .. }) {
            let settlement = Settlement::Completed;
            let (end, reply) = transition(next, Step::Settle { token, settlement }, NOW, policy);
            return !is_last
                && reply == Reply::Recorded
                && matches!(end, Some(State::Completed { .. }));
        }
        state = next;
        tick(&mut state, policy);
    }
    false
}

fn due_is_true(state: State, mode: ClaimMode, policy: &JoinPolicy) -> bool {
    let token = Token(100);
    let claim_if_due = |now| transition(Some(state), Step::ClaimDue { token, mode }, now, policy);
    let Some(due) = due(&state, mode, policy) else {
        return is_parked(Some(state));
    };
    let early = claim_if_due(due.saturating_sub(ms(1))) == (Some(state), Reply::NotDue(due));
    let (after, reply) = claim_if_due(due);
    early && after != Some(state) && !matches!(reply, Reply::NotDue(_))
}

fn only_the_holder_settles(state: State, policy: &JoinPolicy) -> bool {
    let (holder, own) = match state {
        State::Open { .. }
        | State::Ready { .. }
        | State::Parked { .. }
        | State::Expiring { holder: None, .. } => (None, vec![]),
        State::Running { holder, .. } => (Some(holder), Work::Body.endings().to_vec()),
        State::Expiring { holder, .. } => (holder, Work::DeliverExpired.endings().to_vec()),
        State::Completed { holder, .. } => (Some(holder), vec![Settlement::Completed]),
        State::Expired { holder, .. } => (Some(holder), vec![Settlement::ExpiryDelivered]),
        _ => unreachable!("the model does not know it"),
    };
    let over = is_over(Some(state)) && due(&state, ClaimMode::Sweep, policy) <= Some(NOW);
    let answers = |step, expected| {
        let (after, reply) = transition(Some(state), step, NOW, policy);
        let kept = if over { None } else { Some(state) };
        if expected && !over {
            reply == Reply::Recorded
        } else {
            reply == Reply::Refused && after == kept
        }
    };
    let stranger = Token(100);
    holder.into_iter().chain([stranger]).all(|token| {
        let settlements = [Work::Body, Work::DeliverExpired].map(Work::endings);
        let settles = settlements.as_flattened().iter().all(|&settlement| {
            let expected = token != stranger && own.contains(&settlement);
            answers(Step::Settle { token, settlement }, expected)
        });
        let expected = token != stranger && !is_over(Some(state));
        settles && answers(Step::Renew { token }, expected)
    })
}

/// Returns `true` if no arrival and no sweep changes the parked join at any time.
///
/// Another probe checks that no settlement changes it.
fn stays_parked(state: State, scene: &Scene) -> bool {
    let token = Token(100);
    let policy = &scene.policy;
    let visitors = [ClaimMode::Sweep, ClaimMode::Opportunistic].map(Comes::ClaimMode);
    let State::Parked { came, .. } = state else {
        return true;
    };
    arrivals(scene).chain(visitors).all(|comes| {
        let expected = if policy.is_complete(came) && comes.is_closed(came, policy) {
            Reply::Closed
        } else {
            Reply::Parked
        };
        [at(0), NOW, Timestamp::MAX].into_iter().all(|now| {
            let after = transition(Some(state), comes.step(token), now, policy);
            after == (Some(state), expected)
        })
    })
}

/// Returns `true` unless a join that waits for an optional input stays open after its deadline.
fn goes_on_without_optional_inputs(state: State, policy: &JoinPolicy) -> bool {
    let State::Open { came, deadline, .. } = state else {
        return true;
    };
    let (token, mode) = (Token(100), ClaimMode::Sweep);
    let (held, reply) = transition(
        Some(state),
        Step::ClaimDue { token, mode },
        deadline,
        policy,
    );
    match held {
        Some(State::Running {
            came: kept,
            deadline: next,
            ..
        }) => {
            policy.is_complete(came)
                && kept == came
                && next == deadline.saturating_add(policy.timeout)
                && matches!(
                    reply,
                    Reply::Run {
                        attempts: 1,
                        taken: false
                    }
                )
        }
        Some(State::Expiring { came: kept, .. }) => !policy.is_complete(came) && kept == came,
        _ => false,
    }
}

/// Returns `true` if the first call after a retry claims the join.
///
/// The join then has its full timeout and all of its attempts.
fn is_tried_again(state: State, scene: &Scene) -> bool {
    let policy = &scene.policy;
    let retry = |state| transition(Some(state), Step::Retry, NOW, policy);
    if let Some(lease) = lease(state) {
        return retry(state) == (Some(state), Reply::Busy(lease));
    }
    let came = match state {
        State::Open { came, lists, .. } => {
            let arrived = Arrived { came, lists };
            return retry(state) == (Some(state), Reply::Waiting(arrived));
        }
        State::Completed { forget_at, .. } | State::Expired { forget_at, .. } => {
            return forget_at <= NOW || retry(state).0 == Some(state);
        }
        State::Parked { came, .. }
        | State::Expiring { came, .. }
        | State::Ready { came, .. }
        | State::Running { came, .. } => came,
        _ => unreachable!("the model does not know it"),
    };
    let (after, reply) = retry(state);
    let token = Token(100);
    let mut first = arrivals(scene).chain([Comes::ClaimMode(ClaimMode::Sweep)]);
    reply == Reply::Recorded
        && first.all(|comes| {
            let (held, reply) = transition(after, comes.step(token), NOW, policy);
            match held {
                Some(State::Running {
                    came: kept,
                    deadline,
                    ..
                }) => {
                    policy.is_complete(came)
                        && kept == came
                        && deadline == NOW.saturating_add(policy.timeout)
                        && matches!(reply, Reply::Run { attempts: 1, .. })
                }
                Some(State::Expiring { came: kept, .. }) => {
                    came == kept
                        && !policy.is_complete(came)
                        && matches!(reply, Reply::DeliverExpired { .. })
                }
                _ => false,
            }
        })
}

fn is_given_up(state: State, policy: &JoinPolicy) -> bool {
    let (after, reply) = transition(Some(state), Step::Forget, NOW, policy);
    match lease(state) {
        Some(lease) => (after, reply) == (Some(state), Reply::Busy(lease)),
        None if is_over(Some(state)) => after.is_none(),
        None => (after, reply) == (None, Reply::Recorded),
    }
}
