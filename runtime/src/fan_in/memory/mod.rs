//! Joins in this process's memory.

mod entry;
mod hash;
mod joins;
mod kept;
mod lane;
mod list;
mod listing;
mod lists;
mod room;
mod served;
mod shard;
mod slab;
mod text;
mod waiters;

use std::fmt;
use std::future::poll_fn;
use std::sync::PoisonError;
use std::time::Duration;

use self::hash::Hasher;
use self::room::Room;
use self::served::Served;
use self::shard::{Caller, Key, Shard};
use self::waiters::{Wait, Waiters};
use super::core::change::Change;
use super::core::claim::Due;
use super::core::error::StoreError;
use super::core::identity::FanInIdentity;
use super::core::listing::{JoinQuery, JoinSummary};
use super::core::operator::Operator;
use super::core::response::{ArriveResponse, Rejected};
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

/// The lease of a claim that does not end by itself.
///
/// A process that dies takes its memory with it. In a running process, a dropped claim is released.
///
/// ```
/// use linked_span::fan_in::{NO_LEASE, JoinPolicy};
///
/// /// Returns the policy that a store in memory passes to the state machine.
/// fn without_leases(rules: &JoinPolicy) -> JoinPolicy {
///     rules.lease(NO_LEASE)
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
/// At capacity, an arrival that would open another join first delivers an expired one, if there is one. Otherwise the
/// store rejects the arrival, returns the input and evicts nothing. A parked join takes room until an operator retries
/// or forgets it.
pub struct Memory<P> {
    shards: Box<[Mutex<Shard<P>>]>,
    hasher: Hasher,
    room: Room,
    served: Served,
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    /// The shard where the next sweep begins.
    next: AtomicUsize,
    waiters: Waiters,
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
            hasher: Hasher::new(),
            room: Room::new(CAPACITY, SHARDS),
            served: Served::default(),
            clock: Box::new(clock),
            next: AtomicUsize::new(0),
            waiters: Waiters::new(),
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
        self.room.capacity = capacity;
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
        self.room.remembered = remembered;
        self
    }

    /// Waits until every join of this key has completed or expired.
    ///
    /// ```
    /// # use linked_span::fan_in::{Memory, JoinPolicy, Store, Token};
    /// # async fn consume(store: &Memory<String>, rules: &JoinPolicy, order: &str, event: String) {
    /// // Only this memory has the event until its join has settled, so the broker keeps it until then.
    /// store.arrive(order, rules, 0, event, Token::random()).await;
    /// store.settled(order).await;
    /// // … acknowledge it.
    /// # }
    /// ```
    ///
    /// A join settles after its timeout only when a worker delivers it, and only arrivals and sweeps find it. Without
    /// arrivals and sweeps it does not settle. A parked join does not settle until an operator retries or forgets it.
    pub async fn settled(&self, key: &str) {
        let mut wait = Wait::new(&self.waiters, key);
        poll_fn(|context| wait.poll(context, || self.has_settled(key))).await;
    }

    fn has_settled(&self, key: &str) -> bool {
        let (place, key) = self.place(key);
        self.lock(place).has_settled(key)
    }

    /// Sets the number of shards, each with a lock: a power of two. This empties the store.
    #[doc(hidden)]
    #[must_use]
    pub fn shards(mut self, shards: usize) -> Self {
        self.room.shards = shards.next_power_of_two();
        self.shards = in_parts(self.room.shards);
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

    /// Returns the number of joins that have memory.
    #[doc(hidden)]
    #[must_use]
    pub fn slots(&self) -> usize {
        self.all(Shard::slots).sum()
    }

    fn all<T>(&self, of: impl Fn(&Shard<P>) -> T) -> impl Iterator<Item = T> {
        (0..self.shards.len()).map(move |shard| of(&self.lock(shard)))
    }

    /// Takes the lock of a shard. No code of the user runs under it, so no panic of the user poisons it.
    fn lock(&self, shard: usize) -> MutexGuard<'_, Shard<P>> {
        let lock = &self.shards[shard & (self.shards.len() - 1)];
        lock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[expect(clippy::cast_possible_truncation, reason = "two halves of it")]
    fn place<'a>(&self, key: &'a str) -> (usize, Key<'a>) {
        let hash = self.hasher.hash(key);
        let key = Key {
            text: key,
            hash: hash as u32,
        };
        ((hash >> 32) as usize, key)
    }

    fn arrive_now(
        &self,
        key: &str,
        rules: &JoinPolicy,
        input: u8,
        payload: P,
        token: Token,
    ) -> Result<ArriveResponse<P>, Rejected<P>> {
        if input >= rules.inputs {
            return Err(Rejected {
                payload,
                error: StoreError::Failed("there is no such input".into()),
                overdue: None,
            });
        }
        let rules = without_leases(rules);
        let room = &self.room;
        let (place, key) = self.place(key);
        let clock = (self.clock)();

        let mut shard = self.lock(place);
        let caller = Caller {
            token,
            rules: &rules,
            now: shard.time(clock),
        };
        let answer = shard.arrive(key, input, payload, caller, room);
        let overdue = shard.pass(answer.index, caller, room);
        let arrivals = shard.arrivals();
        drop(shard);

        let overdue = overdue
            .or_else(|| match answer.verdict {
                Ok(_) => self.look_elsewhere(place, arrivals, clock, caller),
                Err(_) => self.look_everywhere_else(place, clock, caller),
            })
            .map(Box::new);
        drop(answer.useless);
        match answer.verdict {
            Ok(verdict) => Ok(ArriveResponse { verdict, overdue }),
            Err(payload) => Err(Rejected {
                payload,
                error: StoreError::Full,
                overdue,
            }),
        }
    }

    /// Checks the other shards in turn.
    fn look_elsewhere(
        &self,
        place: usize,
        arrivals: usize,
        clock: Timestamp,
        caller: Caller<'_>,
    ) -> Option<Due<P>> {
        if arrivals % LOOK_ELSEWHERE > 0 {
            return None;
        }
        let distance = arrivals / LOOK_ELSEWHERE % self.shards.len();
        if distance == 0 {
            return None;
        }
        let mut shard = self.lock(place.wrapping_add(distance));
        let now = shard.time(clock);
        shard.pass(None, Caller { now, ..caller }, &self.room)
    }

    /// Checks every other shard: in a full store, a delivered join makes room.
    fn look_everywhere_else(
        &self,
        place: usize,
        clock: Timestamp,
        caller: Caller<'_>,
    ) -> Option<Due<P>> {
        (1..self.shards.len()).find_map(|distance| {
            let mut shard = self.lock(place.wrapping_add(distance));
            let now = shard.time(clock);
            shard.pass(None, Caller { now, ..caller }, &self.room)
        })
    }

    fn tell(&self, key: &str, rules: &JoinPolicy, step: Step) -> bool {
        let rules = without_leases(rules);
        let (place, hashed) = self.place(key);
        let clock = (self.clock)();

        let mut shard = self.lock(place);
        let now = shard.time(clock);
        let (counts, useless) = shard.tell(hashed, step, now, &rules, &self.room);
        drop(shard);
        // A join has inputs until it ends or is forgotten.
        if useless.is_some() {
            self.waiters.wake(key);
        }
        counts
    }

    fn due_now(&self, rules: &JoinPolicy, token: Token, max: usize) -> Vec<Due<P>> {
        let rules = without_leases(rules);
        // Each sweep begins at another shard, so that no shard is always the last.
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        let mut found = Vec::new();
        for place in 0..self.shards.len() {
            let place = first.wrapping_add(place);
            while self.sweep(place, &rules, token, max, &mut found) {}
        }
        found
    }

    /// Claims and forgets some joins of a shard. Returns `true` if there may be more.
    fn sweep(
        &self,
        place: usize,
        rules: &JoinPolicy,
        token: Token,
        max: usize,
        found: &mut Vec<Due<P>>,
    ) -> bool {
        let clock = (self.clock)();
        let mut shard = self.lock(place);
        let now = shard.time(clock);
        let caller = Caller { token, rules, now };
        let more = shard.forget(now, AT_ONCE);
        for _ in 0..AT_ONCE.min(max - found.len()) {
            let Some(due) = shard.visit(ClaimMode::Sweep, None, caller, &self.room) else {
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

fn without_leases(rules: &JoinPolicy) -> JoinPolicy {
    JoinPolicy {
        lease: NO_LEASE,
        ..*rules
    }
}

impl<P: Send + Sync> Store<P> for Memory<P> {
    fn declare(&self, identity: FanInIdentity) {
        self.served.declare(identity);
    }

    async fn arrive(
        &self,
        key: &str,
        rules: &JoinPolicy,
        input: u8,
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
        self.arrive_now(key, rules, input, payload, token)
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
        Ok(self.tell(key, policy, change.into()))
    }

    async fn claim_due(
        &self,
        policy: &JoinPolicy,
        token: Token,
        max: usize,
    ) -> Result<Vec<Due<P>>, StoreError> {
        self.served.check()?;
        Ok(self.due_now(policy, token, max))
    }

    fn release(&self, key: &str, policy: &JoinPolicy, token: Token, settlement: Settlement) {
        self.tell(key, policy, Step::Settle { token, settlement });
    }

    fn is_durable(&self) -> bool {
        false
    }
}

impl<P: Send + Sync> BlockingStore<P> for Memory<P> {}

impl<P: Send + Sync> Operator for Memory<P> {
    async fn len(&self) -> Result<usize, StoreError> {
        self.served.check()?;
        Ok(self.room.open())
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
            .field("open", &self.room.open())
            .field("capacity", &self.room.capacity)
            .finish_non_exhaustive()
    }
}
