//! Joins in this process's memory.

mod capacity;
mod join;
mod listing;
mod lists;
mod queue;
mod served;
mod shard;
mod stored_input;
mod wait;
mod waiters;

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::PoisonError;
use std::time::Duration;

use self::capacity::Capacity;
use self::served::Served;
use self::shard::{Caller, Key, Shard};
use super::core::arriving_input::ArrivingInput;
use super::core::change::Change;
use super::core::claim::Due;
use super::core::error::StoreError;
use super::core::identity::FanInIdentity;
use super::core::listing::{JoinQuery, JoinSummary};
use super::core::operator::Operator;
use super::core::response::{ArriveResponse, DueClaims, Rejected};
use super::core::state::{ClaimMode, JoinPolicy, Settlement, Step, Timestamp, Token};
use super::core::store::{BlockingStore, Store};
use super::core::time::milliseconds;
use crate::support::clock;
use crate::support::sync::{AtomicUsize, Mutex, MutexGuard, Ordering};

const CAPACITY: usize = 1_000_000;
const SHARDS: usize = 64;

/// After this many arrivals at a shard, one checks another shard, because that shard may have no arrivals.
const LOOK_ELSEWHERE: usize = 16;

/// The number of joins that a sweep handles before it releases a lock.
const AT_ONCE: usize = 64;

/// Returns an error for an input that the function cannot have.
fn check(arriving: ArrivingInput<'_>, policy: &JoinPolicy) -> Result<(), StoreError> {
    let ArrivingInput { input, id, .. } = arriving;
    if input >= policy.inputs {
        return Err(StoreError::Failed("there is no such input".into()));
    }
    if policy.lists.contains(input) && id.is_none() {
        return Err(StoreError::Failed("the element has no identity".into()));
    }
    Ok(())
}

/// The lease of a claim that does not end by itself.
///
/// A process that dies takes its memory with it. In a running process, a dropped claim is released.
///
/// ```
/// use linked_span::fan_in::{NO_LEASE, JoinPolicy};
///
/// /// Returns the policy that a store in memory passes to the state machine.
/// fn without_leases(policy: &JoinPolicy) -> JoinPolicy {
///     policy.lease(NO_LEASE)
/// }
/// ```
pub const NO_LEASE: Duration = Duration::from_millis(u64::MAX / 2);

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
/// An open join takes about 300 bytes and its input: half of them for the join and its key, half for its place in a table
/// and in a queue. A join that has completed or expired takes about 200 bytes until its dedup window ends.
///
/// The capacity counts joins. At capacity, an arrival that would open another join first delivers an expired one, if there is one. Otherwise the
/// store rejects the arrival, returns the input and evicts nothing. A parked join takes room until an operator retries
/// or forgets it.
pub struct Memory<P> {
    shards: Box<[Mutex<Shard<P>>]>,
    /// Keys come from outside, so their hashes are not predictable.
    hasher: RandomState,
    capacity: Capacity,
    served: Served,
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    /// The shard where the next sweep begins.
    next: AtomicUsize,
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
        let since = clock::now();
        let clock = move || {
            let since = clock::elapsed(since);
            Timestamp::from_millis(milliseconds(since))
        };
        Self {
            shards: in_parts(SHARDS),
            hasher: RandomState::new(),
            capacity: Capacity::new(CAPACITY, SHARDS),
            served: Served::default(),
            clock: Box::new(clock),
            next: AtomicUsize::new(0),
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
        self.capacity.max = capacity;
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
        self.capacity.remembered = remembered;
        self
    }

    /// Sets the number of shards, each with a lock: a power of two. This empties the store.
    #[doc(hidden)]
    #[must_use]
    pub fn shards(mut self, shards: usize) -> Self {
        self.capacity.shards = shards.next_power_of_two();
        self.shards = in_parts(self.capacity.shards);
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
        self.clock = Box::new(clock);
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
        self.all(Shard::forgotten_early).sum()
    }

    /// Returns the number of joins that the store keeps, including those that have ended.
    #[doc(hidden)]
    #[must_use]
    pub fn slots(&self) -> usize {
        self.all(Shard::len).sum()
    }

    fn all<T>(&self, of: impl Fn(&Shard<P>) -> T) -> impl Iterator<Item = T> {
        (0..self.shards.len()).map(move |shard| of(&self.lock(shard)))
    }

