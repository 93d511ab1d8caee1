//! Tasks that wait for a join to settle.
//!
//! Wakers are code of the user: they are cloned, woken and dropped when no lock is held.

use std::collections::HashMap;
use std::task::Waker;

/// Holds the waiting tasks of a shard by the number of their join.
#[derive(Default)]
pub(super) struct Waiters {
    by_join: HashMap<u64, Vec<Waiter>>,
    /// The number of the next task.
    next: u64,
}

struct Waiter {
    /// A unique number, greater than those of earlier tasks.
    number: u64,
    waker: Waker,
}

/// Identifies a waiting task.
#[derive(Clone, Copy)]
pub(super) struct Ticket {
    join: u64,
    number: u64,
}

impl Waiters {
    /// Removes the tasks of a join that has settled. The caller wakes them.
    #[must_use = "the tasks are woken when the lock is no longer held"]
    pub(super) fn take(&mut self, join: u64) -> Vec<Waker> {
        if self.by_join.is_empty() {
            return Vec::new();
        }
        let taken = self.by_join.remove(&join).unwrap_or_default();
        self.shrink();
        taken.into_iter().map(|waiter| waiter.waker).collect()
    }

    pub(super) fn add(&mut self, join: u64, waker: Waker) -> Ticket {
        let number = self.next;
        self.next += 1;
        let queue = self.by_join.entry(join).or_default();
        queue.push(Waiter { number, waker });
        Ticket { join, number }
    }

    /// Replaces the waker of a waiting task. Returns the old waker, and `true` if the task still waits.
    pub(super) fn replace(&mut self, ticket: Ticket, mut waker: Waker) -> (Waker, bool) {
        let queue = self.by_join.get_mut(&ticket.join);
        let waiter = queue.and_then(|queue| {
            let place = place(queue, ticket)?;
            queue.get_mut(place)
        });
        let waits = waiter.is_some();
        if let Some(waiter) = waiter {
            std::mem::swap(&mut waiter.waker, &mut waker);
        }
        (waker, waits)
    }

    /// Removes a task that no longer waits, unless it was woken.
    #[must_use = "wakers are dropped when the lock is no longer held"]
    pub(super) fn remove(&mut self, ticket: Ticket) -> Option<Waker> {
        let queue = self.by_join.get_mut(&ticket.join)?;
        let removed = queue.remove(place(queue, ticket)?);
        if queue.is_empty() {
            self.by_join.remove(&ticket.join);
            self.shrink();
        }
        Some(removed.waker)
    }

    fn shrink(&mut self) {
        if self.by_join.is_empty() {
            self.by_join = HashMap::new();
        }
    }
}

fn place(queue: &[Waiter], ticket: Ticket) -> Option<usize> {
    let found = queue.binary_search_by_key(&ticket.number, |waiter| waiter.number);
    found.ok()
}
