//! A join as it lies in memory.

use std::sync::Arc;

use super::list::{Lane, Links};
use crate::fan_in::state::{Inputs, Moment, Rules, State, Token};
use crate::fan_in::store::Input;

/// A key's join, its inputs, and where it stands in its shard's lists.
pub(super) struct Entry<P> {
    pub(super) key: Box<str>,
    /// The part of the key's hash by which the shard's table orders it.
    pub(super) hash: u32,
    due: Links,
    retry: Links,
    body: Body<P>,
}

/// A [`State`] and the inputs that belong to it, without the room that the largest of states would take in each.
enum Body<P> {
    /// What most joins are, most of the time.
    Open {
        came: Inputs,
        deadline: Moment,
        kept: Kept<P>,
    },
    /// Running, ready, parked or expiring.
    Held(Box<Held<P>>),
    /// Completed or expired, which may stay for a day. The holder is in halves, since a `u128` would be aligned.
    Ended {
        completed: bool,
        holder: [u64; 2],
        forget_at: Moment,
    },
}

struct Held<P> {
    state: State,
    kept: Kept<P>,
}

/// The input that came last, and behind it those that came before.
pub(super) struct Kept<P> {
    payload: Arc<P>,
    /// When it came, and in the lowest bits which it is: together they take no more room than either.
    came: u64,
    earlier: Option<Box<Self>>,
}

/// As many as a set of inputs can be told apart by.
const INPUT_BITS: u32 = 4;

impl<P> Entry<P> {
    /// A join of which one input has come.
    pub(super) fn open(
        key: &str,
        hash: u32,
        came: Inputs,
        deadline: Moment,
        kept: Kept<P>,
    ) -> Self {
        Self {
            key: key.into(),
            hash,
            due: Links::APART,
            retry: Links::APART,
            body: Body::Open {
                came,
                deadline,
                kept,
            },
        }
    }

    pub(super) fn state(&self) -> State {
        match &self.body {
            Body::Open { came, deadline, .. } => State::Open {
                came: *came,
                deadline: *deadline,
            },
            Body::Held(held) => held.state,
            Body::Ended {
                completed,
                holder: [high, low],
                forget_at,
            } => {
                let holder = Token(u128::from(*high) << 64 | u128::from(*low));
                let forget_at = *forget_at;
                if *completed {
                    State::Completed { holder, forget_at }
                } else {
                    State::Expired { holder, forget_at }
                }
            }
        }
    }

    /// Writes down a state, which keeps the inputs if it has any use for them, and gives them back otherwise.
    #[must_use = "payloads are dropped when the lock is no longer held"]
    pub(super) fn set(&mut self, state: State) -> Option<Kept<P>> {
        if let Body::Held(held) = &mut self.body {
            if !has_ended(&state) {
                held.state = state;
                return None;
            }
        }
        let body = std::mem::replace(&mut self.body, Body::NOTHING);
        match (state, body.into_kept()) {
            (State::Open { came, deadline }, Some(kept)) => {
                self.body = Body::Open {
                    came,
                    deadline,
                    kept,
                };
                None
            }
            (State::Completed { holder, forget_at }, kept) => {
                self.body = Body::ended(true, holder, forget_at);
                kept
            }
            (State::Expired { holder, forget_at }, kept) => {
                self.body = Body::ended(false, holder, forget_at);
                kept
            }
            (state, Some(kept)) => {
                self.body = Body::Held(Box::new(Held { state, kept }));
                None
            }
            (_, None) => unreachable!("what has ended does not come back"),
        }
    }

    /// Keeps another input.
    pub(super) fn keep(&mut self, newer: Kept<P>) {
        let kept = match &mut self.body {
            Body::Open { kept, .. } => kept,
            Body::Held(held) => &mut held.kept,
            Body::Ended { .. } => unreachable!("what has ended keeps nothing"),
        };
        let earlier = std::mem::replace(kept, newer);
        kept.earlier = Some(Box::new(earlier));
    }

    /// Everything that has come, by its place.
    pub(super) fn inputs(&self, now: Moment, rules: &Rules) -> Vec<Option<Input<P>>> {
        let mut inputs: Vec<_> = (0..rules.inputs).map(|_| None).collect();
        for kept in self.kept() {
            inputs[(kept.came % (1 << INPUT_BITS)) as usize] = Some(Input {
                payload: Arc::clone(&kept.payload),
                waited: now.saturating_sub(kept.came_at()),
            });
        }
        inputs
    }

    /// For how long there has been an input, or since when the join has ended.
    pub(super) fn age(&self, now: Moment, rules: &Rules) -> Moment {
        let since = match &self.body {
            Body::Ended { forget_at, .. } => forget_at.saturating_sub(rules.dedup_window),
            _ => self.kept().last().map_or(now, Kept::came_at),
        };
        now.saturating_sub(since)
    }

    /// Takes out what has come.
    pub(super) fn into_kept(self) -> Option<Kept<P>> {
        self.body.into_kept()
    }

    /// The latest first.
    fn kept(&self) -> impl Iterator<Item = &Kept<P>> {
        let latest = match &self.body {
            Body::Open { kept, .. } => Some(kept),
            Body::Held(held) => Some(&held.kept),
            Body::Ended { .. } => None,
        };
        std::iter::successors(latest, |kept| kept.earlier.as_deref())
    }

    pub(super) fn links(&mut self, lane: Lane) -> &mut Links {
        match lane {
            Lane::Due => &mut self.due,
            Lane::Retry => &mut self.retry,
        }
    }
}

impl<P> Body<P> {
    /// Stands in for a body while it is replaced.
    const NOTHING: Self = Self::Ended {
        completed: false,
        holder: [0; 2],
        forget_at: 0,
    };

    fn into_kept(self) -> Option<Kept<P>> {
        match self {
            Self::Open { kept, .. } => Some(kept),
            Self::Held(held) => Some(held.kept),
            Self::Ended { .. } => None,
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "two halves of it")]
    fn ended(completed: bool, holder: Token, forget_at: Moment) -> Self {
        Self::Ended {
            completed,
            holder: [(holder.0 >> 64) as u64, holder.0 as u64],
            forget_at,
        }
    }
}

impl<P> Kept<P> {
    pub(super) fn new(payload: P, input: u8, came_at: Moment) -> Self {
        Self {
            payload: Arc::new(payload),
            came: came_at << INPUT_BITS | u64::from(input),
            earlier: None,
        }
    }

    fn came_at(&self) -> Moment {
        self.came >> INPUT_BITS
    }
}

pub(super) fn has_ended(state: &State) -> bool {
    matches!(state, State::Completed { .. } | State::Expired { .. })
}
