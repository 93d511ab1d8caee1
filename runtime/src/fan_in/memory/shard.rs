//! A part of the joins, behind one lock.
//!
//! No code of the user runs here. The methods return unneeded payloads and wakers, and the caller drops them after it has
//! released the lock.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::task::Waker;

use hashbrown::HashTable;

use super::capacity::Capacity;
use super::claim::{Claimed, StoredDue};
use super::join::{Join, Live, Name};
use super::queue::{Place, Queue};
use super::stored_input::{Payload, StoredInput};
use super::waiters::Waiters;
use crate::fan_in::core::arriving_input::ArrivingInput;
use crate::fan_in::core::state::{
    ClaimMode, JoinPolicy, Reply, State, Step, Timestamp, Token, due, transition,
};

/// The number of joins that each arrival or settlement forgets: more than it can leave behind.
const FORGET_A_CALL: usize = 2;

/// An empty table of at most this capacity is kept for the next joins.
const FEW: usize = 256;

/// Holds the joins whose keys' hashes belong to this shard.
///
/// The alignment to cache lines keeps the locks of two shards apart.
#[repr(align(64))]
pub(super) struct Shard {
    table: HashTable<Join>,
    /// The open joins that miss an input that is not optional, by deadline.
    open: Queue,
    /// The completed and expired joins, by the time when the store forgets them.
    ended: Queue,
    /// The other joins that no worker holds, by the time when a sweep may claim them.
    for_sweeps: BTreeSet<Place>,
    /// The same joins, by the time when an arrival may claim them.
    for_arrivals: BTreeSet<Place>,
    pub(super) waiters: Waiters,
    /// The latest time. Callers read the clock before they take the lock, but the queues need a time that never
    /// decreases.
    latest: Timestamp,
    /// The number of the next join.
    next: u64,
    arrivals: u32,
    forgotten_early: u64,
}

/// Holds a key, its hash, and the hasher for the keys of other joins when the table grows.
#[derive(Clone, Copy)]
pub(super) struct Key<'a> {
    pub(super) text: &'a str,
    pub(super) hash: u64,
    pub(super) hasher: &'a RandomState,
}

/// Holds the caller's token, policy and time.
#[derive(Clone, Copy)]
pub(super) struct Caller<'a> {
    pub(super) token: Token,
    pub(super) policy: &'a JoinPolicy,
    pub(super) now: Timestamp,
}

/// Holds the result of an arrival.
pub(super) struct Answer {
    /// `None` if the store is full.
    pub(super) reply: Option<Reply>,
    /// The claim that the reply gives the caller.
    pub(super) claimed: Option<Claimed>,
    /// `true` if a list had this element.
    pub(super) known: bool,
    /// The number of the join, if the store keeps it.
    pub(super) join: Option<u64>,
}

/// Holds what is left of a join that has settled, for the caller to wake and to drop without the lock.
#[must_use = "payloads are dropped when the lock is no longer held"]
pub(super) struct Settled {
    _inputs: Box<Live>,
    wakers: Vec<Waker>,
}

impl Settled {
    pub(super) fn wake(self) {
        self.wakers.into_iter().for_each(Waker::wake);
    }
}

