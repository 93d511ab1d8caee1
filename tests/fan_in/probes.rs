//! What is asked of every state that can come about: whether the join gets on, when everybody who held it is dead or
//! silent, and whether it heeds nobody but its holder.

use linked_span::fan_in::state::{
    Reply, Rules, Settlement, State, Step, Token, Visitor, due, transition,
};

use crate::model::tick;
use crate::witness::{Checked, NOW, ensure};

/// More than any span of the rules, one after the other, with every failure that is tried here.
const ROUNDS: u32 = 40;

/// What comes by from time to time.
#[derive(Clone, Copy)]
enum Comes {
    Arrival(u8),
    Visitor(Visitor),
}

impl Comes {
    fn step(self, token: Token) -> Step {
        match self {
            Self::Arrival(input) => Step::Arrive { input, token },
            Self::Visitor(visitor) => Step::Visit { token, visitor },
        }
    }
}

pub(crate) fn check(state: State, rules: &Rules) -> Checked {
    let arrivals = (0..rules.inputs).map(Comes::Arrival);
    let visitors = [Visitor::Sweep, Visitor::Passing];
    for comes in arrivals.clone().chain(visitors.map(Comes::Visitor)) {
        for silent in [false, true] {
            ensure(
                ends(state, comes, silent, rules),
                "every join ends, as long as anything comes",
            )?;
        }
    }
    for visitor in visitors {
        ensure(
            is_forgotten(state, visitor, rules),
            "every join is forgotten, as long as anybody looks",
        )?;
    }
    for comes in arrivals.chain([Comes::Visitor(Visitor::Sweep)]) {
        ensure(
            runs_again(state, comes, rules),
            "a complete join can run again until it succeeds or expires",
        )?;
    }
    for visitor in visitors {
        ensure(
            due_is_true(state, visitor, rules),
            "there is something to do when it is due, and not before",
        )?;
    }
    ensure(
        heeds_its_holder_only(state, rules),
        "a join heeds its holder in what he does, and nobody else",
    )
}

fn is_over(state: Option<State>) -> bool {
    matches!(
        state,
        None | Some(State::Completed { .. } | State::Expired { .. })
    )
}

/// Only this comes, all bodies fail, and the first hand-over fails too, or is never heard of again.
fn ends(state: State, comes: Comes, silent: bool, rules: &Rules) -> bool {
    let mut state = Some(state);
    let mut hand_overs = 0;
    for round in 0..ROUNDS {
        if is_over(state) {
            return true;
        }
        let token = Token(100 + u128::from(round));
        let (next, reply) = transition(state, comes.step(token), NOW, rules);
        let settlement = match reply {
            Reply::Run { .. } => Some(Settlement::Failed),
            Reply::HandOver { .. } => {
                hand_overs += 1;
                match hand_overs {
                    1 if silent => None,
                    1 => Some(Settlement::NotHandedOver),
                    _ => Some(Settlement::HandedOver),
                }
            }
            _ => None,
        };
        state = match settlement {
            None => next,
            Some(settlement) => transition(next, Step::Settle { token, settlement }, NOW, rules).0,
        };
        tick(&mut state);
    }
    false
}

fn is_forgotten(state: State, visitor: Visitor, rules: &Rules) -> bool {
    let mut state = Some(state).filter(|state| is_over(Some(*state)));
    for _ in 0..=rules.dedup_window {
        let token = Token(100);
        state = transition(state, Step::Visit { token, visitor }, NOW, rules).0;
        tick(&mut state);
    }
    state.is_none()
}

/// A lost body is run again when its lease is over, whatever its deadline; one that has failed, before its deadline:
/// by an arrival at once, by a sweep after the backoff.
fn runs_again(state: State, comes: Comes, rules: &Rules) -> bool {
    let patience = match (state, comes) {
        (State::Running { .. }, _) => rules.lease,
        (State::Ready { deadline, .. }, Comes::Arrival(_)) if NOW < deadline => 0,
        (State::Ready { deadline, .. }, _) if NOW + rules.backoff < deadline => rules.backoff,
        _ => return true,
    };
    let mut state = Some(state);
    let token = Token(100);
    for _ in 0..=patience {
        let (next, reply) = transition(state, comes.step(token), NOW, rules);
        if matches!(reply, Reply::Run { .. }) {
            let settlement = Settlement::Completed;
            let (end, reply) = transition(next, Step::Settle { token, settlement }, NOW, rules);
            return reply == Reply::Recorded && matches!(end, Some(State::Completed { .. }));
        }
        state = next;
        tick(&mut state);
    }
    false
}

fn due_is_true(state: State, visitor: Visitor, rules: &Rules) -> bool {
    let token = Token(100);
    let due = due(&state, visitor);
    let visit = |now| transition(Some(state), Step::Visit { token, visitor }, now, rules);
    let early = visit(due - 1) == (Some(state), Reply::NotDue(due));
    let (after, reply) = visit(due);
    early && after != Some(state) && !matches!(reply, Reply::NotDue(_))
}

fn heeds_its_holder_only(state: State, rules: &Rules) -> bool {
    let (holder, own) = match state {
        State::Open { .. } | State::Ready { .. } | State::Expiring { holder: None, .. } => {
            (None, [].as_slice())
        }
        State::Running { holder, .. } => (
            Some(holder),
            [Settlement::Completed, Settlement::Failed].as_slice(),
        ),
        State::Expiring { holder, .. } => (
            holder,
            [Settlement::HandedOver, Settlement::NotHandedOver].as_slice(),
        ),
        State::Completed { holder, .. } => (Some(holder), [Settlement::Completed].as_slice()),
        State::Expired { holder, .. } => (Some(holder), [Settlement::HandedOver].as_slice()),
    };
    let over = is_over(Some(state)) && due(&state, Visitor::Sweep) <= NOW;
    let heeds = |step, expected| {
        let (after, reply) = transition(Some(state), step, NOW, rules);
        let kept = if over { None } else { Some(state) };
        if expected && !over {
            reply == Reply::Recorded
        } else {
            reply == Reply::Refused && after == kept
        }
    };
    let stranger = Token(100);
    holder.into_iter().chain([stranger]).all(|token| {
        let settles = [
            Settlement::Completed,
            Settlement::Failed,
            Settlement::HandedOver,
            Settlement::NotHandedOver,
        ]
        .into_iter()
        .all(|settlement| {
            let expected = token != stranger && own.contains(&settlement);
            heeds(Step::Settle { token, settlement }, expected)
        });
        let expected = token != stranger && !is_over(Some(state));
        settles && heeds(Step::Renew { token }, expected)
    })
}
