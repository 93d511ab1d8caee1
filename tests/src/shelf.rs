//! A store that was written from the rustdoc of `Store`, `Operator` and the state machine alone: a map under a lock.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use linked_span::fan_in::state::{ClaimMode, Reply, State, Step, due, transition};
use linked_span::fan_in::{
    ArriveResponse, ArrivingInput, Change, Claim, Counts, Due, DueClaims, FanInIdentity, Input,
    JoinPolicy, JoinQuery, JoinSummary, ListSummary, NO_LEASE, Operator, Page, ParkCounts,
    Rejected, Settlement, Status, Store, StoreError, Timestamp, Token, Verdict, Work,
};

/// The joins of one function, which the workers of a process share.
pub struct Shelf<P> {
    joins: Arc<Mutex<BTreeMap<String, Join<P>>>>,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// `true` if claims have leases.
    is_durable: bool,
    function: Arc<OnceLock<FanInIdentity>>,
    other: Arc<OnceLock<FanInIdentity>>,
}

struct Join<P> {
    state: State,
    /// The place and the payload of each input, and when it arrived, in order of arrival.
    inputs: Vec<(u8, Arc<P>, Timestamp)>,
    lists: BTreeMap<u8, List>,
    /// When the first input arrived, or when the join ended.
    since: Timestamp,
}

impl<P> Join<P> {
    fn summaries(&self) -> Vec<ListSummary> {
        let lists = self.lists.iter();
        let summary = |(place, list): (&u8, &List)| {
            let distinct = u16::try_from(list.ids.len()).expect("a limit");
            ListSummary::new(*place, distinct, list.repeated, list.count)
        };
        lists.map(summary).collect()
    }
}

/// A list of a join.
#[derive(Default)]
struct List {
    ids: BTreeSet<String>,
    repeated: u32,
    count: Option<u16>,
}

impl<P> Clone for Shelf<P> {
    fn clone(&self) -> Self {
        Self {
            joins: Arc::clone(&self.joins),
            clock: Arc::clone(&self.clock),
            is_durable: self.is_durable,
            function: Arc::clone(&self.function),
            other: Arc::clone(&self.other),
        }
    }
}

impl<P> fmt::Debug for Shelf<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Shelf").finish_non_exhaustive()
    }
}

impl<P> Shelf<P> {
    /// Returns an empty store with this clock. Claims have leases if it is durable.
    #[must_use]
    pub fn new(is_durable: bool, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self {
            joins: Arc::default(),
            clock: Arc::new(clock),
            is_durable,
            function: Arc::default(),
            other: Arc::default(),
        }
    }

    /// Returns the number of stored joins, which includes those that have ended.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.lock().joins.len()
    }

    /// Replaces the stored inputs of a join, of which the function gets the place and the payload. `None` loses the input.
    pub fn damage(&self, key: &str, mut damaged: impl FnMut(u8, &P) -> Option<P>) {
        if let Some(join) = self.lock().joins.get_mut(key) {
            join.inputs
                .retain_mut(|(place, payload, _)| match damaged(*place, payload) {
                    Some(damaged) => {
                        *payload = Arc::new(damaged);
                        true
                    }
                    None => false,
                });
        }
    }

    fn lock(&self) -> Locked<'_, P> {
        Locked {
            joins: self.joins.lock().unwrap(),
            now: (self.clock)(),
            parked: ParkCounts::default(),
        }
    }

    fn policy(&self, policy: &JoinPolicy) -> JoinPolicy {
        if self.is_durable {
            *policy
        } else {
            policy.lease(NO_LEASE)
        }
    }

    fn check(&self) -> Result<(), StoreError> {
        match (self.function.get(), self.other.get()) {
            (Some(one), Some(other)) => {
                let both = format!(
                    "one store cannot serve both `{}` and `{}`: give each a store of its own",
                    one.path, other.path
                );
                Err(StoreError::Misconfigured(both))
            }
            _ => Ok(()),
        }
    }
}

/// The joins under the lock, at one time.
struct Locked<'s, P> {
    joins: MutexGuard<'s, BTreeMap<String, Join<P>>>,
    now: Timestamp,
    parked: ParkCounts,
}

