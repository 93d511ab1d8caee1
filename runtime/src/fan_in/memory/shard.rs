//! A part of the joins, behind one lock.
//!
//! No code of the user runs here. The methods return unneeded payloads, and the caller drops them after it has released
//! the lock.

use hashbrown::HashTable;

use super::entry::{Head, How, has_ended};
use super::joins::Joins;
use super::kept::{StoredInput, Useless, When};
use super::lists::Lists;
use super::room::Room;
use crate::fan_in::core::claim::{Claim, Due, Work};
use crate::fan_in::core::response::Verdict;
use crate::fan_in::core::state::{
    ClaimMode, JoinPolicy, Reply, State, Step, Timestamp, Token, transition,
};

/// The number of joins that each arrival or settlement forgets: more than it can leave behind.
const FORGET_A_CALL: usize = 2;

/// An empty table of at most this capacity is kept for the next joins.
const FEW: usize = 256;

/// Holds the joins whose keys' hashes belong to this shard.
///
/// The alignment to cache lines keeps the locks of two shards apart.
#[repr(align(64))]
pub(super) struct Shard<P> {
    table: HashTable<u32>,
    joins: Joins<P>,
    lists: Lists,
    /// The latest time. Callers read the clock before they take the lock, but the lists need a time that never
    /// decreases.
    latest: Timestamp,
    arrivals: u32,
    forgotten_early: u64,
}

/// Holds a key, and the part of its hash that a shard's table uses.
#[derive(Clone, Copy)]
pub(super) struct Key<'a> {
    pub(super) text: &'a str,
    pub(super) hash: u32,
}

/// Holds the caller's token, policy and time.
#[derive(Clone, Copy)]
pub(super) struct Caller<'a> {
    pub(super) token: Token,
    pub(super) rules: &'a JoinPolicy,
    pub(super) now: Timestamp,
}

/// Holds the result of an arrival.
pub(super) struct Answer<P> {
    /// The verdict, or the payload if the store is full.
    pub(super) verdict: Result<Verdict<P>, P>,
    /// An unneeded payload.
    pub(super) useless: Option<P>,
    /// The number of the join, if the store keeps it.
    pub(super) index: Option<u32>,
}

impl<P> Shard<P> {
    pub(super) fn new() -> Self {
        Self {
            table: HashTable::new(),
            joins: Joins::new(),
            lists: Lists::new(),
            latest: Timestamp::from_millis(0),
            arrivals: 0,
            forgotten_early: 0,
        }
    }

    /// Returns the time in this shard, which never decreases.
    pub(super) fn time(&mut self, clock: Timestamp) -> Timestamp {
        self.latest = self.latest.max(clock);
        self.latest
    }

    /// Returns the number of arrivals.
    pub(super) fn arrivals(&self) -> usize {
        self.arrivals as usize
    }

    /// Returns how many joins were forgotten before their dedup window ended.
    pub(super) fn forgotten_early(&self) -> u64 {
        self.forgotten_early
    }

    /// Returns the number of joins that have memory.
    pub(super) fn slots(&self) -> usize {
        self.joins.slots()
    }

    pub(super) fn arrive(
        &mut self,
        key: Key<'_>,
        input: u8,
        payload: P,
        caller: Caller<'_>,
        room: &Room,
    ) -> Answer<P> {
        let Caller { token, rules, now } = caller;
        self.arrivals = self.arrivals.wrapping_add(1);
        self.forget(now, FORGET_A_CALL);

        let index = self.find(key, now);
        let before = index.map(|index| self.joins.state(index));
        let outcome = transition(before, Step::Arrive { input, token }, now, rules);
        let (Some(after), reply) = &outcome else {
            unreachable!("an arrival leaves a join")
        };
        let Some(index) = index else {
            return self.open(key, after, payload, input, now, room);
        };

        // An open join takes the input, unless the input is a duplicate or too late.
        let takes = matches!(before, Some(State::Open { .. }))
            && matches!(reply, Reply::Waiting(_) | Reply::Run { .. });
        let left = if takes {
            let kept = StoredInput::new(payload, When::new(input, now));
            self.joins.keep(index, after, kept);
            None
        } else {
            Some(payload)
        };
        if let Some(before) = &before {
            // An arrival does not end a join, so this returns no inputs.
            let _ = self.put(index, before, after, now, room);
        }
        let (verdict, useless) = match (*reply, left) {
            (Reply::Waiting(came), left) => (Verdict::Waiting(came), left),
            (Reply::Duplicate(came), left) => (Verdict::Duplicate(came), left),
            (Reply::Run { attempts }, left) => (
                Verdict::Run(self.claim(index, Work::Run, attempts, caller)),
                left,
            ),
            (Reply::DeliverExpired { attempts, .. }, Some(payload)) => {
                let claim = self.claim(index, Work::DeliverExpired, attempts, caller);
                (Verdict::DeliverExpired { claim, payload }, None)
            }
            (Reply::Busy(_), left) => {
                // Without a lease the end of the claim is unknown, so the backoff is the estimate.
                let retry_after = rules.backoff;
                (Verdict::Busy { retry_after }, left)
            }
            (Reply::Completed, Some(payload)) => (Verdict::Completed(payload), None),
            (Reply::Expired, Some(payload)) => (Verdict::Expired(payload), None),
            (Reply::Parked, Some(payload)) => (Verdict::Parked(payload), None),
            _ => unreachable!("no reply to an arrival"),
        };
        Answer {
            verdict: Ok(verdict),
            useless,
            index: Some(index),
        }
    }

