//! Random steps, on the store and on the state machine.

use std::collections::BTreeMap;
use std::time::Duration;

use super::model::Model;
use super::subject::{Checked, MINUTE, SETTLEMENTS, Subject, ensure, equal, exhausted};
use crate::fan_in::state::{ClaimMode, Reply, Step};
use crate::fan_in::{
    ArrivingInput, Change, Counts, JoinPolicy, JoinQuery, NO_LEASE, Page, Status, Store, Token,
};

/// A generator of numbers, the same at each run.
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns a number less than `end`, by `SplitMix64`.
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    /// Returns an index into a list of this length.
    fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).unwrap_or_default()
    }

    fn minutes(&mut self, end: u64) -> Duration {
        Duration::from_secs(60 * self.below(end))
    }

    /// Returns a policy with small durations.
    /// Returns a policy with random lists and optional inputs.
    pub(super) fn policy_of_lists(&mut self, is_durable: bool) -> JoinPolicy {
        let inputs = [1, 2, 3][self.index(3)];
        let mut policy = self.policy(is_durable).inputs(inputs).max_elements(3);
        for input in 0..inputs {
            match self.below(4) {
                0..2 => policy = policy.lists(policy.lists.with(input)),
                // The first input is always required.
                2 if input > 0 => policy = policy.optional(policy.optional.with(input)),
                _ => {}
            }
        }
        policy
    }

    pub(super) fn policy(&mut self, is_durable: bool) -> JoinPolicy {
        let inputs = [2, 3, 4][self.index(3)];
        let lease = if is_durable {
            self.minutes(40)
        } else {
            NO_LEASE
        };
        let attempts = [u32::MAX, 1, 2, 3][self.index(4)];
        JoinPolicy::new(inputs)
            .timeout(self.minutes(80))
            .lease(lease)
            .backoff(self.minutes(40))
            .dedup_window(self.minutes(120))
            .max_attempts(attempts)
    }
}

/// The store and its model.
struct Pair<'s, S, T> {
    subject: &'s Subject<S, T>,
    model: Model<String>,
    /// Every claim so far: its key and its token.
    claims: Vec<(String, Token)>,
    /// The token of the latest arrival at each key.
    last: BTreeMap<String, Token>,
}

pub(super) async fn steps<S, T>(subject: &Subject<S, T>, random: &mut Random) -> Checked
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    let id = |payload: &String| payload.parse().unwrap_or(u64::MAX);
    let mut pair = Pair {
        subject,
        model: Model::new(subject.policy, id).slack(MINUTE),
        claims: Vec::new(),
        last: BTreeMap::new(),
    };
    let steps = 1 + random.below(100);
    for number in 1..=steps {
        pair.step(number, random)
            .await
            .map_err(|broken| format!("at step {number}: {broken}"))?;
    }
    Ok(())
}

