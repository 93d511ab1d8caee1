//! Observes each step of a join and its reply, and checks the invariants.

use linked_span::fan_in::state::{
    Arrived, ClaimMode, Counts, Inputs, JoinPolicy, ParkReason, Reply, Settlement, State, Step,
    Tallies, Timestamp, Token,
};
use linked_span_tests::{at, milliseconds, ms};

use crate::scene::{Item, is_closed};

/// The clock never moves. Durations are what remains of them, so that the state space stays finite.
pub(crate) const NOW: Timestamp = at(1000);

/// Returns the time after this number of milliseconds.
fn after(milliseconds: u64) -> Timestamp {
    NOW.saturating_add(ms(milliseconds))
}

/// An error names the violated invariant.
pub(crate) type Checked = Result<(), &'static str>;

pub(crate) fn ensure(holds: bool, invariant: &'static str) -> Checked {
    if holds { Ok(()) } else { Err(invariant) }
}

/// What is known of a join since it was last absent.
///
/// Durations are what remains of them, in milliseconds. An ended join keeps only its end, and a parked join keeps no duration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Witness {
    /// The single inputs that the join took.
    accepted: Inputs,
    /// The elements that each list took, a bit for each.
    elements: [u8; 12],
    /// The count of each list: the first that an input gave.
    counts: Counts,
    deadline: u64,
    /// What is left of the timeout after the deadline of a join that waits for an optional input.
    grace: u64,
    /// Whether a worker has claimed the join to run it. From then on its inputs are fixed.
    begun: bool,
    /// The number of bodies since the last retry by an operator.
    bodies: u32,
    /// Whether a reply has said that the join is expired.
    expiring: bool,
    claim: Option<Claim>,
    /// The remaining backoff after a failure.
    rest: u64,
    parked: Option<ParkReason>,
    end: Option<End>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Work {
    Body,
    DeliverExpired,
}

