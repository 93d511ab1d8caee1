//! A task that waits for a join to settle.

use std::future::poll_fn;
use std::task::{Context, Poll};

use super::Memory;
use super::shard::Key;
use super::waiters::Ticket;

impl<P> Memory<P> {
    /// Waits until every join of this key has completed or expired.
    ///
    /// ```
    /// # use linked_span::fan_in::{Memory, JoinPolicy, Store, Token};
    /// # async fn consume(store: &Memory<String>, policy: &JoinPolicy, order: &str, event: String) {
    /// // Only this memory has the event until its join has settled, so the broker keeps it until then.
    /// store.arrive(order, policy, 0.into(), event, Token::random()).await;
    /// store.settled(order).await;
    /// // … acknowledge it.
    /// # }
    /// ```
    ///
    /// A join settles after its timeout only when a worker delivers it, and only arrivals and sweeps find it. Without
    /// arrivals and sweeps it does not settle. A parked join does not settle until an operator retries or forgets it.
    pub async fn settled(&self, key: &str) {
        let (shard, key) = self.locate(key);
        let mut wait = Wait::new(self, shard, key);
        poll_fn(|context| wait.poll(context)).await;
    }
}

/// Waits for the join that a key has at the first poll.
///
/// It takes the shard's lock, and clones and drops wakers without it.
struct Wait<'a, P> {
    memory: &'a Memory<P>,
    shard: usize,
    key: Key<'a>,
    /// `None` before the first poll.
    ticket: Option<Ticket>,
}

impl<'a, P> Wait<'a, P> {
    fn new(memory: &'a Memory<P>, shard: usize, key: Key<'a>) -> Self {
        Self {
            memory,
            shard,
            key,
            ticket: None,
        }
    }

    fn poll(&mut self, context: &Context<'_>) -> Poll<()> {
        let waker = context.waker().clone();
        let mut shard = self.memory.lock(self.shard);
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

impl<P> Drop for Wait<'_, P> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            let removed = self.memory.lock(self.shard).waiters.remove(ticket);
            drop(removed);
        }
    }
}