impl Shard {
    pub(super) fn new() -> Self {
        Self {
            table: HashTable::new(),
            open: Queue::new(),
            ended: Queue::new(),
            for_sweeps: BTreeSet::new(),
            for_arrivals: BTreeSet::new(),
            waiters: Waiters::default(),
            latest: Timestamp::from_millis(0),
            next: 0,
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

    /// Returns the number of joins, including those that have ended.
    pub(super) fn len(&self) -> usize {
        self.table.len()
    }

    pub(super) fn joins(&self) -> impl Iterator<Item = &Join> {
        self.table.iter()
    }

    /// Records an arrival. Takes the payload if the join keeps it. If the caller gets a claim, `take` gets its inputs.
    pub(super) fn arrive(
        &mut self,
        key: Key<'_>,
        input: ArrivingInput<'_>,
        payload: &mut Option<Payload>,
        take: &mut dyn FnMut(&StoredInput, Timestamp),
        caller: Caller<'_>,
        capacity: &Capacity,
    ) -> Answer {
        let Caller { token, policy, now } = caller;
        self.arrivals = self.arrivals.wrapping_add(1);
        self.forget(now, FORGET_A_CALL);

        let Some(join) = find(&mut self.table, key) else {
            return self.open(key, input, payload, take, caller, capacity);
        };
        let (place, before) = (join.name().place(key.hash), join.state());
        if join.is_forgotten(now) {
            self.forget_one(place, policy);
            return self.open(key, input, payload, take, caller, capacity);
        }
        let known = join.live().is_some_and(|live| live.knows(input));
        let step = arrival(input, known, token);
        let (after, reply) = transition(Some(before), step, now, policy);
        let after = after.unwrap_or(before);
        let mut claimed = None;
        if let Join::Live(live) = join {
            if let Some(payload) = payload.take_if(|_| reply.takes_input()) {
                live.add(input, StoredInput::new(payload, input.input, now));
            }
            if matches!(reply, Reply::Duplicate(_)) {
                live.repeat(input);
            }
            live.state = after;
            claimed = live.claim(reply, now, take);
        }
        self.moved(place, &before, &after, policy);
        Answer {
            reply: Some(reply),
            claimed,
            known,
            join: Some(place.number),
        }
    }

    fn open(
        &mut self,
        key: Key<'_>,
        input: ArrivingInput<'_>,
        payload: &mut Option<Payload>,
        take: &mut dyn FnMut(&StoredInput, Timestamp),
        Caller { token, policy, now }: Caller<'_>,
        capacity: &Capacity,
    ) -> Answer {
        if !capacity.take() {
            return Answer {
                reply: None,
                claimed: None,
                known: false,
                join: None,
            };
        }
        let step = arrival(input, false, token);
        let (Some(state), reply) = transition(None, step, now, policy) else {
            unreachable!("an arrival opens a join")
        };
        let Some(payload) = payload.take() else {
            unreachable!("an arrival has a payload")
        };
        let (number, hash) = (self.next, key.hash);
        self.next += 1;
        let name = Name {
            key: key.text.into(),
            number,
        };
        let first = StoredInput::new(payload, input.input, now);
        let live = Live::new(name, state, input, first, policy);
        let claimed = live.claim(reply, now, take);
        let join = Join::Live(Box::new(live));
        self.table
            .insert_unique(hash, join, |join| key.hasher.hash_one(&*join.name().key));
        let at = Timestamp::MAX;
        match state {
            State::Open { deadline, .. } if is_queued(&state, policy) => self.open.push(Place {
                at: deadline,
                number,
                hash,
            }),
            _ => self.enter(Place { at, number, hash }, &state, policy),
        }
        Answer {
            reply: Some(reply),
            claimed,
            known: false,
            join: Some(number),
        }
    }

    /// Applies a settlement, a renewal or an operator's change. Returns `true` if it was recorded.
    ///
    /// Also returns what is left of the join if this ended or removed it.
    pub(super) fn apply(
        &mut self,
        key: Key<'_>,
        step: Step,
        now: Timestamp,
        policy: &JoinPolicy,
        capacity: &Capacity,
    ) -> (bool, Option<Settled>) {
        self.forget(now, FORGET_A_CALL);
        let Some(join) = find(&mut self.table, key) else {
            return (false, None);
        };
        let (place, before) = (join.name().place(key.hash), join.state());
        if join.is_forgotten(now) {
            self.forget_one(place, policy);
            return (false, None);
        }
        let (after, reply) = transition(Some(before), step, now, policy);
        let settled = match after {
            None => self.remove(place, policy),
            Some(after) => {
                let ended = join.set(&after);
                self.moved(place, &before, &after, policy);
                if ended.is_some() {
                    self.keep_within(capacity.remembered_in_a_shard());
                }
                ended
            }
        };
        let settled = settled.map(|inputs| {
            capacity.give_back();
            let wakers = self.waiters.take(place.number);
            Settled {
                _inputs: inputs,
                wakers,
            }
        });
        (reply == Reply::Recorded, settled)
    }

    /// Returns the number of the key's join, unless it has ended.
    pub(super) fn unsettled(&self, key: Key<'_>) -> Option<u64> {
        let join = self.look_up(key).filter(|join| join.live().is_some());
        Some(join?.name().number)
    }

    /// Claims a join that is due, other than this one.
    pub(super) fn claim_due(
        &mut self,
        mode: ClaimMode,
        other_than: Option<u64>,
        caller: Caller<'_>,
    ) -> Option<StoredDue> {
        let Caller { token, policy, now } = caller;
        let table = &self.table;
        let open = self
            .open
            .first_due(now, |place| is_queued_at(table, place, policy));
        let others = match mode {
            ClaimMode::Sweep => &self.for_sweeps,
            ClaimMode::Opportunistic => &self.for_arrivals,
        };
        let other = others.first().filter(|place| place.at <= now).copied();
        let mut places = [open, other].into_iter().flatten();
        let place = places.find(|place| Some(place.number) != other_than)?;

        let live = self.live_mut(place)?;
        let before = live.state;
        let step = Step::ClaimDue { token, mode };
        let (after, reply) = transition(Some(before), step, now, policy);
        let mut inputs = Vec::new();
        let claimed = live.claim(reply, now, &mut |input, _| inputs.push(input.clone()))?;
        live.state = after.unwrap_or(before);
        let (key, after) = (live.key().to_owned(), live.state);
        self.moved(place, &before, &after, policy);
        Some(StoredDue {
            key,
            token,
            claimed,
            inputs,
            now,
        })
    }

    /// Forgets at most `max` joins that are due for it. Returns `true` if there may be more.
    pub(super) fn forget(&mut self, now: Timestamp, max: usize) -> bool {
        (0..max).all(|_| self.forget_first(now))
    }

    /// Forgets the join that ended first. Returns `false` if there is none that is due for it.
    fn forget_first(&mut self, now: Timestamp) -> bool {
        while let Some(place) = self.ended.pop_due(now) {
            if self.take_out(place).is_some() {
                self.shrink();
                return true;
            }
            self.ended.popped_stale();
        }
        false
    }

    /// Forgets the oldest ended joins while there are too many.
    fn keep_within(&mut self, most: usize) {
        while self.ended.len() > most && self.forget_first(Timestamp::MAX) {
            self.forgotten_early += 1;
        }
    }

    pub(super) fn look_up(&self, key: Key<'_>) -> Option<&Join> {
        self.table
            .find(key.hash, |join| *join.name().key == *key.text)
    }

    fn live_mut(&mut self, place: Place) -> Option<&mut Live> {
        let is_it = |join: &Join| join.name().number == place.number;
        match self.table.find_mut(place.hash, is_it)? {
            Join::Live(live) => Some(live),
            Join::Ended(_) => None,
        }
    }

    /// Moves a join between the queues.
    fn moved(&mut self, place: Place, before: &State, after: &State, policy: &JoinPolicy) {
        if before == after {
            return;
        }
        self.leave(place, before, Some(after), policy);
        match *after {
            State::Completed { forget_at, .. } | State::Expired { forget_at, .. } => {
                let at = forget_at;
                self.ended.push(Place { at, ..place });
            }
            _ => self.enter(place, after, policy),
        }
    }

    /// Adds a join that is due at some time, and that does not wait in the queue of open joins.
    fn enter(&mut self, place: Place, state: &State, policy: &JoinPolicy) {
        if is_unheld(state, policy) {
            let [sweep, arrival] = places(place, state, policy);
            self.for_sweeps.insert(sweep);
            self.for_arrivals.insert(arrival);
        }
    }

    /// Removes a join that has ended.
    fn forget_one(&mut self, place: Place, policy: &JoinPolicy) {
        // It has no inputs left.
        let _ = self.remove(place, policy);
    }

    /// Removes a join. Returns it, unless it had ended.
    fn remove(&mut self, place: Place, policy: &JoinPolicy) -> Option<Box<Live>> {
        let removed = match self.take_out(place)? {
            Join::Live(live) => {
                self.leave(place, &live.state, None, policy);
                Some(live)
            }
            Join::Ended(_) => {
                let table = &self.table;
                self.ended.left(|place| get(table, place).is_some());
                None
            }
        };
        self.shrink();
        removed
    }

    /// Removes a join from the table.
    fn take_out(&mut self, place: Place) -> Option<Join> {
        let is_it = |join: &Join| join.name().number == place.number;
        let (join, _) = self.table.find_entry(place.hash, is_it).ok()?.remove();
        Some(join)
    }

    /// Frees memory after the last join has left.
    fn shrink(&mut self) {
        if self.table.is_empty() && self.table.capacity() > FEW {
            self.table = HashTable::new();
            (self.open, self.ended) = (Queue::new(), Queue::new());
        }
    }

    /// Removes a join from the queues of its last state, unless the next one is in the same queue of open joins.
    fn leave(&mut self, place: Place, before: &State, after: Option<&State>, policy: &JoinPolicy) {
        if is_queued(before, policy) {
            if !after.is_some_and(|after| is_queued(after, policy)) {
                let table = &self.table;
                self.open.left(|place| is_queued_at(table, place, policy));
            }
        } else if is_unheld(before, policy) {
            let [sweep, arrival] = places(place, before, policy);
            self.for_sweeps.remove(&sweep);
            self.for_arrivals.remove(&arrival);
        }
    }
}

fn arrival(arriving: ArrivingInput<'_>, known: bool, token: Token) -> Step {
    Step::Arrive {
        input: arriving.input,
        token,
        known,
        counts: arriving.counts,
    }
}

fn find<'t>(table: &'t mut HashTable<Join>, key: Key<'_>) -> Option<&'t mut Join> {
    table.find_mut(key.hash, |join| *join.name().key == *key.text)
}

fn get<'t>(table: &'t HashTable<Join>, place: &Place) -> Option<&'t Join> {
    table.find(place.hash, |join| join.name().number == place.number)
}