impl Work {
    /// Returns the settlements that can end this work.
    pub(crate) fn endings(self) -> [Settlement; 4] {
        let [well, badly] = match self {
            Self::Body => [Settlement::Completed, Settlement::Failed],
            Self::DeliverExpired => [Settlement::ExpiryDelivered, Settlement::ExpiryFailed],
        };
        [well, badly, Settlement::Undecodable, Settlement::Released]
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Claim {
    token: Token,
    work: Work,
    lease: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct End {
    token: Token,
    settlement: Settlement,
    window: u64,
}

impl Witness {
    #[expect(clippy::too_many_lines, reason = "one arm for each step and reply")]
    pub(crate) fn see(
        &mut self,
        step: Step,
        element: u8,
        reply: Reply,
        policy: &JoinPolicy,
    ) -> Checked {
        if self.end.is_some_and(|end| end.window == 0) {
            *self = Self::default();
        }
        match (step, reply) {
            (Step::Arrive { input, counts, .. }, Reply::Waiting(arrived)) => {
                self.accept(input, element, counts, policy)?;
                ensure(
                    arrived == self.arrived(policy),
                    "a reply lists the inputs that have arrived",
                )?;
                ensure(arrived.came != all(policy), "a complete join runs")
            }
            (Step::Arrive { input, .. }, Reply::Duplicate(arrived)) => {
                ensure(self.is_open(), "only an open join has duplicates")?;
                ensure(self.deadline > 0, "an open join ends at its deadline")?;
                ensure(
                    arrived == self.arrived(policy),
                    "a reply lists the inputs that have arrived",
                )?;
                ensure(!self.is_full(input), "a full list has no duplicates")?;
                ensure(
                    self.has_taken(input, element, policy),
                    "a duplicate has arrived before",
                )
            }
            (Step::Arrive { input, .. }, Reply::Closed) => self.closes(input, element, policy),
            (
                Step::Arrive { token, .. } | Step::ClaimDue { token, .. },
                Reply::Run { attempts, taken },
            ) => {
                self.run(step, element, taken, policy)?;
                self.claim(token, Work::Body, policy);
                ensure(attempts == self.bodies, "each body is one attempt")
            }
            (
                Step::Arrive { token, .. } | Step::ClaimDue { token, .. },
                Reply::DeliverExpired { came, attempts },
            ) => {
                self.deliver_expired(step, token, came, policy)?;
                self.claim(token, Work::DeliverExpired, policy);
                ensure(attempts == self.bodies, "each body is one attempt")
            }
            (Step::Arrive { .. } | Step::ClaimDue { .. }, Reply::Parked) => {
                if self.parked.is_none() {
                    return self.give_up(step, policy);
                }
                ensure(
                    self.expiring || !self.is_closed_to(step, policy),
                    "a complete parked join closes its lists",
                )
            }
            (Step::Arrive { token, .. }, Reply::Busy(until)) => {
                ensure(
                    !self.is_closed_to(step, policy),
                    "a running join closes its lists",
                )?;
                ensure(
                    self.claim.is_some_and(|claim| {
                        claim.work == Work::Body
                            && claim.token != token
                            && claim.lease > 0
                            && until == after(claim.lease)
                    }),
                    "a join is busy until the lease of another worker ends",
                )
            }
            (Step::Arrive { .. } | Step::Retry, Reply::Completed) => {
                self.has_ended(Settlement::Completed)
            }
            (Step::Arrive { token, .. }, Reply::Expired) if self.end.is_none() => {
                ensure(self.expiring, "a join expires once a worker delivers it")?;
                let others = self
                    .claim
                    .is_some_and(|claim| claim.token != token && claim.lease > 0);
                let rests = self.claim.is_none() && self.rest > 0;
                ensure(
                    others || rests,
                    "an arrival delivers an expired join that no other worker delivers",
                )
            }
            (Step::Arrive { .. } | Step::Retry, Reply::Expired) => {
                self.has_ended(Settlement::ExpiryDelivered)
            }
            (Step::Settle { token, settlement }, _) => {
                self.settle(token, settlement, reply, policy)
            }
            (Step::Renew { token }, _) => {
                let holds = self.claim.is_some_and(|claim| claim.token == token);
                ensure(
                    reply == recorded(holds),
                    "only the current holder can renew",
                )?;
                if let Some(claim) = &mut self.claim
                    && holds
                {
                    claim.lease = milliseconds(policy.lease);
                }
                Ok(())
            }
            (Step::ClaimDue { .. }, Reply::NotDue(until)) => {
                ensure(
                    *self != Self::default(),
                    "a reply about an absent join is `Absent`",
                )?;
                ensure(until > NOW, "a due join is claimed")
            }
            (Step::ClaimDue { .. } | Step::Retry | Step::Forget, Reply::Absent) => {
                ensure(*self == Self::default(), "the store loses no join")
            }
            (Step::Retry, Reply::Waiting(arrived)) => {
                ensure(self.is_open(), "a retry leaves only an open join unchanged")?;
                ensure(
                    *self != Self::default(),
                    "a reply about an absent join is `Absent`",
                )?;
                ensure(
                    arrived == self.arrived(policy),
                    "a reply lists the inputs that have arrived",
                )
            }
            (Step::Retry, Reply::Recorded) => self.retry(policy),
            (Step::Forget, Reply::Recorded) => self.forget(),
            (Step::Retry | Step::Forget, Reply::Busy(until)) => ensure(
                self.held_for().is_some_and(|lease| until == after(lease)),
                "an operator waits until a lease ends",
            ),
            _ => Err("the step can have this reply"),
        }
    }

    fn has_ended(&self, settlement: Settlement) -> Checked {
        ensure(
            self.end.is_some_and(|end| end.settlement == settlement),
            "a success completes a join, and a delivery expires it",
        )
    }

    fn accept(&mut self, input: u8, element: u8, counts: Counts, policy: &JoinPolicy) -> Checked {
        ensure(self.is_open(), "only an open join takes inputs")?;
        ensure(
            !self.has_taken(input, element, policy),
            "a join takes an input once",
        )?;
        ensure(!self.is_full(input), "a full list takes no element")?;
        ensure(
            self.len(input) < u32::from(policy.max_elements),
            "a list has a limit",
        )?;
        if *self == Self::default() {
            self.deadline = milliseconds(policy.timeout);
            self.grace = if policy.optional.is_empty() {
                0
            } else {
                2 * self.deadline
            };
        }
        ensure(
            self.deadline > 0,
            "a join takes no input after its deadline",
        )?;
        if policy.lists.contains(input) {
            self.elements[usize::from(input)] |= 1 << element;
        } else {
            self.accepted = self.accepted.with(input);
        }
        for list in policy.lists.iter() {
            if let (None, Some(count)) = (self.counts.get(list), counts.get(list)) {
                self.counts = self.counts.with(list, count);
            }
        }
        Ok(())
    }

    /// Checks that a delivery can no longer be part of the join.
    fn closes(&self, input: u8, element: u8, policy: &JoinPolicy) -> Checked {
        ensure(
            self.end.is_none() && !self.expiring,
            "a reply about an expired or ended join says so",
        )?;
        let has_room = self.len(input) < u32::from(policy.max_elements);
        let is_new = !self.has_taken(input, element, policy);
        let is_shut = self.is_full(input) || is_new && !has_room;
        ensure(
            policy.lists.contains(input) && is_shut
                || self.begun && is_closed(input, self.accepted, policy),
            "only a full list, and a body without an optional input, close an input",
        )?;
        ensure(
            self.begun || self.deadline > 0,
            "an open join ends at its deadline",
        )
    }

    fn is_closed_to(&self, step: Step, policy: &JoinPolicy) -> bool {
        match step {
            Step::Arrive { input, .. } => is_closed(input, self.accepted, policy),
            _ => false,
        }
    }

    fn run(&mut self, step: Step, element: u8, taken: bool, policy: &JoinPolicy) -> Checked {
        ensure(
            self.end.is_none(),
            "no body starts after the join has ended",
        )?;
        ensure(!self.expiring, "no body starts while the join expires")?;
        ensure(self.parked.is_none(), "no body of a parked join starts")?;
        ensure(
            !taken || !self.begun,
            "the inputs of a join are fixed when its body begins",
        )?;
        let mut is_another = true;
        match (self.claim, step) {
            (
                _,
                Step::ClaimDue {
                    mode: ClaimMode::Opportunistic,
                    ..
                },
            ) => return Err("an arrival at another join runs no body"),
            (Some(claim), Step::Arrive { token, .. }) if claim.token == token => {
                is_another = false;
            }
            (Some(claim), _) => ensure(
                claim.lease == 0,
                "one worker holds a join until its lease ends",
            )?,
            (None, Step::Arrive { input, counts, .. }) if taken => {
                self.accept(input, element, counts, policy)?;
                ensure(self.came(policy) == all(policy), "a body has all inputs")?;
                self.deadline = milliseconds(policy.timeout);
            }
            (None, _) if !self.begun => {
                ensure(
                    policy.is_complete(self.came(policy)) && *self != Self::default(),
                    "a body has all inputs",
                )?;
                ensure(
                    self.deadline == 0,
                    "a body waits for an optional input until the deadline",
                )?;
                self.deadline = milliseconds(policy.timeout);
            }
            (None, step) => {
                ensure(
                    self.deadline > 0 || self.bodies == 0,
                    "a failed body does not run after the deadline",
                )?;
                let is_part =
                    matches!(step, Step::Arrive { .. }) && !self.is_closed_to(step, policy);
                ensure(is_part || self.rest == 0, "a sweep waits for the backoff")?;
            }
        }
        self.grace = 0;
        self.begun = true;
        if is_another {
            ensure(
                self.bodies == 0 || !self.is_exhausted(policy),
                "the number of attempts is limited",
            )?;
            self.bodies += 1;
        }
        Ok(())
    }

    fn deliver_expired(
        &mut self,
        step: Step,
        token: Token,
        came: Inputs,
        policy: &JoinPolicy,
    ) -> Checked {
        ensure(self.end.is_none(), "no delivery after the join has ended")?;
        ensure(self.parked.is_none(), "a parked join does not expire")?;
        ensure(self.deadline == 0, "no delivery before the deadline")?;
        ensure(*self != Self::default(), "an expired join has an input")?;
        ensure(
            came == self.came(policy),
            "a delivery has all inputs that have arrived",
        )?;
        let passes = matches!(
            step,
            Step::ClaimDue {
                mode: ClaimMode::Opportunistic,
                ..
            }
        );
        let complete = policy.is_complete(came);
        ensure(
            !complete || self.bodies > 0 || passes || self.expiring,
            "a complete join runs once before it expires",
        )?;
        ensure(
            !complete || self.begun || self.grace == 0,
            "an arrival at another join leaves a sweep one timeout",
        )?;
        match self.claim {
            Some(claim) if claim.token == token => {
                ensure(
                    claim.work == Work::DeliverExpired,
                    "a claim keeps its kind of work",
                )?;
            }
            Some(claim) => {
                ensure(
                    claim.lease == 0,
                    "one worker holds a join until its lease ends",
                )?;
                ensure(
                    claim.work == Work::DeliverExpired || passes && !self.is_exhausted(policy),
                    "a lost body runs again if an attempt is left",
                )?;
            }
            None => ensure(
                !self.expiring || self.rest == 0,
                "a failed delivery waits for the backoff",
            )?,
        }
        self.expiring = true;
        self.grace = 0;
        Ok(())
    }

    fn claim(&mut self, token: Token, work: Work, policy: &JoinPolicy) {
        let lease = milliseconds(policy.lease);
        self.claim = Some(Claim { token, work, lease });
        self.rest = 0;
    }

    fn settle(
        &mut self,
        token: Token,
        settlement: Settlement,
        reply: Reply,
        policy: &JoinPolicy,
    ) -> Checked {
        let again = self
            .end
            .is_some_and(|end| end.token == token && end.settlement == settlement);
        let holds = self.claim.is_some_and(|claim| {
            claim.token == token && claim.work.endings().contains(&settlement)
        });
        ensure(
            reply == recorded(holds || again),
            "only the current holder can settle",
        )?;
        if !holds {
            return Ok(());
        }
        ensure(self.end.is_none(), "a join has one success or one delivery")?;
        self.claim = None;
        match settlement {
            Settlement::Completed | Settlement::ExpiryDelivered => {
                let window = milliseconds(policy.dedup_window);
                let end = End {
                    token,
                    settlement,
                    window,
                };
                *self = Self {
                    end: Some(end),
                    ..Self::default()
                };
            }
            Settlement::Failed if self.is_exhausted(policy) => {
                self.park(ParkReason::Attempts, policy);
            }
            Settlement::Failed | Settlement::ExpiryFailed => {
                self.rest = milliseconds(policy.backoff);
            }
            Settlement::Undecodable => self.park(ParkReason::Undecodable, policy),
            Settlement::Released if self.expiring => {}
            Settlement::Released => self.bodies -= 1,
            _ => unreachable!("the witness does not know it"),
        }
        Ok(())
    }

    /// Checks that a join is parked only after its last attempt died.
    fn give_up(&mut self, step: Step, policy: &JoinPolicy) -> Checked {
        let is_holder = |token| self.claim.is_some_and(|claim| claim.token == token);
        let can_tell = match step {
            Step::ClaimDue {
                mode: ClaimMode::Opportunistic,
                ..
            } => self.deadline == 0,
            Step::Arrive { token, .. } => !is_holder(token),
            _ => true,
        };
        let has_died = self
            .claim
            .is_some_and(|claim| claim.work == Work::Body && claim.lease == 0);
        ensure(
            can_tell && has_died && self.is_exhausted(policy),
            "a join with an attempt left is not parked",
        )?;
        self.claim = None;
        self.park(ParkReason::Attempts, policy);
        Ok(())
    }

    fn park(&mut self, reason: ParkReason, policy: &JoinPolicy) {
        self.parked = Some(reason);
        self.deadline = 0;
        self.begun = policy.is_complete(self.came(policy));
        self.expiring = !self.begun;
    }

    fn retry(&mut self, policy: &JoinPolicy) -> Checked {
        ensure(
            self.begun || self.expiring,
            "an operator retries only a failed join",
        )?;
        ensure(
            self.held_for().is_none(),
            "an operator takes no claim from its holder",
        )?;
        self.claim = None;
        self.parked = None;
        self.rest = 0;
        if policy.is_complete(self.came(policy)) {
            self.deadline = milliseconds(policy.timeout);
            self.bodies = 0;
            self.begun = true;
            self.expiring = false;
        }
        Ok(())
    }

    fn forget(&mut self) -> Checked {
        ensure(
            *self != Self::default(),
            "a reply about an absent join is `Absent`",
        )?;
        ensure(
            self.held_for().is_none(),
            "an operator takes no claim from its holder",
        )?;
        *self = Self::default();
        Ok(())
    }

    fn held_for(&self) -> Option<u64> {
        let lease = self.claim?.lease;
        (lease > 0).then_some(lease)
    }

    fn is_exhausted(&self, policy: &JoinPolicy) -> bool {
        self.bodies >= policy.max_attempts
    }

    fn is_open(&self) -> bool {
        !self.begun && !self.expiring && self.end.is_none()
    }

    fn len(&self, list: u8) -> u32 {
        self.elements[usize::from(list)].count_ones()
    }

    fn is_full(&self, list: u8) -> bool {
        let count = self.counts.get(list);
        count.is_some_and(|count| self.len(list) >= count.into())
    }

    fn has_taken(&self, input: u8, element: u8, policy: &JoinPolicy) -> bool {
        if policy.lists.contains(input) {
            self.elements[usize::from(input)] & 1 << element != 0
        } else {
            self.accepted.contains(input)
        }
    }

    /// Returns the single inputs that the join took, and the lists that are full.
    fn came(&self, policy: &JoinPolicy) -> Inputs {
        let full = policy.lists.iter().filter(|list| self.is_full(*list));
        full.fold(self.accepted, Inputs::with)
    }

    fn arrived(&self, policy: &JoinPolicy) -> Arrived {
        let tallies = policy.lists.iter();
        let lists = tallies.fold(Tallies::new(self.counts), |tallies, list| {
            tallies.with(list, u16::try_from(self.len(list)).expect("at most eight"))
        });
        let came = self.came(policy);
        Arrived { came, lists }
    }

    /// Checks that the store holds exactly what the witness expects.
    pub(crate) fn agrees_with(&self, state: Option<State>, policy: &JoinPolicy) -> Checked {
        let expected = self.came(policy);
        let complete = policy.is_complete(expected);
        let ended = self.end.map(|end| (end.settlement, end.token));
        let claimed = self.claim.map(|claim| (claim.work, claim.token));
        let Some(state) = state else {
            return ensure(*self == Self::default(), "the store loses no join");
        };
        ensure(attempts(&state) == self.bodies, "each body is one attempt")?;
        ensure(
            self.parked.is_some() == matches!(state, State::Parked { .. }),
            "a join stays parked until an operator changes it",
        )?;
        match state {
            State::Open { came, lists, .. } => {
                ensure(
                    Arrived { came, lists } == self.arrived(policy),
                    "an open join keeps its inputs",
                )?;
                ensure(came != all(policy), "a complete join is not open")?;
                ensure(self.is_open(), "a join does not open again before it ends")
            }
            State::Running { came, holder, .. } => {
                ensure(came == expected, "a running join keeps its inputs")?;
                ensure(complete && self.begun, "a running join has all inputs")?;
                ensure(
                    claimed == Some((Work::Body, holder)),
                    "a running join has a holder",
                )?;
                ensure(
                    ended.is_none() && !self.expiring,
                    "a running join has not ended",
                )
            }
            State::Ready { came, .. } => {
                ensure(came == expected, "a ready join keeps its inputs")?;
                ensure(complete && self.begun, "a ready join has all inputs")?;
                ensure(claimed.is_none(), "a ready join has no holder")?;
                ensure(
                    ended.is_none() && !self.expiring,
                    "a ready join has not ended",
                )
            }
            State::Expiring { came, holder, .. } => {
                ensure(came == expected, "an expiring join keeps its inputs")?;
                let work = holder.map(|holder| (Work::DeliverExpired, holder));
                ensure(
                    claimed == work && self.expiring,
                    "an expiring join has the holder of its delivery",
                )?;
                ensure(ended.is_none(), "an expiring join has not ended")
            }
            State::Parked { came, reason, .. } => {
                ensure(came == expected, "a parked join keeps its inputs")?;
                ensure(
                    self.parked == Some(reason),
                    "a parked join keeps the reason",
                )?;
                ensure(
                    claimed.is_none() && ended.is_none(),
                    "a parked join has no holder, and has not ended",
                )
            }
            State::Completed { holder, .. } => ensure(
                ended == Some((Settlement::Completed, holder)),
                "a completed join has succeeded",
            ),
            State::Expired { holder, .. } => ensure(
                ended == Some((Settlement::ExpiryDelivered, holder)),
                "an expired join was delivered",
            ),
            _ => unreachable!("the witness does not know it"),
        }
    }

    /// Caps the count of bodies.
    pub(crate) fn count_up_to(&mut self, most: u32) {
        self.bodies = self.bodies.min(most);
    }

    /// Advances time by one.
    pub(crate) fn tick(&mut self) {
        let claim = self.claim.as_mut().map(|claim| &mut claim.lease);
        let end = self.end.as_mut().map(|end| &mut end.window);
        let own = [&mut self.deadline, &mut self.grace, &mut self.rest];
        for left in own.into_iter().chain(claim).chain(end) {
            *left = left.saturating_sub(1);
        }
    }

    /// Returns the received single inputs.
    pub(crate) fn accepted(&mut self) -> &mut Inputs {
        &mut self.accepted
    }

    /// Returns `true` if the join took this item.
    pub(crate) fn has(&self, item: &Item, policy: &JoinPolicy) -> bool {
        self.has_taken(item.input, item.element, policy)
    }

    /// Returns `true` if the store keeps this element of a list.
    pub(crate) fn knows(&self, item: &Item, policy: &JoinPolicy) -> bool {
        policy.lists.contains(item.input) && self.has(item, policy)
    }

    /// Gives elements of one list other identities.
    pub(crate) fn rename_elements<'i>(
        &mut self,
        renames: impl Iterator<Item = (&'i Item, &'i Item)>,
    ) {
        let before = self.elements;
        for (old, new) in renames {
            let place = usize::from(new.input);
            let has_come = before[place] >> old.element & 1;
            self.elements[place] &= !(1 << new.element);
            self.elements[place] |= has_come << new.element;
        }
    }

    /// Returns the tokens that the witness remembers.
    pub(crate) fn tokens(&mut self) -> impl Iterator<Item = &mut Token> {
        let claim = self.claim.as_mut().map(|claim| &mut claim.token);
        let end = self.end.as_mut().map(|end| &mut end.token);
        claim.into_iter().chain(end)
    }
}

fn attempts(state: &State) -> u32 {
    match *state {
        State::Running { attempts, .. }
        | State::Ready { attempts, .. }
        | State::Parked { attempts, .. }
        | State::Expiring { attempts, .. } => attempts,
        _ => 0,
    }
}

fn all(policy: &JoinPolicy) -> Inputs {
    Inputs::all(policy.inputs)
}

fn recorded(counts: bool) -> Reply {
    if counts {
        Reply::Recorded
    } else {
        Reply::Refused
    }
}
