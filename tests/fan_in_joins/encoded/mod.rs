//! A store of joins that keeps only bytes, as a database would; it encodes payloads with serde.
//!
//! It follows the trait's documentation. Each call is one step of
//! [`transition`](linked_span::fan_in::state::transition) over a row, which is read and written under a lock. Payloads
//! are encoded before the lock and decoded after it, because their encoding is the user's code.

mod claimed;
mod faults;
mod remote;
mod row;
mod rows;

use std::sync::{Arc, Mutex};

use linked_span::fan_in::state::{Reply, Step};
use linked_span::fan_in::{
    ArriveResponse, ArrivingInput, BlockingStore, Change, Due, DueClaims, FanInIdentity,
    JoinPolicy, JoinQuery, JoinSummary, Operator, ParkCounts, Rejected, Settlement, Store,
    StoreError, Timestamp, Token, Verdict,
};
use linked_span_tests::Time;
use serde::Serialize;
use serde::de::DeserializeOwned;

use self::claimed::Claimed;
pub(crate) use self::faults::Call;
use self::faults::Faults;
pub(crate) use self::remote::Remote;
use self::rows::{Answer, Rows};

/// Each worker has a clone.
#[derive(Clone, Debug)]
pub(crate) struct Encoded {
    time: Time,
    rows: Arc<Mutex<Rows>>,
    faults: Arc<Mutex<Faults>>,
    released: Arc<Mutex<Vec<Settlement>>>,
    declared: Arc<Mutex<Vec<FanInIdentity>>>,
}

impl Encoded {
    pub(crate) fn new(time: &Time) -> Self {
        Self {
            time: time.clone(),
            rows: Arc::default(),
            faults: Arc::default(),
            released: Arc::default(),
            declared: Arc::default(),
        }
    }

    /// Returns the declared functions.
    pub(crate) fn declared(&self) -> Vec<FanInIdentity> {
        self.declared.lock().unwrap().clone()
    }

    /// Returns the settlements of claims that were dropped.
    pub(crate) fn released(&self) -> Vec<Settlement> {
        self.released.lock().unwrap().clone()
    }

    /// Makes the next call of this kind fail before it reaches the store.
    pub(crate) fn fail(&self, call: Call) {
        self.faults.lock().unwrap().fail(call);
    }

    /// Lets the next call of this kind take effect, and loses its reply.
    pub(crate) fn lose_the_reply(&self, call: Call) {
        self.faults.lock().unwrap().lose_the_reply(call);
    }

    /// Makes the next call of this kind hang.
    pub(crate) fn hang(&self, call: Call) {
        self.faults.lock().unwrap().hang(call);
    }

    /// Removes the payload of the first input.
    pub(crate) fn lose_payload(&self, key: &str) {
        self.rows.lock().unwrap().lose_payload(key);
    }

    /// Replaces the stored inputs by bytes that do not decode.
    pub(crate) fn spoil(&self, key: &str) {
        self.rows.lock().unwrap().spoil(key);
    }

    fn call<T>(
        &self,
        call: Call,
        does: impl FnOnce(&mut Rows, Timestamp) -> T,
    ) -> Result<T, StoreError> {
        let fault = self.faults.lock().unwrap().of(call);
        fault.on(|| does(&mut self.rows.lock().unwrap(), self.time.now()))
    }

    fn apply_now(&self, key: &str, change: Change, rules: &JoinPolicy) -> Result<bool, StoreError> {
        let call = match change {
            Change::Settle { .. } => Call::Settle,
            Change::Renew { .. } => Call::Renew,
            Change::Retry => Call::Retry,
            Change::Forget => Call::Forget,
        };
        self.call(call, |rows, now| {
            let (_, reply) = rows.step(key, change.into(), now, rules);
            reply == Reply::Recorded
        })
    }

    /// Returns the claim, or parks the join if its inputs do not decode.
    fn hand_out<P: DeserializeOwned>(
        &self,
        claimed: Claimed,
        rules: &JoinPolicy,
        token: Token,
    ) -> Option<Due<P>> {
        let key = claimed.key.clone();
        let due = claimed.decode(token);
        if due.is_none() {
            let settlement = Settlement::Undecodable;
            let step = Step::Settle { token, settlement };
            let mut rows = self.rows.lock().unwrap();
            rows.step(&key, step, self.time.now(), rules);
            rows.parked.undecodable += 1;
        }
        due
    }

