//! A map of the state machine's states, with which a store is compared.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::fan_in::state::{ClaimMode, Reply, State, Step, due, transition};
use crate::fan_in::{
    ArrivingInput, Claim, Due, JoinPolicy, JoinQuery, JoinSummary, NO_LEASE, Page, Timestamp,
    Token, Verdict, Work,
};

use super::kept::Kept;
use super::subject::{Checked, ensure, equal};

/// The expected contents of a store. A number identifies a payload.
#[derive(Debug)]
pub struct Model<P> {
    policy: JoinPolicy,
    id: fn(&P) -> u64,
    states: BTreeMap<String, State>,
    kept: BTreeMap<String, Kept>,
    ended: VecDeque<String>,
    remembered: usize,
    forgotten_early: u64,
    now: Timestamp,
    slack: Duration,
}

impl<P> Model<P> {
    /// Creates an empty model at time 0.
    #[must_use]
    pub fn new(policy: JoinPolicy, id: fn(&P) -> u64) -> Self {
        Self {
            policy,
            id,
            states: BTreeMap::new(),
            kept: BTreeMap::new(),
            ended: VecDeque::new(),
            remembered: usize::MAX,
            forgotten_early: 0,
            now: Timestamp::from_millis(0),
            slack: Duration::ZERO,
        }
    }

    /// Limits the ended joins that the store remembers.
    #[must_use]
    pub fn remembered(self, remembered: usize) -> Self {
        Self { remembered, ..self }
    }

    /// Allows for a store whose clock advances by itself, by less than this.
    #[must_use]
    pub fn slack(self, slack: Duration) -> Self {
        Self { slack, ..self }
    }

    /// Advances the clock.
    pub fn pass(&mut self, span: Duration) {
        self.now = self.now.saturating_add(span);
        self.forget();
    }

    /// Removes the joins whose dedup window has passed.
    pub fn forget(&mut self) {
        let (now, policy) = (self.now, &self.policy);
        self.states.retain(|_, state| {
            !has_ended(*state) || due(state, ClaimMode::Sweep, policy) > Some(now)
        });
        let states = &self.states;
        self.ended.retain(|key| states.contains_key(key));
    }

    /// Makes a step, and returns the state machine's reply.
    pub fn step(&mut self, key: &str, step: Step) -> Reply {
        let before = self.states.get(key).copied();
        let (after, reply) = transition(before, step, self.now, &self.policy);
        if let Some(after) = after {
            self.states.insert(key.to_owned(), after);
            if has_ended(after) && !before.is_some_and(has_ended) {
                self.kept.remove(key);
                self.ended.push_back(key.to_owned());
                if self.ended.len() > self.remembered {
                    let oldest = self.ended.pop_front();
                    self.states.remove(&oldest.unwrap_or_default());
                    self.forgotten_early += 1;
                }
                self.forget();
            }
        } else {
            self.states.remove(key);
            self.kept.remove(key);
            self.ended.retain(|ended| ended != key);
        }
        reply
    }

    /// Makes an arrival with this payload.
    pub fn arrive(
        &mut self,
        key: &str,
        arriving: ArrivingInput<'_>,
        id: u64,
        token: Token,
    ) -> Reply {
        let kept = self.kept.get(key);
        let step = Step::Arrive {
            input: arriving.input,
            token,
            known: kept.is_some_and(|kept| kept.knows(arriving)),
            counts: arriving.counts,
        };
        let reply = self.step(key, step);
        if self.states.get(key).is_some_and(|state| !has_ended(*state)) {
            let kept = self.kept.entry(key.to_owned()).or_default();
            kept.record(arriving, reply, id, self.now);
        }
        reply
    }

