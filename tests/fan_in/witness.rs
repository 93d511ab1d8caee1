//! Sees every step of a join and its reply, and knows what must not happen.

use linked_span::fan_in::state::{
    Inputs, Moment, Reply, Rules, Settlement, State, Step, Token, Visitor,
};

/// The clock of the exploration stands still: what is left of a span is what counts, so that the space stays finite.
pub(crate) const NOW: Moment = 1000;

/// The invariant that does not hold.
pub(crate) type Checked = Result<(), &'static str>;

pub(crate) fn ensure(holds: bool, invariant: &'static str) -> Checked {
    if holds { Ok(()) } else { Err(invariant) }
}

/// What is known of a join since it was last absent. Spans are what is left of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Witness {
    accepted: Inputs,
    deadline: Moment,
    /// Whether a body was started.
    tried: bool,
    /// Whether somebody was told that it has expired.
    expiring: bool,
    claim: Option<Claim>,
    /// How long it is left alone after a failure.
    rest: Moment,
    end: Option<End>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Work {
    Body,
    HandOver,
}

impl Work {
    pub(crate) fn of(settlement: Settlement) -> Self {
        match settlement {
            Settlement::Completed | Settlement::Failed => Self::Body,
            Settlement::HandedOver | Settlement::NotHandedOver => Self::HandOver,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Claim {
    token: Token,
    work: Work,
    lease: Moment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct End {
    token: Token,
    settlement: Settlement,
    window: Moment,
}

impl Witness {
    pub(crate) fn see(&mut self, step: Step, reply: Reply, rules: &Rules) -> Checked {
        if self.end.is_some_and(|end| end.window == 0) {
            *self = Self::default();
        }
        match (step, reply) {
            (Step::Arrive { input, .. }, Reply::Waiting(came)) => {
                self.accept(input, rules)?;
                ensure(came == self.accepted, "a reply tells what has come")?;
                ensure(came != all(rules), "a join runs when it is complete")
            }
            (Step::Arrive { input, .. }, Reply::Duplicate(came)) => {
                ensure(self.is_open(), "only an open join knows duplicates")?;
                ensure(self.deadline > 0, "an open join ends with its deadline")?;
                ensure(came == self.accepted, "a reply tells what has come")?;
                ensure(came.contains(input), "only what has come is a duplicate")
            }
            (Step::Arrive { token, .. } | Step::Visit { token, .. }, Reply::Run { .. }) => {
                self.run(step, rules)?;
                self.claim(token, Work::Body, rules);
                Ok(())
            }
            (
                Step::Arrive { token, .. } | Step::Visit { token, .. },
                Reply::HandOver { came, .. },
            ) => {
                self.hand_over(step, token, came, rules)?;
                self.claim(token, Work::HandOver, rules);
                Ok(())
            }
            (Step::Arrive { token, .. }, Reply::Busy(until)) => ensure(
                self.claim.is_some_and(|claim| {
                    claim.work == Work::Body
                        && claim.token != token
                        && claim.lease > 0
                        && until == NOW + claim.lease
                }),
                "a join is busy as long as somebody else's lease",
            ),
            (Step::Arrive { .. }, Reply::Completed) => ensure(
                self.end
                    .is_some_and(|end| end.settlement == Settlement::Completed),
                "a join is completed by a success",
            ),
            (Step::Arrive { token, .. }, Reply::Expired) => {
                ensure(self.expiring, "a join expires when somebody is told")?;
                let others = self
                    .claim
                    .is_some_and(|claim| claim.token != token && claim.lease > 0);
                let rests = self.claim.is_none() && self.rest > 0;
                ensure(
                    self.end.is_some() || others || rests,
                    "an arrival hands over what nobody else does",
                )
            }
            (Step::Settle { token, settlement }, _) => self.settle(token, settlement, reply, rules),
            (Step::Renew { token }, _) => {
                let holds = self.claim.is_some_and(|claim| claim.token == token);
                ensure(
                    reply == recorded(holds),
                    "a renewal counts if it is the current holder's, and only then",
                )?;
                if let Some(claim) = &mut self.claim
                    && holds
                {
                    claim.lease = rules.lease;
                }
                Ok(())
            }
            (Step::Visit { .. }, Reply::NotDue(until)) => {
                ensure(*self != Self::default(), "an absent join is absent")?;
                ensure(until > NOW, "what is due is done")
            }
            (Step::Visit { .. }, Reply::Absent) => {
                ensure(*self == Self::default(), "no join is lost")
            }
            _ => Err("a reply answers the step"),
        }
    }

    fn accept(&mut self, input: u8, rules: &Rules) -> Checked {
        ensure(self.is_open(), "only an open join takes inputs")?;
        ensure(!self.accepted.contains(input), "no input is taken twice")?;
        if self.accepted.is_empty() {
            self.deadline = rules.timeout;
        }
        ensure(self.deadline > 0, "no input is taken after the deadline")?;
        self.accepted = self.accepted.with(input);
        Ok(())
    }

    fn run(&mut self, step: Step, rules: &Rules) -> Checked {
        ensure(self.end.is_none(), "no body is started after an end")?;
        ensure(!self.expiring, "no body is started beside a hand-over")?;
        match (self.claim, step) {
            (
                _,
                Step::Visit {
                    visitor: Visitor::Passing,
                    ..
                },
            ) => return Err("nobody in passing can run a body"),
            (Some(claim), Step::Arrive { token, .. }) if claim.token == token => {}
            (Some(claim), _) => ensure(claim.lease == 0, "one holder as long as the lease")?,
            (None, Step::Arrive { input, .. }) if self.accepted != all(rules) => {
                self.accept(input, rules)?;
                ensure(self.accepted == all(rules), "a body has all its inputs")?;
                self.deadline = rules.timeout;
            }
            (None, step) => {
                ensure(self.accepted == all(rules), "a body has all its inputs")?;
                ensure(
                    self.deadline > 0,
                    "what failed is not run after its deadline",
                )?;
                let arrives = matches!(step, Step::Arrive { .. });
                ensure(
                    arrives || self.rest == 0,
                    "a sweep lets rest what has failed",
                )?;
            }
        }
        self.tried = true;
        Ok(())
    }

    fn hand_over(&mut self, step: Step, token: Token, came: Inputs, rules: &Rules) -> Checked {
        ensure(self.end.is_none(), "no hand-over after an end")?;
        ensure(self.deadline == 0, "no hand-over before the deadline")?;
        ensure(!came.is_empty(), "there is something to hand over")?;
        ensure(came == self.accepted, "all that came is handed over")?;
        ensure(
            came != all(rules) || self.tried,
            "a complete join is tried before it is handed over",
        )?;
        let passes = matches!(
            step,
            Step::Visit {
                visitor: Visitor::Passing,
                ..
            }
        );
        match self.claim {
            Some(claim) if claim.token == token => {
                ensure(claim.work == Work::HandOver, "a claim stays what it is")?;
            }
            Some(claim) => {
                ensure(claim.lease == 0, "one holder as long as the lease")?;
                ensure(
                    claim.work == Work::HandOver || passes,
                    "whoever can run a lost body runs it",
                )?;
            }
            None => ensure(
                !self.expiring || self.rest == 0,
                "a hand-over that failed rests",
            )?,
        }
        self.expiring = true;
        Ok(())
    }

    fn claim(&mut self, token: Token, work: Work, rules: &Rules) {
        let lease = rules.lease;
        self.claim = Some(Claim { token, work, lease });
        self.rest = 0;
    }

    fn settle(
        &mut self,
        token: Token,
        settlement: Settlement,
        reply: Reply,
        rules: &Rules,
    ) -> Checked {
        let again = self
            .end
            .is_some_and(|end| end.token == token && end.settlement == settlement);
        let holds = self
            .claim
            .is_some_and(|claim| claim.token == token && claim.work == Work::of(settlement));
        ensure(
            reply == recorded(holds || again),
            "a settlement counts if it is the current holder's, and only then",
        )?;
        if !holds {
            return Ok(());
        }
        ensure(
            self.end.is_none(),
            "one success or one hand-over, and nothing after it",
        )?;
        self.claim = None;
        match settlement {
            Settlement::Completed | Settlement::HandedOver => {
                self.end = Some(End {
                    token,
                    settlement,
                    window: rules.dedup_window,
                });
            }
            Settlement::Failed | Settlement::NotHandedOver => self.rest = rules.backoff,
        }
        Ok(())
    }

    fn is_open(&self) -> bool {
        self.claim.is_none() && !self.tried && !self.expiring && self.end.is_none()
    }

    /// Whether the store has what it must have, and nothing else.
    pub(crate) fn agrees_with(&self, state: Option<State>, rules: &Rules) -> Checked {
        let complete = self.accepted == all(rules);
        let ended = self.end.map(|end| (end.settlement, end.token));
        let claimed = self.claim.map(|claim| (claim.work, claim.token));
        let Some(state) = state else {
            return ensure(*self == Self::default(), "no join is lost");
        };
        match state {
            State::Open { came, .. } => {
                ensure(came == self.accepted, "no input of an open join is lost")?;
                ensure(!complete, "a complete join is not open")?;
                ensure(self.is_open(), "an open join was never anything else")
            }
            State::Running { holder, .. } => {
                ensure(complete, "no input of a running join is lost")?;
                ensure(
                    claimed == Some((Work::Body, holder)),
                    "a running join has a holder",
                )?;
                ensure(
                    ended.is_none() && !self.expiring,
                    "a running join has not ended",
                )
            }
            State::Ready { .. } => {
                ensure(complete, "no input of a ready join is lost")?;
                ensure(claimed.is_none() && self.tried, "a ready join has failed")?;
                ensure(
                    ended.is_none() && !self.expiring,
                    "a ready join has not ended",
                )
            }
            State::Expiring { came, holder, .. } => {
                ensure(
                    came == self.accepted,
                    "no input of an expiring join is lost",
                )?;
                let work = holder.map(|holder| (Work::HandOver, holder));
                ensure(
                    claimed == work && self.expiring,
                    "an expiring join is handed over",
                )?;
                ensure(ended.is_none(), "an expiring join has not ended")
            }
            State::Completed { holder, .. } => ensure(
                complete && ended == Some((Settlement::Completed, holder)),
                "a completed join has succeeded",
            ),
            State::Expired { holder, .. } => ensure(
                ended == Some((Settlement::HandedOver, holder)),
                "an expired join was handed over",
            ),
        }
    }

    /// Time goes on by one.
    pub(crate) fn tick(&mut self) {
        let claim = self.claim.as_mut().map(|claim| &mut claim.lease);
        let end = self.end.as_mut().map(|end| &mut end.window);
        let own = [&mut self.deadline, &mut self.rest];
        for left in own.into_iter().chain(claim).chain(end) {
            *left = left.saturating_sub(1);
        }
    }

    /// The tokens that it remembers.
    pub(crate) fn tokens(&mut self) -> impl Iterator<Item = &mut Token> {
        let claim = self.claim.as_mut().map(|claim| &mut claim.token);
        let end = self.end.as_mut().map(|end| &mut end.token);
        claim.into_iter().chain(end)
    }
}

fn all(rules: &Rules) -> Inputs {
    Inputs::all(rules.inputs)
}

fn recorded(counts: bool) -> Reply {
    if counts {
        Reply::Recorded
    } else {
        Reply::Refused
    }
}
