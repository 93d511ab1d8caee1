//! Queues of a shard's joins, by the time when they are due.

use std::collections::VecDeque;

use super::key::JoinId;
use crate::fan_in::core::state::Timestamp;

/// The number of stale places that a queue always tolerates.
const FEW: usize = 32;

/// Holds a join and the time when it is due. The order is that of a queue.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) at: Timestamp,
    pub(super) id: JoinId,
}

/// Holds joins that are due in the order in which they were added.
///
/// All joins of a queue wait equally long, and the clock of a shard never goes back. So a new join is the last one that
/// is due. The place of a join that leaves becomes stale, and is removed when it is the first, or when there are many.
pub(super) struct Queue {
    places: VecDeque<Place>,
    stale: usize,
}

impl Queue {
    pub(super) fn new() -> Self {
        Self {
            places: VecDeque::new(),
            stale: 0,
        }
    }

    /// Returns the number of joins.
    pub(super) fn len(&self) -> usize {
        self.places.len() - self.stale
    }

    pub(super) fn push(&mut self, place: Place) {
        self.places.push_back(place);
    }

    /// Returns the first join that is due; `is_there` returns `false` for a join that has left.
    pub(super) fn first_due(
        &mut self,
        now: Timestamp,
        is_there: impl Fn(JoinId) -> bool,
    ) -> Option<JoinId> {
        loop {
            let first = *self.places.front().filter(|place| place.at <= now)?;
            if is_there(first.id) {
                return Some(first.id);
            }
            self.places.pop_front();
            self.stale -= 1;
        }
    }

    /// Removes the first place that is due. The caller finds out whether its join has left.
    pub(super) fn pop_due(&mut self, now: Timestamp) -> Option<JoinId> {
        self.places.front().filter(|place| place.at <= now)?;
        Some(self.places.pop_front()?.id)
    }

    /// Counts a stale place that was removed.
    pub(super) fn popped_stale(&mut self) {
        self.stale -= 1;
    }

    /// Counts a join that has left.
    pub(super) fn left(&mut self, is_there: impl Fn(JoinId) -> bool) {
        self.stale += 1;
        if self.stale > FEW && self.stale > self.places.len() / 2 {
            self.places.retain(|place| is_there(place.id));
            self.stale = 0;
        }
    }
}
