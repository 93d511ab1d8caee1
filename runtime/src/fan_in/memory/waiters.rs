//! Tasks that wait for a join to settle.
//!
//! Wakers are code of the user: this file clones, wakes and drops none under the lock.

use std::collections::HashMap;
use std::sync::PoisonError;
use std::task::{Context, Poll, Waker};

use crate::support::sync::{AtomicUsize, Mutex, MutexGuard, Ordering};

/// Holds the waiting tasks by key.
pub(super) struct Waiters {
    /// The number of waiting tasks. At zero, a settlement takes no lock.
    count: AtomicUsize,
    queues: Mutex<Queues>,
}

#[derive(Default)]
struct Queues {
    by_key: HashMap<Box<str>, Vec<Waiter>>,
    /// The number of the next task.
    next: u64,
}

struct Waiter {
    /// A unique number, greater than those of earlier tasks.
    number: u64,
    waker: Waker,
}

impl Waiters {
    pub(super) fn new() -> Self {
        Self {
            count: AtomicUsize::new(0),
            queues: Mutex::default(),
        }
    }

    /// Wakes the tasks of a join that has settled, after the shard's lock was released.
    pub(super) fn wake(&self, key: &str) {
        // A waiter counts itself before it checks the join, and both it and the settlement hold the shard's lock. So if
        // the waiter found the join unsettled, its count is visible here.
        if self.count.load(Ordering::Relaxed) == 0 {
            return;
        }
        for waiter in self.take(key) {
            waiter.waker.wake();
        }
    }

    fn take(&self, key: &str) -> Vec<Waiter> {
        let mut queues = self.lock();
        let taken = queues.by_key.remove(key).unwrap_or_default();
        self.left(taken.len(), &mut queues);
        taken
    }

    fn add(&self, key: &str, waker: Waker) -> u64 {
        let mut queues = self.lock();
        let number = queues.next;
        queues.next += 1;
        let waiter = Waiter { number, waker };
        queues.by_key.entry(key.into()).or_default().push(waiter);
        self.count.fetch_add(1, Ordering::Relaxed);
        number
    }

    /// Replaces the waker of a waiting task. Returns the old waker, and `true` if the task still waits.
    fn replace(&self, key: &str, number: u64, mut waker: Waker) -> (Waker, bool) {
        let mut queues = self.lock();
        let queue = queues.by_key.get_mut(key);
        let waiter = queue.and_then(|queue| {
            let place = place(queue, number)?;
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
    fn remove(&self, key: &str, number: u64) -> Option<Waiter> {
        let mut queues = self.lock();
        let queue = queues.by_key.get_mut(key)?;
        let removed = queue.remove(place(queue, number)?);
        if queue.is_empty() {
            queues.by_key.remove(key);
        }
        self.left(1, &mut queues);
        Some(removed)
    }

    /// Counts tasks that have left their queues.
    fn left(&self, count: usize, queues: &mut Queues) {
        self.count.fetch_sub(count, Ordering::Relaxed);
        if queues.by_key.is_empty() {
            queues.by_key = HashMap::new();
        }
    }

    /// Takes the lock. No code of the user runs under it, so no panic of the user poisons it.
    fn lock(&self) -> MutexGuard<'_, Queues> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn place(queue: &[Waiter], number: u64) -> Option<usize> {
    let found = queue.binary_search_by_key(&number, |waiter| waiter.number);
    found.ok()
}

/// Waits for a join to settle.
pub(super) struct Wait<'a> {
    waiters: &'a Waiters,
    key: &'a str,
    /// `None` before the first poll.
    number: Option<u64>,
}

impl<'a> Wait<'a> {
    pub(super) fn new(waiters: &'a Waiters, key: &'a str) -> Self {
        Self {
            waiters,
            key,
            number: None,
        }
    }

    /// Checks once whether the join has settled.
    ///
    /// Afterwards, a task in no queue was woken. A second check would be wrong: another join of this key may have
    /// begun.
    pub(super) fn poll(
        &mut self,
        context: &Context<'_>,
        has_settled: impl FnOnce() -> bool,
    ) -> Poll<()> {
        let waker = context.waker().clone();
        let is_over = if let Some(number) = self.number {
            let (_useless, waits) = self.waiters.replace(self.key, number, waker);
            !waits
        } else {
            // The waiter is added before the check. Otherwise a settlement between the two would wake no task.
            self.number = Some(self.waiters.add(self.key, waker));
            has_settled()
        };
        if is_over {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            drop(self.waiters.remove(self.key, number));
        }
    }
}
