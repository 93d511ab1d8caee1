//! Joins in this process's memory.

mod capacity;
mod claim;
mod join;
mod joins;
mod key;
mod listing;
mod lists;
mod queue;
mod schedule;
mod served;
mod shard;
mod stored_input;
mod stored_inputs;
mod stored_state;
mod table;
mod wait;
mod waiters;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use self::claim::Claimed;
use self::joins::Joins;
pub use self::joins::NO_LEASE;
use self::shard::{Answer, Shard};
use self::stored_input::{Payload, StoredInput};
use super::core::arriving_input::ArrivingInput;
use super::core::change::Change;
use super::core::claim::{Claim, Due};
use super::core::error::StoreError;
use super::core::identity::FanInIdentity;
use super::core::listing::{JoinQuery, JoinSummary};
use super::core::operator::Operator;
use super::core::park_counts::ParkCounts;
use super::core::response::{ArriveResponse, DueClaims, Rejected, Verdict};
use super::core::state::{JoinPolicy, Reply, Settlement, Step, Timestamp, Token};
use super::core::store::{BlockingStore, Store};

/// Keeps joins in this process's memory.
///
/// It serves one process. Joins that have not run are lost with the process.
///
/// ```
/// use linked_span::fan_in::Memory;
///
/// let store = Memory::<String>::new().capacity(10_000);
/// ```
///
/// An open join takes about 280 bytes and its input: 240 for the join and its key, 40 for its place in a table and in a
/// queue. A join that has completed or expired takes about 170 bytes until its dedup window ends.
///
/// The capacity counts joins. At capacity, an arrival that would open another join first delivers an expired one, if there
/// is one. Otherwise the store rejects the arrival, returns the input and evicts nothing. A parked join takes room until an
/// operator retries or forgets it.
pub struct Memory<P> {
    joins: Joins,
    /// The type of the inputs, which the joins do not have.
    inputs: PhantomData<fn(P) -> P>,
}

impl<P> Memory<P> {
    /// Makes a store for at most a million open joins.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use linked_span::{LinkedEvent, Origin, fan_in};
    /// use linked_span::fan_in::{Memory, JoinOptions};
    ///
    /// # #[derive(Clone, LinkedEvent)] struct Event { #[event(key)] order: u64, metadata: Origin }
    /// # #[fan_in(payment, inventory)]
    /// # fn ship(payment: Event, inventory: Event) {}
    /// let options = JoinOptions::timeout(Duration::from_secs(600)).max_attempts(5);
    /// let ship = Ship::new(Memory::new(), options);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self {
            joins: Joins::new(),
            inputs: PhantomData,
        }
    }

    /// Sets the maximum number of joins that have neither completed nor expired.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use linked_span::{LinkedEvent, Origin, fan_in};
    /// # use linked_span::fan_in::{ArriveErrorKind, Memory, JoinOptions};
    /// # #[derive(Clone, LinkedEvent)] struct Event { #[event(key)] order: u64, metadata: Origin }
    /// # #[fan_in(payment, inventory)]
    /// # fn ship(payment: Event, inventory: Event) {}
    /// # let options = JoinOptions::timeout(Duration::from_secs(600));
    /// # let order = |order| Event { order, metadata: Origin::default() };
    /// let ship = Ship::new(Memory::new().capacity(1), options);
    /// let _waiting = ship.payment(order(7))?;
    /// let error = ship.payment(order(8)).err().unwrap();
    /// assert!(matches!(error.kind, ArriveErrorKind::Full));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn capacity(mut self, capacity: usize) -> Self {
        self.joins.capacity.max = capacity;
        self
    }

    /// Sets approximately how many completed or expired joins the store remembers.
    ///
    /// Beyond that, the store forgets the oldest before their dedup window ends, and [counts](Self::forgotten_early)
    /// them.
    ///
    /// ```
    /// # use linked_span::fan_in::Memory;
    /// let store = Memory::<String>::new().remembered(100_000);
    /// ```
    #[must_use]
    pub fn remembered(mut self, remembered: usize) -> Self {
        self.joins.capacity.remembered = remembered;
        self
    }

    /// Sets the number of shards, each with a lock: a power of two. This empties the store.
    #[doc(hidden)]
    #[must_use]
    pub fn shards(mut self, shards: usize) -> Self {
        self.joins.split(shards);
        self
    }

    /// Replaces the system's clock, so that a test need not wait.
    ///
    /// The feature `testing` has a `Clock` that a test advances.
    ///
    /// ```
    /// # use linked_span::fan_in::{Memory, Timestamp};
    /// let memory = Memory::<String>::new().clock(|| Timestamp::from_millis(0)); // no time passes
    /// ```
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.joins.clock = Box::new(clock);
        self
    }

    /// Returns how many joins the store forgot before their dedup window ended.
    ///
    /// ```
    /// # use linked_span::fan_in::Memory;
    /// # fn watch(store: &Memory<String>) {
    /// if store.forgotten_early() > 0 {
    ///     eprintln!("what is delivered again may run again: let the store remember more");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn forgotten_early(&self) -> u64 {
        self.joins.all(Shard::forgotten_early).sum()
    }

    /// Returns the number of joins that the store keeps, including those that have ended.
    #[doc(hidden)]
    #[must_use]
    pub fn slots(&self) -> usize {
        self.joins.all(Shard::len).sum()
    }

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
        self.joins.settled(key).await;
    }
}