fn is_queued_at(table: &HashTable<Join>, place: &Place, policy: &JoinPolicy) -> bool {
    let live = get(table, place).and_then(Join::live);
    live.is_some_and(|live| is_queued(&live.state, policy))
}

/// Returns `true` if the join is in the queue of open joins, which are due in the order of their deadlines.
fn is_queued(state: &State, policy: &JoinPolicy) -> bool {
    matches!(*state, State::Open { came, .. } if !policy.is_complete(came))
}

/// Returns `true` if the join waits for a worker with all its inputs, for an optional input, or after a failed delivery.
///
/// A sweep may claim such a join earlier than an arrival may. In memory a claim does not end by itself, so a join that a
/// worker holds is never due.
fn is_unheld(state: &State, policy: &JoinPolicy) -> bool {
    match *state {
        State::Open { came, .. } => policy.is_complete(came),
        State::Ready { .. } | State::Expiring { holder: None, .. } => true,
        _ => false,
    }
}

/// Returns the places of such a join, for sweeps and for arrivals.
fn places(place: Place, state: &State, policy: &JoinPolicy) -> [Place; 2] {
    [ClaimMode::Sweep, ClaimMode::Opportunistic].map(|mode| Place {
        at: due(state, mode, policy).unwrap_or(Timestamp::MAX),
        ..place
    })
}
