//! A join as it lies in memory.

use super::kept::{Several, When};
use super::lane::APART;
use super::text::Text;
use crate::fan_in::core::state::{Moment, State, Token};

/// What every join has.
pub(super) struct Head {
    pub(super) key: Text,
    /// The part of the key's hash by which the shard's table orders it.
    pub(super) hash: u32,
    /// Its number in the list of what it waits for.
    pub(super) due: u32,
}

/// A join that has not ended.
pub(super) struct Entry<P> {
    pub(super) head: Head,
    pub(super) body: Body<P>,
}

pub(super) enum Body<P> {
    /// What most joins are, most of the time: open, with one input, which is shared with nobody yet.
    Begun {
        deadline: Moment,
        came: When,
        payload: P,
    },
    /// Open with several, running, ready, parked or expiring: where the shard has the [`ActiveJoin`].
    ActiveJoin(u32),
}

/// What is held by somebody, or could be.
pub(super) struct ActiveJoin<P> {
    pub(super) state: State,
    pub(super) retry: u32,
    pub(super) kept: Several<P>,
}

/// What is left of a join that has completed or expired, perhaps for a day.
pub(super) struct Ended {
    pub(super) head: Head,
    pub(super) how: How,
}

/// How a join has ended.
#[derive(Clone, Copy)]
pub(super) struct How {
    is_completed: bool,
    /// In halves, since a `u128` would be aligned.
    holder: [u64; 2],
    pub(super) forget_at: Moment,
}

impl Head {
    pub(super) fn new(key: &str, hash: u32) -> Self {
        Self {
            key: Text::new(key),
            hash,
            due: APART,
        }
    }
}

impl How {
    /// None, if it has not.
    #[expect(clippy::cast_possible_truncation, reason = "two halves of it")]
    pub(super) fn of(state: &State) -> Option<Self> {
        let (is_completed, holder, forget_at) = match *state {
            State::Completed { holder, forget_at } => (true, holder, forget_at),
            State::Expired { holder, forget_at } => (false, holder, forget_at),
            _ => return None,
        };
        Some(Self {
            is_completed,
            holder: [(holder.0 >> 64) as u64, holder.0 as u64],
            forget_at,
        })
    }

    pub(super) fn state(self) -> State {
        let [high, low] = self.holder;
        let holder = Token(u128::from(high) << 64 | u128::from(low));
        let forget_at = self.forget_at;
        if self.is_completed {
            State::Completed { holder, forget_at }
        } else {
            State::Expired { holder, forget_at }
        }
    }
}

pub(super) fn has_ended(state: &State) -> bool {
    matches!(state, State::Completed { .. } | State::Expired { .. })
}