    /// Returns the joins that the store has parked by itself, and that no call has reported.
    fn parked(&self) -> ParkCounts {
        std::mem::take(&mut self.rows.lock().unwrap().parked)
    }

    fn arrived<P: DeserializeOwned>(
        &self,
        answer: Answer,
        payload: P,
        rules: &JoinPolicy,
        token: Token,
    ) -> ArriveResponse<P> {
        let hand_out = |claimed| self.hand_out(claimed, rules, token);
        let claim = answer.claimed.and_then(hand_out).map(|due| due.claim);
        let verdict = match (answer.reply, claim) {
            (Reply::Waiting(came), _) => Verdict::Waiting(came),
            (Reply::Duplicate(came), _) => Verdict::Duplicate(came),
            (Reply::Run { .. }, Some(claim)) => Verdict::Run(claim),
            (Reply::DeliverExpired { .. }, Some(claim)) => {
                Verdict::DeliverExpired { claim, payload }
            }
            (Reply::Busy(until), _) => Verdict::Busy {
                retry_after: until.saturating_duration_since(answer.at),
            },
            (Reply::Completed, _) => Verdict::Completed(payload),
            (Reply::Expired, _) => Verdict::Expired(payload),
            (Reply::Parked | Reply::Run { .. } | Reply::DeliverExpired { .. }, _) => {
                Verdict::Parked(payload)
            }
            (reply, _) => panic!("no reply to an arrival: {reply:?}"),
        };
        let overdue = answer.overdue.and_then(hand_out);
        ArriveResponse::new(verdict)
            .with_overdue(overdue)
            .with_parked(self.parked())
    }
}

impl<P: Serialize + DeserializeOwned + Send + Sync> Store<P> for Encoded {
    fn declare(&self, identity: FanInIdentity) {
        self.declared.lock().unwrap().push(identity);
    }

    async fn arrive(
        &self,
        key: &str,
        rules: &JoinPolicy,
        input: ArrivingInput<'_>,
        payload: P,
        token: Token,
    ) -> Result<ArriveResponse<P>, Rejected<P>> {
        let bytes = postcard::to_stdvec(&payload).expect("bytes");
        let answer = self.call(Call::Arrive, |rows, now| {
            rows.arrive(key, rules, (input.input, bytes), token, now)
        });
        match answer {
            Ok(answer) => Ok(self.arrived(answer, payload, rules, token)),
            Err(error) => Err(Rejected {
                payload,
                error,
                overdue: None,
            }),
        }
    }

    async fn apply(
        &self,
        key: &str,
        rules: &JoinPolicy,
        change: Change,
    ) -> Result<bool, StoreError> {
        self.apply_now(key, change, rules)
    }

    async fn claim_due(
        &self,
        rules: &JoinPolicy,
        token: Token,
        max: usize,
    ) -> Result<DueClaims<P>, StoreError> {
        loop {
            let claimed = self.call(Call::Due, |rows, now| rows.due(rules, token, max, now))?;
            let is_over = claimed.is_empty();
            let hand_out = |claimed| self.hand_out(claimed, rules, token);
            let due: Vec<_> = claimed.into_iter().filter_map(hand_out).collect();
            if is_over || !due.is_empty() {
                return Ok(DueClaims::new(due).with_parked(self.parked()));
            }
        }
    }

    /// A synchronous drop cannot call another process, so the lease has to end by itself.
    fn release(&self, _: &str, _: &JoinPolicy, _: Token, settlement: Settlement) {
        self.released.lock().unwrap().push(settlement);
    }
}

impl<P: Serialize + DeserializeOwned + Send + Sync> BlockingStore<P> for Encoded {}

impl Operator for Encoded {
    async fn len(&self) -> Result<usize, StoreError> {
        self.call(Call::Len, |rows, _| rows.unsettled().count())
    }

    async fn list(
        &self,
        rules: &JoinPolicy,
        which: JoinQuery<'_>,
    ) -> Result<Vec<JoinSummary>, StoreError> {
        self.call(Call::List, |rows, now| rows.list(rules, which, now))
    }
}