    /// Applies a settlement, a renewal or an operator's change. Returns `true` if it was recorded.
    ///
    /// Also returns the inputs if it ended or removed the join.
    pub(super) fn tell(
        &mut self,
        key: Key<'_>,
        step: Step,
        now: Timestamp,
        rules: &JoinPolicy,
        room: &Room,
    ) -> (bool, Option<Useless<P>>) {
        self.forget(now, FORGET_A_CALL);
        let Some(index) = self.find(key, now) else {
            return (false, None);
        };
        let before = self.joins.state(index);
        let (after, reply) = &transition(Some(before), step, now, rules);
        let useless = match after {
            Some(after) => self.put(index, &before, after, now, room),
            None => self.give_up(index, room),
        };
        (*reply == Reply::Recorded, useless)
    }

    /// Returns `true` if no join of this key exists, or if it has ended.
    pub(super) fn has_settled(&self, key: Key<'_>) -> bool {
        self.look_up(key)
            .is_none_or(|index| has_ended(&self.joins.state(index)))
    }

    pub(super) fn joins(&self) -> &Joins<P> {
        &self.joins
    }

    /// Claims an expired join, other than this one, for delivery.
    pub(super) fn pass(
        &mut self,
        other_than: Option<u32>,
        caller: Caller<'_>,
        room: &Room,
    ) -> Option<Due<P>> {
        if self.lists.are_idle(caller.now) {
            return None;
        }
        let due = self.visit(ClaimMode::Opportunistic, other_than, caller, room);
        if due.is_none() {
            self.lists.rest(&self.joins);
        }
        due
    }

    /// Claims a join that is due, other than this one.
    pub(super) fn visit(
        &mut self,
        mode: ClaimMode,
        other_than: Option<u32>,
        caller: Caller<'_>,
        room: &Room,
    ) -> Option<Due<P>> {
        while let Some(index) = self.lists.waiting.first() {
            if Some(index) != other_than {
                if let Some(due) = self.visit_one(index, mode, caller, room) {
                    return Some(due);
                }
            }
            match self.joins.state(index) {
                // The join returns to the front if it fails. Until then it would only delay these checks.
                State::Running { deadline, .. } if deadline <= caller.now => {
                    self.lists.waiting.remove(index, &mut self.joins);
                }
                _ => break,
            }
        }
        let retry = match mode {
            ClaimMode::Sweep => self.lists.retries.first(),
            ClaimMode::Opportunistic => None,
        };
        [self.lists.unheld.first(), retry]
            .into_iter()
            .flatten()
            .filter(|index| Some(*index) != other_than)
            .find_map(|index| self.visit_one(index, mode, caller, room))
    }

    /// Forgets at most `max` joins that are due for it. Returns `true` if there may be more.
    pub(super) fn forget(&mut self, now: Timestamp, max: usize) -> bool {
        for _ in 0..max {
            let Some(index) = self.lists.next_forgotten(now, &self.joins) else {
                return false;
            };
            self.forget_ended(index);
        }
        true
    }

    fn open(
        &mut self,
        key: Key<'_>,
        state: &State,
        payload: P,
        input: u8,
        now: Timestamp,
        room: &Room,
    ) -> Answer<P> {
        let State::Open { came, deadline } = *state else {
            unreachable!("a join begins open")
        };
        if !room.take() {
            return Answer {
                verdict: Err(payload),
                useless: None,
                index: None,
            };
        }
        let (head, when) = (Head::new(key.text, key.hash), When::new(input, now));
        let index = self.joins.begin(head, deadline, when, payload);
        let joins = &self.joins;
        self.table.insert_unique(spread(key.hash), index, |other| {
            spread(joins.head(*other).hash)
        });
        self.lists.begin(index, deadline, &mut self.joins);
        Answer {
            verdict: Ok(Verdict::Waiting(came)),
            useless: None,
            index: Some(index),
        }
    }