impl<P: Send + Sync + 'static> Store<P> for Memory<P> {
    fn declare(&self, identity: FanInIdentity) {
        self.joins.served.declare(identity);
    }

    async fn arrive(
        &self,
        key: &str,
        policy: &JoinPolicy,
        input: ArrivingInput<'_>,
        payload: P,
        token: Token,
    ) -> Result<ArriveResponse<P>, Rejected<P>> {
        let mut payload: Option<Payload> = Some(Arc::new(payload));
        let mut claim = None;
        let mut take =
            |claimed: Claimed, inputs: &[&StoredInput]| claim = Some(claimed.with(inputs));
        let arrived = self
            .joins
            .arrive(key, policy, input, &mut payload, token, &mut take);
        let left = payload.and_then(|payload| Arc::into_inner(payload.downcast().ok()?));
        match arrived {
            Ok((answer, overdue)) => {
                let overdue = overdue.map(|due| due.typed());
                respond(answer, claim, left, overdue, policy)
            }
            Err(error) => Err(rejected(left, error, None)),
        }
    }

    async fn apply(
        &self,
        key: &str,
        policy: &JoinPolicy,
        change: Change,
    ) -> Result<bool, StoreError> {
        if matches!(change, Change::Retry | Change::Forget) {
            self.joins.served.check()?;
        }
        Ok(self.joins.apply(key, policy, change.into()))
    }

    async fn claim_due(
        &self,
        policy: &JoinPolicy,
        token: Token,
        max: usize,
    ) -> Result<DueClaims<P>, StoreError> {
        self.joins.served.check()?;
        let mut claims = Vec::new();
        for due in self.joins.claim_due(policy, token, max) {
            claims.push(due.typed());
        }
        Ok(DueClaims::new(claims))
    }

    fn release(&self, key: &str, policy: &JoinPolicy, token: Token, settlement: Settlement) {
        let step = Step::Settle { token, settlement };
        self.joins.apply(key, policy, step);
    }

    fn is_durable(&self) -> bool {
        false
    }
}

impl<P: Send + Sync + 'static> BlockingStore<P> for Memory<P> {}

impl<P> Operator for Memory<P> {
    async fn len(&self) -> Result<usize, StoreError> {
        self.joins.served.check()?;
        Ok(self.joins.capacity.open())
    }

    async fn list(
        &self,
        policy: &JoinPolicy,
        query: JoinQuery<'_>,
    ) -> Result<Vec<JoinSummary>, StoreError> {
        self.joins.served.check()?;
        Ok(self.joins.list(policy, query))
    }
}

/// Converts the answer to an arrival. `left` is the payload, unless a join has kept it.
fn respond<P>(
    Answer { reply, known, .. }: Answer,
    claim: Option<Claim<P>>,
    left: Option<P>,
    overdue: Option<Due<P>>,
    policy: &JoinPolicy,
) -> Result<ArriveResponse<P>, Rejected<P>> {
    let Some(reply) = reply else {
        return Err(rejected(left, StoreError::Full, overdue));
    };
    let (claimed, kept) = ("the reply gives a claim", "no join has kept it");
    Ok(ArriveResponse {
        verdict: match reply {
            Reply::Waiting(arrived) => Verdict::Waiting(arrived),
            Reply::Duplicate(arrived) => Verdict::Duplicate(arrived),
            Reply::Run { .. } => Verdict::Run(claim.expect(claimed)),
            Reply::DeliverExpired { .. } => Verdict::DeliverExpired {
                claim: claim.expect(claimed),
                payload: left.expect(kept),
            },
            Reply::Busy(_) => Verdict::Busy {
                // Without a lease the end of the claim is unknown, so the backoff is the estimate.
                retry_after: policy.backoff,
            },
            Reply::Completed => Verdict::Completed(left.expect(kept)),
            Reply::Expired => Verdict::Expired(left.expect(kept)),
            Reply::Parked => Verdict::Parked(left.expect(kept)),
            Reply::Closed => Verdict::Closed {
                payload: left.expect(kept),
                known,
            },
            Reply::Recorded | Reply::Refused | Reply::NotDue(_) | Reply::Absent => {
                unreachable!("no reply to an arrival")
            }
        },
        overdue: overdue.map(Box::new),
        parked: ParkCounts::default(),
    })
}

fn rejected<P>(left: Option<P>, error: StoreError, overdue: Option<Due<P>>) -> Rejected<P> {
    Rejected {
        payload: left.expect("no join has kept it"),
        error,
        overdue: overdue.map(Box::new),
    }
}

impl<P> Default for Memory<P> {
    fn default() -> Self {
        Self::new()
    }
}

// Written by hand, because payloads need not be `Debug`, and a store may hold a million of them.
impl<P> fmt::Debug for Memory<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Memory")
            .field("open", &self.joins.capacity.open())
            .field("capacity", &self.joins.capacity.max)
            .finish_non_exhaustive()
    }
}