impl<P> Locked<'_, P> {
    fn step(&mut self, key: &str, step: Step, policy: &JoinPolicy) -> Reply {
        let before = self.joins.get(key).map(|join| join.state);
        let (after, reply) = transition(before, step, self.now, policy);
        self.parked.record(before, after);
        let Some(state) = after else {
            self.joins.remove(key);
            return reply;
        };
        let now = self.now;
        let join = self.joins.entry(key.to_owned());
        let new = || Join {
            state,
            inputs: Vec::new(),
            lists: BTreeMap::new(),
            since: now,
        };
        let join = join.or_insert_with(new);
        if has_ended(&join.state) && !has_ended(&state) {
            // The dedup window of the earlier join has passed, so a new join opens.
            *join = new();
        }
        if has_ended(&state) && !has_ended(&join.state) {
            join.inputs.clear();
            join.lists.clear();
            join.since = now;
        }
        join.state = state;
        reply
    }

    fn claim(&self, key: &str, reply: Reply) -> Option<Claim<P>> {
        let (work, attempts) = match reply {
            Reply::Run { attempts, .. } => (Work::Run, attempts),
            Reply::DeliverExpired { attempts, .. } => (Work::DeliverExpired, attempts),
            _ => return None,
        };
        let join = self.joins.get(key)?;
        let input = |(place, payload, at): &(u8, Arc<P>, Timestamp)| Input {
            place: *place,
            payload: Arc::clone(payload),
            waited: self.now.saturating_duration_since(*at),
        };
        let known = join.lists.iter();
        let known = known.filter_map(|(place, list)| Some((*place, list.count?)));
        let counts = known.fold(Counts::default(), |counts, (place, count)| {
            counts.with(place, count)
        });
        let inputs = join.inputs.iter().map(input).collect();
        Some(Claim::new(work, attempts, inputs).with_counts(counts))
    }

    fn knows(&self, key: &str, arriving: ArrivingInput<'_>) -> bool {
        let join = self.joins.get(key);
        let list = join.and_then(|join| join.lists.get(&arriving.input));
        list.zip(arriving.id)
            .is_some_and(|(list, id)| list.ids.contains(id))
    }

    /// Keeps an input that the join takes.
    fn keep(&mut self, key: &str, arriving: ArrivingInput<'_>, payload: P, policy: &JoinPolicy) {
        let now = self.now;
        let Some(join) = self.joins.get_mut(key) else {
            return;
        };
        join.inputs.push((arriving.input, Arc::new(payload), now));
        for place in policy.lists.iter() {
            let list = join.lists.entry(place).or_default();
            list.count = list.count.or(arriving.counts.get(place));
            if let (Some(id), true) = (arriving.id, place == arriving.input) {
                list.ids.insert(id.to_owned());
            }
        }
    }

    /// Claims the first join that is due, other than this one.
    fn claim_one(
        &mut self,
        other_than: Option<&str>,
        mode: ClaimMode,
        policy: &JoinPolicy,
        token: Token,
    ) -> Option<Due<P>> {
        let now = self.now;
        let is_due = |(_, join): &(&String, &Join<P>)| {
            due(&join.state, mode, policy).is_some_and(|due| due <= now)
        };
        let keys: Vec<_> = self
            .joins
            .iter()
            .filter(is_due)
            .map(|(key, _)| key.clone())
            .collect();
        keys.into_iter()
            .filter(|key| Some(key.as_str()) != other_than)
            .find_map(|key| {
                let reply = self.step(&key, Step::ClaimDue { token, mode }, policy);
                let claim = self.claim(&key, reply)?;
                Some(Due { key, token, claim })
            })
    }
}

impl<P: Send + Sync> Store<P> for Shelf<P> {
    fn declare(&self, identity: FanInIdentity) {
        if *self.function.get_or_init(|| identity) != identity {
            self.other.get_or_init(|| identity);
        }
    }

