//! Joins in shards, whose inputs have no type.

use std::hash::RandomState;
use std::sync::PoisonError;
use std::time::Duration;

use super::capacity::Capacity;
use super::claim::{StoredDue, Take};
use super::key::Key;
use super::served::Served;
use super::shard::{Answer, Caller, Shard};
use super::stored_input::Payload;
use crate::fan_in::core::arriving_input::ArrivingInput;
use crate::fan_in::core::error::StoreError;
use crate::fan_in::core::state::{ClaimMode, JoinPolicy, Step, Timestamp, Token};
use crate::fan_in::core::time::milliseconds;
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
/// fn without_leases(policy: &JoinPolicy) -> JoinPolicy {
///     policy.lease(NO_LEASE)
/// }
/// ```
pub const NO_LEASE: Duration = Duration::from_millis(u64::MAX / 2);

/// Keeps the joins of one function.
pub(super) struct Joins {
    pub(super) shards: Box<[Mutex<Shard>]>,
    /// Keys come from outside, so their hashes are not predictable.
    hasher: RandomState,
    pub(super) capacity: Capacity,
    pub(super) served: Served,
    pub(super) clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    /// The shard where the next sweep begins.
    next: AtomicUsize,
}

impl Joins {
    pub(super) fn new() -> Self {
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

    /// Sets the number of shards: a power of two. This empties the store.
    pub(super) fn split(&mut self, shards: usize) {
        self.capacity.shards = shards.next_power_of_two();
        self.shards = in_parts(self.capacity.shards);
    }

    pub(super) fn all<T>(&self, of: impl Fn(&Shard) -> T) -> impl Iterator<Item = T> {
        (0..self.shards.len()).map(move |shard| of(&self.lock(shard)))
    }

    /// Takes the lock of a shard. No code of the user runs under it, so no panic of the user poisons it.
    pub(super) fn lock(&self, shard: usize) -> MutexGuard<'_, Shard> {
        let lock = &self.shards[shard & (self.shards.len() - 1)];
        lock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the shard of a key.
    pub(super) fn locate<'a>(&'a self, text: &'a str) -> (usize, Key<'a>) {
        let key = Key::new(text, &self.hasher);
        ((key.hash >> 32) as usize, key)
    }

    /// Records an arrival. Takes the payload if a join keeps it. `take` gets the claim, if the caller gets one.
    ///
    /// Also returns another join that has expired.
    pub(super) fn arrive(
        &self,
        key: &str,
        policy: &JoinPolicy,
        input: ArrivingInput<'_>,
        payload: &mut Option<Payload>,
        token: Token,
        take: Take<'_>,
    ) -> Result<(Answer, Option<Box<StoredDue>>), StoreError> {
        self.served.check()?;
        check(input, policy)?;
        let policy = without_leases(policy);
        let (place, key) = self.locate(key);
        let clock = (self.clock)();

        let mut shard = self.lock(place);
        let caller = Caller {
            token,
            policy: &policy,
            now: shard.time(clock),
        };
        let answer = shard.arrive(key, input, payload, take, caller, &self.capacity);
        let overdue = shard.claim_due(ClaimMode::Opportunistic, answer.join, caller);
        let arrivals = shard.arrivals();
        drop(shard);

        let shards = self.shards.len();
        let mut others = match answer.reply {
            // In a full store, a delivered join makes room.
            None => 1..shards,
            Some(_) if arrivals % LOOK_ELSEWHERE > 0 => 0..0,
            Some(_) => {
                let next = arrivals / LOOK_ELSEWHERE % shards;
                next..next + usize::from(next > 0)
            }
        };
        let look = |distance| {
            let mut shard = self.lock(place.wrapping_add(distance));
            let now = shard.time(clock);
            shard.claim_due(ClaimMode::Opportunistic, None, Caller { now, ..caller })
        };
        let overdue = overdue.or_else(|| others.find_map(look));
        Ok((answer, overdue.map(Box::new)))
    }

    pub(super) fn apply(&self, key: &str, policy: &JoinPolicy, step: Step) -> bool {
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

    pub(super) fn claim_due(
        &self,
        policy: &JoinPolicy,
        token: Token,
        max: usize,
    ) -> Vec<StoredDue> {
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
        found: &mut Vec<StoredDue>,
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

fn in_parts(shards: usize) -> Box<[Mutex<Shard>]> {
    (0..shards).map(|_| Mutex::new(Shard::new())).collect()
}

fn without_leases(policy: &JoinPolicy) -> JoinPolicy {
    JoinPolicy {
        lease: NO_LEASE,
        ..*policy
    }
}
