//! A store of joins that keeps only bytes, as a database would; it encodes payloads with serde.
//!
//! Its joins are on a [`Shelf`]. Payloads are encoded before the shelf's lock and decoded after it, because their
//! encoding is the user's code.

mod faults;
mod remote;

use std::sync::{Arc, Mutex};

use linked_span::fan_in::{
    ArriveResponse, ArrivingInput, BlockingStore, Change, Claim, Due, DueClaims, FanInIdentity,
    Input, JoinPolicy, JoinQuery, JoinSummary, Operator, ParkCounts, Rejected, Settlement, Store,
    StoreError, Token, Verdict, ready,
};
use linked_span_tests::{Shelf, Time};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use self::faults::Call;
use self::faults::Faults;
pub(crate) use self::remote::Remote;

/// Each worker has a clone.
#[derive(Clone, Debug)]
pub(crate) struct Encoded {
    shelf: Shelf<Vec<u8>>,
    faults: Arc<Mutex<Faults>>,
    released: Arc<Mutex<Vec<Settlement>>>,
    declared: Arc<Mutex<Vec<FanInIdentity>>>,
}

impl Encoded {
    pub(crate) fn new(time: &Time) -> Self {
        let time = time.clone();
        Self {
            shelf: Shelf::new(true, move || time.now()),
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
        let first_lost = |place, payload: &Vec<u8>| (place != 0).then(|| payload.clone());
        self.shelf.damage(key, first_lost);
    }

    /// Replaces the stored inputs by bytes that do not decode.
    pub(crate) fn spoil(&self, key: &str) {
        self.shelf.damage(key, |_, _| Some(Vec::new()));
    }

    fn call<T>(
        &self,
        call: Call,
        does: impl FnOnce() -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let fault = self.faults.lock().unwrap().of(call);
        fault.on(does)
    }

    /// Returns the claim, or parks the join if its inputs do not decode.
    fn decode<P: DeserializeOwned>(
        &self,
        due: Due<Vec<u8>>,
        policy: &JoinPolicy,
        parked: &mut ParkCounts,
    ) -> Option<Due<P>> {
        let Due { key, token, claim } = due;
        let input = |input: Input<Vec<u8>>| {
            Some(Input {
                place: input.place,
                payload: Arc::new(postcard::from_bytes(&input.payload).ok()?),
                waited: input.waited,
            })
        };
        let Some(inputs) = claim.inputs.into_iter().map(input).collect() else {
            let settlement = Settlement::Undecodable;
            let change = Change::Settle { token, settlement };
            ready(self.shelf.apply(&key, policy, change)).expect("a shelf does not fail");
            parked.undecodable += 1;
            return None;
        };
        let claim = Claim::new(claim.work, claim.attempts, inputs).with_counts(claim.counts);
        Some(Due { key, token, claim })
    }
}

impl<P: Serialize + DeserializeOwned + Send + Sync> Store<P> for Encoded {
    fn declare(&self, identity: FanInIdentity) {
        self.declared.lock().unwrap().push(identity);
        self.shelf.declare(identity);
    }

    async fn arrive(
        &self,
        key: &str,
        policy: &JoinPolicy,
        input: ArrivingInput<'_>,
        payload: P,
        token: Token,
    ) -> Result<ArriveResponse<P>, Rejected<P>> {
        let bytes = postcard::to_stdvec(&payload).expect("bytes");
        let arrived = self.call(Call::Arrive, || {
            let arrived = ready(self.shelf.arrive(key, policy, input, bytes, token));
            arrived.map_err(|rejected| rejected.error)
        });
        match arrived {
            Ok(arrived) => {
                let mut parked = arrived.parked;
                let mut decode = |due| self.decode(due, policy, &mut parked);
                let verdict = verdict_of(arrived.verdict, payload, |claim| {
                    let key = key.to_owned();
                    Some(decode(Due { key, token, claim })?.claim)
                });
                let overdue = arrived.overdue.and_then(|due| decode(*due));
                let response = ArriveResponse::new(verdict).with_overdue(overdue);
                Ok(response.with_parked(parked))
            }
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
        policy: &JoinPolicy,
        change: Change,
    ) -> Result<bool, StoreError> {
        let call = match change {
            Change::Settle { .. } => Call::Settle,
            Change::Renew { .. } => Call::Renew,
            Change::Retry => Call::Retry,
            Change::Forget => Call::Forget,
        };
        self.call(call, || ready(self.shelf.apply(key, policy, change)))
    }

    async fn claim_due(
        &self,
        policy: &JoinPolicy,
        token: Token,
        max: usize,
    ) -> Result<DueClaims<P>, StoreError> {
        let mut parked = ParkCounts::default();
        loop {
            let claimed = self.call(Call::Due, || {
                ready(self.shelf.claim_due(policy, token, max))
            })?;
            parked.attempts += claimed.parked.attempts;
            let is_over = claimed.claims.is_empty();
            let decode = |due| self.decode(due, policy, &mut parked);
            let due: Vec<_> = claimed.claims.into_iter().filter_map(decode).collect();
            if is_over || !due.is_empty() {
                return Ok(DueClaims::new(due).with_parked(parked));
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
        self.call(Call::Len, || ready(self.shelf.len()))
    }

    async fn list(
        &self,
        policy: &JoinPolicy,
        query: JoinQuery<'_>,
    ) -> Result<Vec<JoinSummary>, StoreError> {
        self.call(Call::List, || ready(self.shelf.list(policy, query)))
    }
}

/// Returns the verdict with the payload as it arrived, and with the claim decoded.
fn verdict_of<P>(
    verdict: Verdict<Vec<u8>>,
    payload: P,
    decode: impl FnOnce(Claim<Vec<u8>>) -> Option<Claim<P>>,
) -> Verdict<P> {
    match verdict {
        Verdict::Waiting(arrived) => Verdict::Waiting(arrived),
        Verdict::Duplicate(arrived) => Verdict::Duplicate(arrived),
        Verdict::Closed { known, .. } => Verdict::Closed { payload, known },
        Verdict::Run(claim) => match decode(claim) {
            Some(claim) => Verdict::Run(claim),
            None => Verdict::Parked(payload),
        },
        Verdict::DeliverExpired { claim, .. } => match decode(claim) {
            Some(claim) => Verdict::DeliverExpired { claim, payload },
            None => Verdict::Parked(payload),
        },
        Verdict::Busy { retry_after } => Verdict::Busy { retry_after },
        Verdict::Completed(_) => Verdict::Completed(payload),
        Verdict::Expired(_) => Verdict::Expired(payload),
        Verdict::Parked(_) => Verdict::Parked(payload),
        verdict => unreachable!("no verdict of a shelf: {verdict:?}"),
    }
}