    /// Returns `true` if the model has a join with this key.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.states.contains_key(key)
    }

    /// Returns how many joins have neither completed nor expired.
    #[must_use]
    pub fn open(&self) -> usize {
        let states = self.states.values();
        states.filter(|state| !has_ended(**state)).count()
    }

    /// Returns how many joins are parked.
    #[must_use]
    pub fn parked(&self) -> usize {
        let states = self.states.values();
        states
            .filter(|state| matches!(state, State::Parked { .. }))
            .count()
    }

    /// Returns how many payloads the store must hold.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.kept.values().map(Kept::count).sum()
    }

    /// Returns how many joins were forgotten before their dedup window had passed.
    #[must_use]
    pub fn forgotten_early(&self) -> u64 {
        self.forgotten_early
    }

    /// Returns the keys that a `ClaimDue` in this mode could claim.
    #[must_use]
    pub fn claimable(&self, mode: ClaimMode) -> Vec<String> {
        let is_claim = |reply| matches!(reply, Reply::Run { .. } | Reply::DeliverExpired { .. });
        self.answering(mode, is_claim)
    }

    /// Returns the keys that a `ClaimDue` in this mode would park.
    #[must_use]
    pub fn exhausted(&self, mode: ClaimMode) -> Vec<String> {
        let states = &self.states;
        let is_parked = |key: &String| matches!(states[key], State::Parked { .. });
        let mut parks = self.answering(mode, |reply| reply == Reply::Parked);
        parks.retain(|key| !is_parked(key));
        parks
    }

    fn answering(&self, mode: ClaimMode, is_wanted: impl Fn(Reply) -> bool) -> Vec<String> {
        let token = Token(0);
        let step = Step::ClaimDue { token, mode };
        let answers = |state: &State| transition(Some(*state), step, self.now, &self.policy).1;
        let states = self.states.iter();
        states
            .filter(|(_, state)| is_wanted(answers(state)))
            .map(|(key, _)| key.clone())
            .collect()
    }

    /// Compares a verdict with the model's reply. Returns `true` if the verdict is a claim.
    ///
    /// # Errors
    ///
    /// If the verdict and the reply differ.
    pub fn check_verdict(
        &self,
        key: &str,
        id: u64,
        verdict: &Verdict<P>,
        reply: Reply,
    ) -> Checked<bool> {
        match (verdict, reply) {
            (Verdict::Waiting(arrived), Reply::Waiting(expected))
            | (Verdict::Duplicate(arrived), Reply::Duplicate(expected)) => {
                equal("the arrived inputs", *arrived, expected)?;
            }
            (Verdict::Run(claim), Reply::Run { .. }) => {
                self.check_claim(key, claim, reply)?;
                return Ok(true);
            }
            (Verdict::DeliverExpired { claim, payload }, Reply::DeliverExpired { .. }) => {
                self.check_claim(key, claim, reply)?;
                equal("the returned input", (self.id)(payload), id)?;
                return Ok(true);
            }
            (Verdict::Busy { retry_after }, Reply::Busy(until)) => {
                let rest = if self.policy.lease == NO_LEASE {
                    self.policy.backoff
                } else {
                    until.saturating_duration_since(self.now)
                };
                self.check_span("`retry_after`", rest, *retry_after)?;
            }
            (Verdict::Completed(payload), Reply::Completed)
            | (Verdict::Expired(payload), Reply::Expired)
            | (Verdict::Parked(payload), Reply::Parked)
            | (Verdict::Closed { payload, .. }, Reply::Closed) => {
                equal("the returned input", (self.id)(payload), id)?;
            }
            _ => {
                return Err(format!(
                    "the reply must be {reply:?}, and is another verdict"
                ));
            }
        }
        Ok(false)
    }

    /// Applies a claim of a due join.
    ///
    /// # Errors
    ///
    /// If the model does not allow the claim.
    pub fn check_due(&mut self, due: &Due<P>, token: Token, mode: ClaimMode) -> Checked {
        equal("the token of the due join", due.token, token)?;
        let reply = self.step(&due.key, Step::ClaimDue { token, mode });
        self.check_claim(&due.key, &due.claim, reply)
    }

    fn check_claim(&self, key: &str, claim: &Claim<P>, reply: Reply) -> Checked {
        let (work, attempts) = match reply {
            Reply::Run { attempts, .. } => (Work::Run, attempts),
            Reply::DeliverExpired { attempts, .. } => (Work::DeliverExpired, attempts),
            other => {
                return Err(format!(
                    "the reply must be {other:?}, and is a claim of `{key}`"
                ));
            }
        };
        equal("the work of the claim", claim.work, work)?;
        equal("the attempts of the claim", claim.attempts, attempts)?;
        let none = Kept::default();
        let kept = self.kept.get(key).unwrap_or(&none);
        let inputs = claim.inputs.iter();
        let found: Vec<_> = inputs
            .map(|input| (input.place, (self.id)(&input.payload)))
            .collect();
        let sorted = kept.sorted();
        let expected = sorted.iter().map(|(place, id, _)| (*place, *id)).collect();
        equal("the inputs of the claim", found, expected)?;
        equal(
            "the counts of the claim",
            claim.counts,
            kept.counts(&self.policy),
        )?;
        for (input, (.., at)) in claim.inputs.iter().zip(&sorted) {
            let expected = self.now.saturating_duration_since(*at);
            self.check_span("the wait of an input", input.waited, expected)?;
        }
        Ok(())
    }

    /// Compares the joins that an operator lists with the model.
    ///
    /// # Errors
    ///
    /// If the model lists other joins.
    pub fn check_list(&self, query: JoinQuery<'_>, listed: &[JoinSummary]) -> Checked {
        let mut expected = match query {
            JoinQuery::Key(key) => self.listed(key).into_iter().collect(),
            JoinQuery::Unsettled(page) => self.page(page, |state| !has_ended(*state)),
            JoinQuery::Parked(page) => {
                self.page(page, |state| matches!(state, State::Parked { .. }))
            }
        };
        for (expected, listed) in expected.iter_mut().zip(listed) {
            self.check_span("the age of a join", listed.age, expected.age)?;
            expected.age = listed.age;
        }
        equal("the listed joins", listed, &expected[..])
    }

    fn listed(&self, key: &str) -> Option<JoinSummary> {
        let state = self.states.get(key)?;
        let since = match *state {
            State::Completed { forget_at, .. } | State::Expired { forget_at, .. } => {
                forget_at.saturating_sub(self.policy.dedup_window)
            }
            _ => self.kept.get(key)?.since()?,
        };
        let age = self.now.saturating_duration_since(since);
        let summary = JoinSummary::new(key.to_owned(), state, age, &self.policy);
        let kept = self.kept.get(key).filter(|_| !has_ended(*state));
        let lists = kept.map_or_else(Vec::new, |kept| kept.summaries(&self.policy));
        Some(summary.with_lists(lists))
    }

    fn page(&self, page: Page<'_>, is_wanted: fn(&State) -> bool) -> Vec<JoinSummary> {
        let wanted = self.states.iter().filter(|(_, state)| is_wanted(state));
        let behind = wanted.filter(|(key, _)| page.after.is_none_or(|after| key.as_str() > after));
        let listed = behind.filter_map(|(key, _)| self.listed(key));
        listed.take(page.limit).collect()
    }

    /// Compares two durations: the store's clock may be later.
    fn check_span(&self, what: &str, later: Duration, earlier: Duration) -> Checked {
        ensure!(
            later >= earlier && later.saturating_sub(earlier) <= self.slack,
            "{what} must be {earlier:?}, and is {later:?}"
        );
        Ok(())
    }
}

fn has_ended(state: State) -> bool {
    matches!(state, State::Completed { .. } | State::Expired { .. })
}
