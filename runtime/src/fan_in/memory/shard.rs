//! A part of the joins, behind one lock.
//!
//! No code of the user runs here. The methods return unneeded payloads and wakers, and the caller drops them after it has
//! released the lock.
//!
//! What an arrival calls, here and in `table` and `join`, is `#[inline]`. Without it, the compiler's division of this crate
//! into units decides, and an arrival can take 9 % more.

use std::collections::BTreeSet;
use std::task::Waker;

use super::capacity::Capacity;
use super::claim::{StoredDue, Take};
use super::join::Join;
use super::key::{JoinId, Key};
use super::queue::{Place, Queue};
use super::schedule::Schedule;
use super::stored_input::{Payload, StoredInput};
use super::stored_inputs::StoredInputs;
use super::table::Table;
use super::waiters::Waiters;
use crate::fan_in::core::arriving_input::ArrivingInput;
use crate::fan_in::core::state::{
    ClaimMode, JoinPolicy, Reply, Step, Timestamp, Token, transition,
};

/// The number of joins that each arrival or settlement forgets: more than it can leave behind.
const FORGET_A_CALL: usize = 2;

/// Holds the joins whose keys' hashes belong to this shard.
///
/// The alignment to cache lines keeps the locks of two shards apart.
#[repr(align(64))]
pub(super) struct Shard {
    pub(super) table: Table,
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
    /// `true` if a list had this element.
    pub(super) known: bool,
    /// The number of the join, if the store keeps it.
    pub(super) join: Option<u64>,
}

/// Holds what is left of a join that has settled, for the caller to wake and to drop without the lock.
#[must_use = "payloads are dropped when the lock is no longer held"]
pub(super) struct Settled {
    _inputs: Box<StoredInputs>,
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
            table: Table::new(),
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

    /// Records an arrival. Takes the payload if the join keeps it. `take` gets the claim, if the caller gets one.
    #[inline]
    pub(super) fn arrive(
        &mut self,
        key: Key<'_>,
        input: ArrivingInput<'_>,
        payload: &mut Option<Payload>,
        take: Take<'_>,
        caller: Caller<'_>,
        capacity: &Capacity,
    ) -> Answer {
        let Caller { token, policy, now } = caller;
        self.arrivals = self.arrivals.wrapping_add(1);
        self.forget(now, FORGET_A_CALL);

        let Some(join) = self.table.find_mut(key) else {
            return self.open(key, input, payload, take, caller, capacity);
        };
        let (id, before) = (join.id(key.hash), join.schedule(policy));
        if before.is_forgotten(now) {
            self.forget_one(id, policy);
            return self.open(key, input, payload, take, caller, capacity);
        }
        let known = join.knows(input);
        let step = arrival(input, known, token);
        let (after, reply) = transition(Some(join.state()), step, now, policy);
        if let Some(payload) = payload.take_if(|_| reply.takes_input()) {
            join.add(input, StoredInput::new(payload, input.input, now));
        }
        if matches!(reply, Reply::Duplicate(_)) {
            join.repeat(input);
        }
        if let Some(after) = after {
            // An arrival ends no join.
            let _ = join.set(&after);
        }
        join.claim(&reply, now, take);
        let after = join.schedule(policy);
        self.moved(id, before, after, policy);
        Answer {
            reply: Some(reply),
            known,
            join: Some(id.number),
        }
    }

