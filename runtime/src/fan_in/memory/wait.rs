//! A task that waits for a join to settle.

use std::future::poll_fn;
use std::task::{Context, Poll};

use super::joins::Joins;
use super::key::Key;
use super::waiters::Ticket;

impl Joins {
    /// Waits until every join of this key has completed or expired.
    pub(super) async fn settled(&self, key: &str) {
        let (shard, key) = self.locate(key);
        let mut wait = Wait::new(self, shard, key);
        poll_fn(|context| wait.poll(context)).await;
    }
}

/// Waits for the join that a key has at the first poll.
///
/// It takes the shard's lock, and clones and drops wakers without it.
struct Wait<'a> {
    joins: &'a Joins,
    shard: usize,
    key: Key<'a>,
    /// `None` before the first poll.
    ticket: Option<Ticket>,
}

impl<'a> Wait<'a> {
    fn new(joins: &'a Joins, shard: usize, key: Key<'a>) -> Self {
        Self {
            joins,
            shard,
            key,
            ticket: None,
        }
    }

    fn poll(&mut self, context: &Context<'_>) -> Poll<()> {
        let waker = context.waker().clone();
        let mut shard = self.joins.lock(self.shard);
        let (unneeded, waits) = match (self.ticket, shard.unsettled(self.key)) {
            // A task that has left its queue was woken. The key may have another join by now.
            (Some(ticket), _) => {
                let (unneeded, waits) = shard.waiters.replace(ticket, waker);
                (Some(unneeded), waits)
            }
            (None, Some(join)) => {
                self.ticket = Some(shard.waiters.add(join, waker));
                (None, true)
            }
            (None, None) => (Some(waker), false),
        };
        drop(shard);
        drop(unneeded);
        if waits {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            let removed = self.joins.lock(self.shard).waiters.remove(ticket);
            drop(removed);
        }
    }
}