impl<S: Store<String>, T: AsyncFn(Duration)> Pair<'_, S, T> {
    async fn step(&mut self, number: u64, random: &mut Random) -> Checked {
        let new = Token(number.into());
        let key = random.below(6).to_string();
        match random.below(20) {
            0..8 => {
                let token = match self.last.get(&key) {
                    Some(token) if random.below(10) == 0 => *token,
                    _ => new,
                };
                self.last.insert(key.clone(), token);
                let input = random.below(self.subject.policy.inputs.into());
                let input = u8::try_from(input).unwrap_or_default();
                let element = random.below(5).to_string();
                let counts = self.counts(random);
                let arriving = if self.subject.policy.lists.contains(input) {
                    ArrivingInput::element(input, &element)
                } else {
                    input.into()
                };
                let arriving = arriving.with_counts(counts);
                self.arrive(&key, arriving, number, token).await?;
            }
            8..12 => {
                let settlement = SETTLEMENTS[random.index(6)];
                if let Some((key, token)) = self.claim(random) {
                    self.change(&key, Change::Settle { token, settlement })
                        .await?;
                }
            }
            12 => {
                if let Some((key, token)) = self.claim(random) {
                    self.change(&key, Change::Renew { token }).await?;
                }
            }
            13 => self.change(&key, Change::Retry).await?,
            14 => self.change(&key, Change::Forget).await?,
            15 => self.list(&key, random.index(5)).await?,
            16 => self.sweep(new, random.index(4)).await?,
            _ => {
                let span = random.minutes(40);
                self.subject.pass(span).await;
                self.model.pass(span);
            }
        }
        self.model.forget();
        self.subject.counts(self.model.open()).await
    }

    /// Returns one of the latest claims.
    fn claim(&self, random: &mut Random) -> Option<(String, Token)> {
        let place = self.claims.len().checked_sub(1 + random.index(4))?;
        self.claims.get(place).cloned()
    }

    /// Returns random counts of some lists, each at most the largest one.
    fn counts(&self, random: &mut Random) -> Counts {
        let lists = self.subject.policy.lists.iter();
        lists.fold(Counts::default(), |counts, list| {
            match u16::try_from(random.below(6)) {
                Ok(count) if count < 4 => counts.with(list, count),
                _ => counts,
            }
        })
    }

    async fn change(&mut self, key: &str, change: Change) -> Checked {
        let reply = self.model.step(key, change.into());
        let expected = reply == Reply::Recorded;
        self.subject.answers(key, change, expected).await
    }

    async fn arrive(
        &mut self,
        key: &str,
        arriving: ArrivingInput<'_>,
        id: u64,
        token: Token,
    ) -> Checked {
        let input = arriving.input;
        let arrived = self.subject.arrive_as(key, arriving, id.to_string(), token);
        let arrived = arrived.await?;
        let parked = self.model.parked();
        let reply = self.model.arrive(key, arriving, id, token);
        if self
            .model
            .check_verdict(key, id, &arrived.verdict, reply)
            .map_err(|broken| format!("input {input} of `{key}`: {broken}"))?
        {
            self.claims.push((key.to_owned(), token));
        }
        if let Some(due) = arrived.overdue {
            let mut others = self.model.claimable(ClaimMode::Opportunistic);
            others.retain(|other| other != key);
            is_allowed(&due.key, &others)?;
            self.model
                .check_due(&due, token, ClaimMode::Opportunistic)?;
            self.claims.push((due.key, token));
        }
        self.park(ClaimMode::Opportunistic).await?;
        let parked = exhausted(self.model.parked() - parked);
        equal("the joins that the arrival parks", arrived.parked, parked)
    }

    async fn sweep(&mut self, token: Token, max: usize) -> Checked {
        let swept = self.subject.sweep(token, max).await?;
        let parked = self.model.parked();
        let all = self.model.claimable(ClaimMode::Sweep);
        let expected = max.min(all.len());
        equal("the claims of a sweep", swept.claims.len(), expected)?;
        for due in swept.claims {
            is_allowed(&due.key, &all)?;
            self.model.check_due(&due, token, ClaimMode::Sweep)?;
            self.claims.push((due.key, token));
        }
        self.park(ClaimMode::Sweep).await?;
        let parked = exhausted(self.model.parked() - parked);
        equal("the joins that the sweep parks", swept.parked, parked)
    }

    /// Parks the joins that the store has parked. A store may find those whose last attempt died in any order.
    async fn park(&mut self, mode: ClaimMode) -> Checked {
        for key in self.model.exhausted(mode) {
            let listed = self.subject.one(&key).await?;
            if listed.is_some_and(|join| matches!(join.status, Status::Parked(_))) {
                let token = Token(0);
                let reply = self.model.step(&key, Step::ClaimDue { token, mode });
                equal("the reply of the state machine", reply, Reply::Parked)?;
            }
        }
        Ok(())
    }

    async fn list(&self, after: &str, limit: usize) -> Checked {
        let page = Page::after(Some(after), limit);
        let queries = [
            JoinQuery::Unsettled(page),
            JoinQuery::Parked(page),
            JoinQuery::Unsettled(Page::first(limit)),
            JoinQuery::Key(after),
        ];
        for query in queries {
            let listed = self.subject.list(query).await?;
            self.model.check_list(query, &listed)?;
        }
        Ok(())
    }
}

/// Returns an error unless the store may claim this join.
fn is_allowed(key: &str, allowed: &[String]) -> Checked {
    ensure!(
        allowed.iter().any(|other| other == key),
        "{allowed:?} are due, and the store claims `{key}`"
    );
    Ok(())
}