    fn look_up(&self, key: Key<'_>) -> Option<u32> {
        let found = self.table.find(spread(key.hash), |index| {
            let head = self.joins.head(*index);
            head.hash == key.hash && head.key.is(key.text)
        });
        found.copied()
    }

    /// Finds the join of a key, unless it is due to be forgotten.
    pub(super) fn find(&mut self, key: Key<'_>, now: Timestamp) -> Option<u32> {
        let index = self.look_up(key)?;
        if self.is_forgotten(index, now) {
            self.forget_ended(index);
            return None;
        }
        Some(index)
    }

    fn is_forgotten(&self, index: u32, now: Timestamp) -> bool {
        let forget_at = self.joins.forget_at(index);
        forget_at.is_some_and(|forget_at| forget_at <= now)
    }

    fn visit_one(
        &mut self,
        index: u32,
        mode: ClaimMode,
        caller: Caller<'_>,
        room: &Room,
    ) -> Option<Due<P>> {
        let Caller { token, rules, now } = caller;
        let before = self.joins.state(index);
        let step = Step::ClaimDue { token, mode };
        let (after, reply) = &transition(Some(before), step, now, rules);
        let (work, attempts) = match *reply {
            Reply::Run { attempts } => (Work::Run, attempts),
            Reply::DeliverExpired { attempts, .. } => (Work::DeliverExpired, attempts),
            _ => return None,
        };
        if let Some(after) = after {
            // A claim does not end a join, so this returns no inputs.
            let _ = self.put(index, &before, after, now, room);
        }
        Some(Due {
            key: self.joins.head(index).key.as_str().to_owned(),
            token,
            claim: self.claim(index, work, attempts, caller),
        })
    }

    fn claim(&self, index: u32, work: Work, attempts: u32, caller: Caller<'_>) -> Claim<P> {
        Claim {
            work,
            attempts,
            inputs: self.joins.inputs(index, caller.now, caller.rules),
        }
    }

    /// Sets the new state of a join and moves it between the lists. Returns its inputs if it has ended.
    #[must_use = "payloads are dropped when the lock is no longer held"]
    fn put(
        &mut self,
        index: u32,
        before: &State,
        after: &State,
        now: Timestamp,
        room: &Room,
    ) -> Option<Useless<P>> {
        if before == after {
            return None;
        }
        if let Some(how) = How::of(after) {
            return Some(self.end(index, before, how, now, room));
        }
        self.joins.set(index, after);
        self.lists.enter(index, before, after, now, &mut self.joins);
        None
    }

    /// Reduces a join to how it has ended.
    #[must_use = "payloads are dropped when the lock is no longer held"]
    fn end(
        &mut self,
        index: u32,
        before: &State,
        how: How,
        now: Timestamp,
        room: &Room,
    ) -> Useless<P> {
        self.lists.leave(index, before, &mut self.joins);
        let hash = spread(self.joins.head(index).hash);
        let (ended, useless) = self.joins.end(index, how);
        if let Some(found) = self.table.find_mut(hash, |other| *other == index) {
            *found = ended;
        }
        self.lists.end(ended, how.forget_at, now, &mut self.joins);
        room.give_back();
        self.keep_within(room.remembered_in_a_shard());
        useless
    }

    /// Forgets the oldest ended joins while there are too many.
    fn keep_within(&mut self, most: usize) {
        while self.lists.ended.len() > most {
            let Some(oldest) = self.lists.ended.first() else {
                return;
            };
            self.forget_ended(oldest);
            self.forgotten_early += 1;
        }
    }

    /// Removes a join that has ended and has no payloads.
    fn forget_ended(&mut self, index: u32) {
        let _ = self.remove(index);
    }

    /// Removes a join that an operator forgets.
    #[must_use = "payloads are dropped when the lock is no longer held"]
    fn give_up(&mut self, index: u32, room: &Room) -> Option<Useless<P>> {
        let useless = self.remove(index);
        if useless.is_some() {
            room.give_back();
        }
        useless
    }

    #[must_use = "payloads are dropped when the lock is no longer held"]
    fn remove(&mut self, index: u32) -> Option<Useless<P>> {
        let state = self.joins.state(index);
        self.lists.leave(index, &state, &mut self.joins);
        let hash = spread(self.joins.head(index).hash);
        if let Ok(found) = self.table.find_entry(hash, |other| *other == index) {
            found.remove();
        }
        let useless = self.joins.remove(index);
        if self.table.is_empty() {
            self.shrink();
        }
        useless
    }

    /// Frees memory after the last join has left.
    fn shrink(&mut self) {
        if self.table.capacity() > FEW {
            self.table = HashTable::new();
            self.lists = Lists::new();
        }
    }
}

/// Spreads a hash over the lowest and highest bits, which a table uses.
fn spread(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
}
