//! Joins in this process's memory.

mod capacity;
mod claim;
mod join;
mod joins;
mod listing;
mod lists;
mod queue;
mod served;
mod shard;
mod stored_input;
mod wait;
mod waiters;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use self::claim::StoredDue;
use self::joins::Joins;
pub use self::joins::NO_LEASE;
use self::shard::{Answer, Shard};
use self::stored_input::{Payload, StoredInput};
use super::core::arriving_input::ArrivingInput;
use super::core::change::Change;
use super::core::claim::{Due, Input};
use super::core::error::StoreError;
use super::core::identity::FanInIdentity;
use super::core::listing::{JoinQuery, JoinSummary};
use super::core::operator::Operator;
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
/// An open join takes about 330 bytes and its input: half of them for the join and its key, half for its place in a table
/// and in a queue. A join that has completed or expired takes about 200 bytes until its dedup window ends.
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
        let mut inputs = Vec::new();
        let mut take = |input: &StoredInput, now| input.add_to(&mut inputs, now);
        let arrived = self
            .joins
            .arrive(key, policy, input, &mut payload, token, &mut take);
        let left = payload.and_then(|payload| Arc::into_inner(payload.downcast().ok()?));
        match arrived {
            Ok((answer, overdue)) => {
                let overdue = overdue.map(StoredDue::typed);
                respond(answer, inputs, left, overdue, policy)
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

/// Converts the answer to an arrival. `inputs` are those of the claim, if there is one. `left` is the payload, unless a join
/// has kept it.
fn respond<P>(
    answer: Answer,
    inputs: Vec<Input<P>>,
    left: Option<P>,
    overdue: Option<Due<P>>,
    policy: &JoinPolicy,
) -> Result<ArriveResponse<P>, Rejected<P>> {
    let claim = answer.claimed.map(|claimed| claimed.with(inputs));
    let verdict = match (answer.reply, claim, left) {
        (None, _, left) => return Err(rejected(left, StoreError::Full, overdue)),
        (Some(Reply::Waiting(arrived)), ..) => Verdict::Waiting(arrived),
        (Some(Reply::Duplicate(arrived)), ..) => Verdict::Duplicate(arrived),
        (Some(Reply::Run { .. }), Some(claim), _) => Verdict::Run(claim),
        (Some(Reply::DeliverExpired { .. }), Some(claim), Some(payload)) => {
            Verdict::DeliverExpired { claim, payload }
        }
        (Some(Reply::Busy(_)), ..) => Verdict::Busy {
            // Without a lease the end of the claim is unknown, so the backoff is the estimate.
            retry_after: policy.backoff,
        },
        (Some(Reply::Completed), _, Some(payload)) => Verdict::Completed(payload),
        (Some(Reply::Expired), _, Some(payload)) => Verdict::Expired(payload),
        (Some(Reply::Parked), _, Some(payload)) => Verdict::Parked(payload),
        (Some(Reply::Closed), _, Some(payload)) => Verdict::Closed {
            payload,
            known: answer.known,
        },
        _ => unreachable!("no reply to an arrival"),
    };
    Ok(ArriveResponse::new(verdict).with_overdue(overdue))
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
