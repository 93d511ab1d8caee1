//! A part of the joins, behind one lock.
//!
//! Nothing here runs code of the user's: payloads that have become useless are returned, and dropped by the caller once
//! the lock is no longer held.

use hashbrown::HashTable;

use super::entry::{Head, How, has_ended};
use super::joins::Joins;
use super::kept::{StoredInput, Useless, When};
use super::lists::Lists;
use super::room::Room;
use crate::fan_in::core::claim::{Claim, Due, Work};
use crate::fan_in::core::response::Verdict;
use crate::fan_in::core::state::{
    ClaimMode, JoinPolicy, Moment, Reply, State, Step, Token, transition,
};

/// How many forgotten joins an arrival or a settlement removes: more than it can leave behind itself.
const FORGET_A_CALL: usize = 2;

/// The table of so many joins is kept when it is empty, for the next.
const FEW: usize = 256;

/// The joins whose keys' hashes fall into it, each in the list of what it waits for.
///
/// It is aligned to cache lines, so that the locks of two do not share one.
#[repr(align(64))]
pub(super) struct Shard<P> {
    table: HashTable<u32>,
    joins: Joins<P>,
    lists: Lists,
    /// The clock was read before the lock was taken: here it does not go backwards, which the lists rely on.
    latest: Moment,
    arrivals: u32,
    forgotten_early: u64,
}

/// A key, and the part of its hash that a shard's table uses.
#[derive(Clone, Copy)]
pub(super) struct Key<'a> {
    pub(super) text: &'a str,
    pub(super) hash: u32,
}

/// Who asks, and by which rules.
#[derive(Clone, Copy)]
pub(super) struct Caller<'a> {
    pub(super) token: Token,
    pub(super) rules: &'a JoinPolicy,
    pub(super) now: Moment,
}

/// What an arrival has come to.
pub(super) struct Answer<P> {
    /// The payload, if there is no room for it.
    pub(super) verdict: Result<Verdict<P>, P>,
    /// A payload that nobody needs.
    pub(super) useless: Option<P>,
    /// Where the join is, if it is kept.
    pub(super) index: Option<u32>,
}

impl<P> Shard<P> {
    pub(super) fn new() -> Self {
        Self {
            table: HashTable::new(),
            joins: Joins::new(),
            lists: Lists::new(),
            latest: 0,
            arrivals: 0,
            forgotten_early: 0,
        }
    }

    /// The time in this shard, if the clock says so.
    pub(super) fn time(&mut self, clock: Moment) -> Moment {
        self.latest = self.latest.max(clock);
        self.latest
    }

    /// How many arrivals there have been.
    pub(super) fn arrivals(&self) -> usize {
        self.arrivals as usize
    }

    /// How many joins were forgotten before their time.
    pub(super) fn forgotten_early(&self) -> u64 {
        self.forgotten_early
    }

    /// How many joins there is memory for.
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

        // An open join takes the input, unless it has come before or comes too late.
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
            // No arrival ends a join, so no inputs come back.
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
                // Until when is not known without a lease, but how long a failed join rests is.
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

    /// A settlement, a renewal or an operator's wish: whether it counts, and if it has ended the join or made it go, the
    /// inputs, which nobody needs any longer.
    pub(super) fn tell(
        &mut self,
        key: Key<'_>,
        step: Step,
        now: Moment,
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

    /// Whether there is no join of this key, or one that has ended.
    pub(super) fn has_settled(&self, key: Key<'_>) -> bool {
        self.look_up(key)
            .is_none_or(|index| has_ended(&self.joins.state(index)))
    }

    pub(super) fn joins(&self) -> &Joins<P> {
        &self.joins
    }

    /// Hands over a join that has expired, other than this one.
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

    /// Claims a join whose time has come, other than this one.
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
                // It comes back to the front if it fails, and until then is in nobody's way.
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

    /// Removes so many joins that are to be forgotten by now. Whether there may be more.
    pub(super) fn forget(&mut self, now: Moment, max: usize) -> bool {
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
        now: Moment,
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

    /// Where a join is that is not to be forgotten by now.
    pub(super) fn find(&mut self, key: Key<'_>, now: Moment) -> Option<u32> {
        let index = self.look_up(key)?;
        if self.is_forgotten(index, now) {
            self.forget_ended(index);
            return None;
        }
        Some(index)
    }

    fn is_forgotten(&self, index: u32, now: Moment) -> bool {
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
            // No visit ends a join, so no inputs come back.
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

    /// Writes down what a join has become, and puts it into the lists where it now belongs. Returns its inputs if it has
    /// ended.
    #[must_use = "payloads are dropped when the lock is no longer held"]
    fn put(
        &mut self,
        index: u32,
        before: &State,
        after: &State,
        now: Moment,
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

    /// Keeps of a join only how it has ended.
    #[must_use = "payloads are dropped when the lock is no longer held"]
    fn end(
        &mut self,
        index: u32,
        before: &State,
        how: How,
        now: Moment,
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

    /// Forgets the oldest of those that have ended, if they have become too many.
    fn keep_within(&mut self, most: usize) {
        while self.lists.ended.len() > most {
            let Some(oldest) = self.lists.ended.first() else {
                return;
            };
            self.forget_ended(oldest);
            self.forgotten_early += 1;
        }
    }

    /// Removes a join that has ended, of which there are no payloads.
    fn forget_ended(&mut self, index: u32) {
        let _ = self.remove(index);
    }

    /// Removes a join that an operator wants to go.
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

    /// Gives memory back, now that there are no joins.
    fn shrink(&mut self) {
        if self.table.capacity() > FEW {
            self.table = HashTable::new();
            self.lists = Lists::new();
        }
    }
}

/// A table looks at a hash's lowest bits and its highest.
fn spread(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
}