    async fn arrive(
        &self,
        key: &str,
        policy: &JoinPolicy,
        input: ArrivingInput<'_>,
        payload: P,
        token: Token,
    ) -> Result<ArriveResponse<P>, Rejected<P>> {
        if let Err(error) = self.check() {
            let overdue = None;
            return Err(Rejected {
                payload,
                error,
                overdue,
            });
        }
        let policy = &self.policy(policy);
        let mut joins = self.lock();
        let known = joins.knows(key, input);
        let step = Step::Arrive {
            input: input.input,
            token,
            known,
            counts: input.counts,
        };
        let reply = joins.step(key, step, policy);
        let mut payload = Some(payload);
        if reply.takes_input() {
            if let Some(payload) = payload.take() {
                joins.keep(key, input, payload, policy);
            }
        } else if let (Reply::Duplicate(_), Some(join)) = (reply, joins.joins.get_mut(key))
            && let Some(list) = join.lists.get_mut(&input.input)
        {
            list.repeated += 1;
        }
        let claim = joins.claim(key, reply);
        let verdict = match (reply, claim, payload) {
            (Reply::Waiting(arrived), ..) => Verdict::Waiting(arrived),
            (Reply::Duplicate(arrived), ..) => Verdict::Duplicate(arrived),
            (Reply::Run { .. }, Some(claim), _) => Verdict::Run(claim),
            (Reply::DeliverExpired { .. }, Some(claim), Some(payload)) => {
                Verdict::DeliverExpired { claim, payload }
            }
            (Reply::Busy(until), ..) => Verdict::Busy {
                retry_after: if self.is_durable {
                    until.saturating_duration_since(joins.now)
                } else {
                    policy.backoff
                },
            },
            (Reply::Completed, _, Some(payload)) => Verdict::Completed(payload),
            (Reply::Expired, _, Some(payload)) => Verdict::Expired(payload),
            (Reply::Parked, _, Some(payload)) => Verdict::Parked(payload),
            (Reply::Closed, _, Some(payload)) => Verdict::Closed { payload, known },
            (reply, ..) => unreachable!("no reply to an arrival: {reply:?}"),
        };
        let mode = ClaimMode::Opportunistic;
        let overdue = joins.claim_one(Some(key), mode, policy, token);
        let response = ArriveResponse::new(verdict).with_overdue(overdue);
        Ok(response.with_parked(joins.parked))
    }

    async fn apply(
        &self,
        key: &str,
        policy: &JoinPolicy,
        change: Change,
    ) -> Result<bool, StoreError> {
        self.check()?;
        let policy = &self.policy(policy);
        Ok(self.lock().step(key, change.into(), policy) == Reply::Recorded)
    }

    async fn claim_due(
        &self,
        policy: &JoinPolicy,
        token: Token,
        max: usize,
    ) -> Result<DueClaims<P>, StoreError> {
        self.check()?;
        let policy = &self.policy(policy);
        let mut joins = self.lock();
        let now = joins.now;
        joins
            .joins
            .retain(|_, join| is_remembered(&join.state, now));
        let claim = |_| joins.claim_one(None, ClaimMode::Sweep, policy, token);
        let claims = (0..max).map_while(claim).collect();
        Ok(DueClaims::new(claims).with_parked(joins.parked))
    }

    fn release(&self, key: &str, policy: &JoinPolicy, token: Token, settlement: Settlement) {
        let step = Step::Settle { token, settlement };
        self.lock().step(key, step, &self.policy(policy));
    }

    fn is_durable(&self) -> bool {
        self.is_durable
    }
}

impl<P: Send + Sync> Operator for Shelf<P> {
    async fn len(&self) -> Result<usize, StoreError> {
        self.check()?;
        let joins = self.lock();
        let states = joins.joins.values().map(|join| &join.state);
        Ok(states.filter(|state| !has_ended(state)).count())
    }

    async fn list(
        &self,
        policy: &JoinPolicy,
        query: JoinQuery<'_>,
    ) -> Result<Vec<JoinSummary>, StoreError> {
        self.check()?;
        let joins = self.lock();
        let now = joins.now;
        let all = joins
            .joins
            .iter()
            .filter(|(_, join)| is_remembered(&join.state, now));
        let all = all.map(|(key, join)| {
            let age = now.saturating_duration_since(join.since);
            let summary = JoinSummary::new(key.clone(), &join.state, age, policy);
            summary.with_lists(join.summaries())
        });
        let has_ended =
            |join: &JoinSummary| matches!(join.status, Status::Completed | Status::Expired);
        Ok(match query {
            JoinQuery::Key(key) => all.filter(|join| join.key == key).collect(),
            JoinQuery::Unsettled(page) => on(page, all.filter(|join| !has_ended(join))),
            JoinQuery::Parked(page) => on(
                page,
                all.filter(|join| matches!(join.status, Status::Parked(_))),
            ),
        })
    }
}

fn has_ended(state: &State) -> bool {
    matches!(state, State::Completed { .. } | State::Expired { .. })
}

/// Returns `false` for an ended join whose dedup window has passed.
fn is_remembered(state: &State, now: Timestamp) -> bool {
    match *state {
        State::Completed { forget_at, .. } | State::Expired { forget_at, .. } => now < forget_at,
        _ => true,
    }
}

fn on(page: Page<'_>, joins: impl Iterator<Item = JoinSummary>) -> Vec<JoinSummary> {
    let follows = |join: &JoinSummary| page.after.is_none_or(|after| after < join.key.as_str());
    joins.filter(follows).take(page.limit).collect()
}