    #[inline]
    fn open(
        &mut self,
        key: Key<'_>,
        input: ArrivingInput<'_>,
        payload: &mut Option<Payload>,
        take: Take<'_>,
        Caller { token, policy, now }: Caller<'_>,
        capacity: &Capacity,
    ) -> Answer {
        if !capacity.take() {
            return Answer {
                reply: None,
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
        let number = self.next;
        self.next += 1;
        let first = StoredInput::new(payload, input.input, now);
        let inputs = StoredInputs::new(input, first, policy);
        let join = Box::new(Join::new(key.text, number, &state, inputs));
        join.claim(&reply, now, take);
        let id = join.id(key.hash);
        self.table.insert(key, join);
        self.enter(id, Schedule::of(&state, policy));
        Answer {
            reply: Some(reply),
            known: false,
            join: Some(number),
        }
    }

    /// Applies a settlement, a renewal or an operator's change. Returns `true` if it was recorded.
    ///
    /// Also returns what is left of the join if this ended or removed it.
    #[inline]
    pub(super) fn apply(
        &mut self,
        key: Key<'_>,
        step: Step,
        now: Timestamp,
        policy: &JoinPolicy,
        capacity: &Capacity,
    ) -> (bool, Option<Settled>) {
        self.forget(now, FORGET_A_CALL);
        let Some(join) = self.table.find_mut(key) else {
            return (false, None);
        };
        let (id, before) = (join.id(key.hash), join.schedule(policy));
        if before.is_forgotten(now) {
            self.forget_one(id, policy);
            return (false, None);
        }
        let (after, reply) = transition(Some(join.state()), step, now, policy);
        let settled = match after {
            None => self.remove(id, policy),
            Some(after) => {
                let ended = join.set(&after);
                let after = join.schedule(policy);
                self.moved(id, before, after, policy);
                if ended.is_some() {
                    self.keep_within(capacity.remembered_in_a_shard());
                }
                ended
            }
        };
        let settled = settled.map(|inputs| {
            capacity.give_back();
            let wakers = self.waiters.take(id.number);
            Settled {
                _inputs: inputs,
                wakers,
            }
        });
        (reply == Reply::Recorded, settled)
    }

    /// Returns the number of the key's join, unless it has ended.
    pub(super) fn unsettled(&self, key: Key<'_>) -> Option<u64> {
        let join = self.table.find(key).filter(|join| join.is_live());
        Some(join?.number)
    }

    /// Claims a join that is due, other than this one.
    #[inline]
    pub(super) fn claim_due(
        &mut self,
        mode: ClaimMode,
        other_than: Option<u64>,
        caller: Caller<'_>,
    ) -> Option<StoredDue> {
        let Caller { token, policy, now } = caller;
        let table = &self.table;
        let open = self.open.first_due(now, |id| {
            table.get(id).is_some_and(|join| join.is_open(policy))
        });
        let others = match mode {
            ClaimMode::Sweep => &self.for_sweeps,
            ClaimMode::Opportunistic => &self.for_arrivals,
        };
        let other = others.first().filter(|place| place.at <= now);
        let mut due = open.into_iter().chain(other.map(|place| place.id));
        let id = due.find(|id| Some(id.number) != other_than)?;

        let join = self.table.get_mut(id)?;
        let before = join.schedule(policy);
        let step = Step::ClaimDue { token, mode };
        let (after, reply) = transition(Some(join.state()), step, now, policy);
        let mut due = None;
        let mut take = |claimed, inputs: &[&StoredInput]| {
            due = Some(StoredDue {
                key: join.key.as_ref().to_owned(),
                token,
                claimed,
                inputs: inputs.iter().copied().cloned().collect(),
            });
        };
        join.claim(&reply, now, &mut take);
        let due = due?;
        if let Some(after) = after {
            // A claim ends no join.
            let _ = join.set(&after);
        }
        let after = join.schedule(policy);
        self.moved(id, before, after, policy);
        Some(due)
    }

    /// Forgets at most `max` joins that are due for it. Returns `true` if there may be more.
    #[inline]
    pub(super) fn forget(&mut self, now: Timestamp, max: usize) -> bool {
        (0..max).all(|_| self.forget_first(now))
    }

    /// Forgets the join that ended first. Returns `false` if there is none that is due for it.
    fn forget_first(&mut self, now: Timestamp) -> bool {
        while let Some(id) = self.ended.pop_due(now) {
            if self.table.remove(id).is_some() {
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

    /// Moves a join between the queues.
    #[inline]
    fn moved(&mut self, id: JoinId, before: Schedule, after: Schedule, policy: &JoinPolicy) {
        if before != after {
            self.leave(id, before, policy);
            self.enter(id, after);
        }
    }

    /// Adds a join to the queue where it waits.
    #[inline]
    fn enter(&mut self, id: JoinId, schedule: Schedule) {
        match schedule {
            Schedule::Open(at) => self.open.push(Place { at, id }),
            Schedule::Unheld { sweep, arrival } => {
                self.for_sweeps.insert(Place { at: sweep, id });
                self.for_arrivals.insert(Place { at: arrival, id });
            }
            Schedule::Ended(at) => self.ended.push(Place { at, id }),
            Schedule::Never => {}
        }
    }

    /// Removes a join, which has another state or is no longer in the table, from the queue where it waited.
    #[inline]
    fn leave(&mut self, id: JoinId, schedule: Schedule, policy: &JoinPolicy) {
        let table = &self.table;
        match schedule {
            Schedule::Open(_) => self
                .open
                .left(|id| table.get(id).is_some_and(|join| join.is_open(policy))),
            Schedule::Unheld { sweep, arrival } => {
                self.for_sweeps.remove(&Place { at: sweep, id });
                self.for_arrivals.remove(&Place { at: arrival, id });
            }
            Schedule::Ended(_) => self.ended.left(|id| table.get(id).is_some()),
            Schedule::Never => {}
        }
    }

    /// Removes a join that has ended.
    fn forget_one(&mut self, id: JoinId, policy: &JoinPolicy) {
        // It has no inputs left.
        let _ = self.remove(id, policy);
    }

    /// Removes a join. Returns its inputs, unless it had ended.
    fn remove(&mut self, id: JoinId, policy: &JoinPolicy) -> Option<Box<StoredInputs>> {
        let removed = self.table.remove(id)?;
        self.leave(id, removed.schedule(policy), policy);
        self.shrink();
        removed.into_inputs()
    }

    /// Frees memory after the last join has left.
    fn shrink(&mut self) {
        if self.table.is_emptied() {
            self.table = Table::new();
            (self.open, self.ended) = (Queue::new(), Queue::new());
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