    /// Takes the lock of a shard. No code of the user runs under it, so no panic of the user poisons it.
    fn lock(&self, shard: usize) -> MutexGuard<'_, Shard<P>> {
        let lock = &self.shards[shard & (self.shards.len() - 1)];
        lock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the shard of a key.
    fn locate<'a>(&self, text: &'a str) -> (usize, Key<'a>) {
        let hash = self.hasher.hash_one(text);
        ((hash >> 32) as usize, Key { text, hash })
    }

    fn arrive_now(
        &self,
        key: &str,
        policy: &JoinPolicy,
        input: ArrivingInput<'_>,
        payload: P,
        token: Token,
    ) -> Result<ArriveResponse<P>, Rejected<P>> {
        if let Err(error) = check(input, policy) {
            return Err(Rejected {
                payload,
                error,
                overdue: None,
            });
        }
        let policy = without_leases(policy);
        let capacity = &self.capacity;
        let (place, key) = self.locate(key);
        let clock = (self.clock)();

        let mut shard = self.lock(place);
        let caller = Caller {
            token,
            policy: &policy,
            now: shard.time(clock),
        };
        let answer = shard.arrive(key, input, payload, caller, capacity);
        let overdue = shard.claim_due(ClaimMode::Opportunistic, answer.join, caller);
        let arrivals = shard.arrivals();
        drop(shard);

        let shards = self.shards.len();
        let mut others = match answer.verdict {
            // In a full store, a delivered join makes room.
            Err(_) => 1..shards,
            Ok(_) if arrivals % LOOK_ELSEWHERE > 0 => 0..0,
            Ok(_) => {
                let next = arrivals / LOOK_ELSEWHERE % shards;
                next..next + usize::from(next > 0)
            }
        };
        let look = |distance| {
            let mut shard = self.lock(place.wrapping_add(distance));
            let now = shard.time(clock);
            shard.claim_due(ClaimMode::Opportunistic, None, Caller { now, ..caller })
        };
        let overdue = overdue.or_else(|| others.find_map(look)).map(Box::new);
        drop(answer.unneeded);
        match answer.verdict {
            Ok(verdict) => Ok(ArriveResponse {
                overdue,
                ..ArriveResponse::new(verdict)
            }),
            Err(payload) => Err(Rejected {
                payload,
                error: StoreError::Full,
                overdue,
            }),
        }
    }

    fn apply_now(&self, key: &str, policy: &JoinPolicy, step: Step) -> bool {
        let policy = without_leases(policy);
        let (place, key) = self.locate(key);
        let clock = (self.clock)();

        let mut shard = self.lock(place);
        let now = shard.time(clock);
        let (is_recorded, settled) = shard.apply(key, step, now, &policy, &self.capacity);
        drop(shard);
        if let Some(settled) = settled {
            settled.wake();
        }
        is_recorded
    }

    fn due_now(&self, policy: &JoinPolicy, token: Token, max: usize) -> Vec<Due<P>> {
        let policy = without_leases(policy);
        // Each sweep begins at another shard, so that no shard is always the last.
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        let mut found = Vec::new();
        for place in 0..self.shards.len() {
            let place = first.wrapping_add(place);
            while self.sweep(place, &policy, token, max, &mut found) {}
        }
        found
    }

    /// Claims and forgets some joins of a shard. Returns `true` if there may be more.
    fn sweep(
        &self,
        place: usize,
        policy: &JoinPolicy,
        token: Token,
        max: usize,
        found: &mut Vec<Due<P>>,
    ) -> bool {
        let clock = (self.clock)();
        let mut shard = self.lock(place);
        let now = shard.time(clock);
        let caller = Caller { token, policy, now };
        let more = shard.forget(now, AT_ONCE);
        for _ in 0..AT_ONCE.min(max - found.len()) {
            let Some(due) = shard.claim_due(ClaimMode::Sweep, None, caller) else {
                return more;
            };
            found.push(due);
        }
        more || found.len() < max
    }
}

fn in_parts<P>(shards: usize) -> Box<[Mutex<Shard<P>>]> {
    (0..shards).map(|_| Mutex::new(Shard::new())).collect()
}

fn without_leases(policy: &JoinPolicy) -> JoinPolicy {
    JoinPolicy {
        lease: NO_LEASE,
        ..*policy
    }
}

impl<P: Send + Sync> Store<P> for Memory<P> {
    fn declare(&self, identity: FanInIdentity) {
        self.served.declare(identity);
    }

    async fn arrive(
        &self,
        key: &str,
        policy: &JoinPolicy,
        input: ArrivingInput<'_>,
        payload: P,
        token: Token,
    ) -> Result<ArriveResponse<P>, Rejected<P>> {
        if let Err(error) = self.served.check() {
            return Err(Rejected {
                payload,
                error,
                overdue: None,
            });
        }
        self.arrive_now(key, policy, input, payload, token)
    }

    async fn apply(
        &self,
        key: &str,
        policy: &JoinPolicy,
        change: Change,
    ) -> Result<bool, StoreError> {
        if matches!(change, Change::Retry | Change::Forget) {
            self.served.check()?;
        }
        Ok(self.apply_now(key, policy, change.into()))
    }

    async fn claim_due(
        &self,
        policy: &JoinPolicy,
        token: Token,
        max: usize,
    ) -> Result<DueClaims<P>, StoreError> {
        self.served.check()?;
        Ok(DueClaims::new(self.due_now(policy, token, max)))
    }

    fn release(&self, key: &str, policy: &JoinPolicy, token: Token, settlement: Settlement) {
        self.apply_now(key, policy, Step::Settle { token, settlement });
    }

    fn is_durable(&self) -> bool {
        false
    }
}

impl<P: Send + Sync> BlockingStore<P> for Memory<P> {}

impl<P: Send + Sync> Operator for Memory<P> {
    async fn len(&self) -> Result<usize, StoreError> {
        self.served.check()?;
        Ok(self.capacity.open())
    }

    async fn list(
        &self,
        policy: &JoinPolicy,
        query: JoinQuery<'_>,
    ) -> Result<Vec<JoinSummary>, StoreError> {
        self.served.check()?;
        Ok(self.list_now(policy, query))
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
            .field("open", &self.capacity.open())
            .field("capacity", &self.capacity.max)
            .finish_non_exhaustive()
    }
}
