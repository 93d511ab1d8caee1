//! A join as it lies in memory.

use std::sync::Arc;

use super::list::{APART, Lane};
use super::text::Text;
use crate::fan_in::state::{Inputs, Moment, Rules, State, Token};
use crate::fan_in::store::Input;

/// A key's join, its inputs, and where it stands in its shard's lists.
pub(super) struct Entry<P> {
    pub(super) key: Text,
    /// The part of the key's hash by which the shard's table orders it.
    pub(super) hash: u32,
    due: u32,
    body: Body<P>,
}

/// A [`State`] and the inputs that belong to it, without the room that the largest of states would take in each.
enum Body<P> {
    /// What most joins are, most of the time: open, with one input.
    Begun { deadline: Moment, kept: Kept<P> },
    /// Open with several, running, ready, parked or expiring.
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
    retry: u32,
    kept: Several<P>,
}

/// An input that has come.
struct Kept<P> {
    payload: Arc<P>,
    /// When it came, and in the lowest bits which it is: together they take no more room than either.
    came: u64,
}

/// As many as a set of inputs can be told apart by.
const INPUT_BITS: u32 = 4;

/// Inputs in the order in which they came: most joins are of two.
struct Several<P> {
    two: [Option<Kept<P>>; 2],
    more: Vec<Kept<P>>,
}

/// Inputs that nobody needs any longer, to be dropped when the lock is no longer held.
pub(super) struct Useless<P>(#[expect(dead_code, reason = "it is there to be dropped")] Several<P>);

impl<P> Entry<P> {
    /// A join of which one input has come.
    pub(super) fn open(
        key: &str,
        hash: u32,
        deadline: Moment,
        payload: P,
        input: u8,
        now: Moment,
    ) -> Self {
        Self {
            key: Text::new(key),
            hash,
            due: APART,
            body: Body::Begun {
                deadline,
                kept: Kept::new(payload, input, now),
            },
        }
    }

    pub(super) fn state(&self) -> State {
        match &self.body {
            Body::Begun { deadline, kept } => State::Open {
                came: Inputs::default().with(kept.input()),
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
    pub(super) fn set(&mut self, state: State) -> Option<Useless<P>> {
        let ended = match state {
            State::Completed { holder, forget_at } => Body::ended(true, holder, forget_at),
            State::Expired { holder, forget_at } => Body::ended(false, holder, forget_at),
            state => {
                self.hold(state).state = state;
                return None;
            }
        };
        std::mem::replace(&mut self.body, ended).into_useless()
    }

    /// Keeps another input.
    pub(super) fn keep(&mut self, payload: P, input: u8, now: Moment) {
        let kept = Kept::new(payload, input, now);
        let state = self.state();
        self.hold(state).kept.push(kept);
    }

    /// Everything that has come, by its place.
    pub(super) fn inputs(&self, now: Moment, rules: &Rules) -> Vec<Option<Input<P>>> {
        let mut inputs: Vec<_> = (0..rules.inputs).map(|_| None).collect();
        for kept in self.kept() {
            inputs[usize::from(kept.input())] = Some(Input {
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
            _ => self.kept().next().map_or(now, Kept::came_at),
        };
        now.saturating_sub(since)
    }

    /// Takes out what has come.
    pub(super) fn into_useless(self) -> Option<Useless<P>> {
        self.body.into_useless()
    }

    /// The join's number in a list.
    pub(super) fn number(&mut self, lane: Lane) -> &mut u32 {
        match (lane, &mut self.body) {
            (Lane::Due, _) => &mut self.due,
            (Lane::Retry, Body::Held(held)) => &mut held.retry,
            (Lane::Retry, _) => unreachable!("only what is held is tried again"),
        }
    }

    /// The earliest first.
    fn kept(&self) -> impl Iterator<Item = &Kept<P>> {
        let (first, several) = match &self.body {
            Body::Begun { kept, .. } => (Some(kept), None),
            Body::Held(held) => (None, Some(&held.kept)),
            Body::Ended { .. } => (None, None),
        };
        let several = several.into_iter().flat_map(Several::iter);
        first.into_iter().chain(several)
    }

    /// Makes room for any state, and for more inputs than one.
    fn hold(&mut self, state: State) -> &mut Held<P> {
        if let Body::Begun { .. } = self.body {
            let Body::Begun { kept, .. } = std::mem::replace(&mut self.body, Body::NOTHING) else {
                unreachable!("it has just been looked at")
            };
            self.body = Body::Held(Box::new(Held {
                state,
                retry: APART,
                kept: Several::from(kept),
            }));
        }
        let Body::Held(held) = &mut self.body else {
            unreachable!("what has ended does not come back")
        };
        held
    }
}

impl<P> Body<P> {
    /// Stands in for a body while it is replaced.
    const NOTHING: Self = Self::Ended {
        completed: false,
        holder: [0; 2],
        forget_at: 0,
    };

    fn into_useless(self) -> Option<Useless<P>> {
        match self {
            Self::Begun { kept, .. } => Some(Useless(Several::from(kept))),
            Self::Held(held) => Some(Useless(held.kept)),
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
    fn new(payload: P, input: u8, came_at: Moment) -> Self {
        Self {
            payload: Arc::new(payload),
            came: came_at << INPUT_BITS | u64::from(input),
        }
    }

    fn input(&self) -> u8 {
        (self.came % (1 << INPUT_BITS)) as u8
    }

    fn came_at(&self) -> Moment {
        self.came >> INPUT_BITS
    }
}

impl<P> Several<P> {
    fn push(&mut self, kept: Kept<P>) {
        match &mut self.two[1] {
            second @ None => *second = Some(kept),
            Some(_) => self.more.push(kept),
        }
    }

    fn iter(&self) -> impl Iterator<Item = &Kept<P>> {
        self.two.iter().flatten().chain(&self.more)
    }
}

impl<P> From<Kept<P>> for Several<P> {
    fn from(first: Kept<P>) -> Self {
        Self {
            two: [Some(first), None],
            more: Vec::new(),
        }
    }
}

pub(super) fn has_ended(state: &State) -> bool {
    matches!(state, State::Completed { .. } | State::Expired { .. })
}
