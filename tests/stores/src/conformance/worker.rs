//! A worker with a store, as the tests use it.

use linked_span::fan_in::{
    ArriveResponse, ArrivingInput, Change, Claim, Due, DueClaims, FanInIdentity, JoinPolicy,
    JoinQuery, JoinSummary, Operator, Settlement, Store, Token, Verdict,
};

use crate::{Fixture, POLICY, Payload};

/// A process that has opened the joins of one function.
#[derive(Clone, Debug)]
pub struct Worker<S> {
    /// The store.
    pub store: S,
    /// The policy of the function.
    pub policy: JoinPolicy,
}

/// The inputs of the functions that tests declare.
const INPUTS: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];

const TYPES: [&str; 12] = ["Payload"; 12];

/// Returns the identity of a function with this many of those inputs.
pub(super) fn identity(path: &'static str, inputs: u8) -> FanInIdentity {
    let inputs = usize::from(inputs);
    FanInIdentity::new(path, &INPUTS[..inputs], &TYPES[..inputs])
}

impl<S: Store<Payload> + Operator> Worker<S> {
    /// Creates a worker for a function of two inputs.
    pub async fn of<F: Fixture<Store = S>>(fixture: &F) -> Self {
        Self::with(fixture, POLICY).await
    }

    /// Creates a worker with this policy.
    pub async fn with<F: Fixture<Store = S>>(fixture: &F, policy: JoinPolicy) -> Self {
        Self::named(fixture, "ship", policy).await
    }

    /// Creates a worker for a function of this name.
    pub async fn named<F: Fixture<Store = S>>(
        fixture: &F,
        name: &'static str,
        policy: JoinPolicy,
    ) -> Self {
        Self::serving(fixture.open(name).await, name, policy)
    }

    /// Creates a worker whose store serves a function of this name.
    pub fn serving(store: S, name: &'static str, policy: JoinPolicy) -> Self {
        let identity = identity(name, policy.inputs);
        store.declare(identity.lists(policy.lists).optional(policy.optional));
        Self { store, policy }
    }

    /// Makes an arrival.
    pub async fn arrive(&self, key: &str, input: u8, token: Token) -> ArriveResponse<Payload> {
        self.arrive_with(key, input, Payload::new(input.into()), token)
            .await
    }

    /// Makes an arrival with this payload.
    pub async fn arrive_with(
        &self,
        key: &str,
        input: impl Into<ArrivingInput<'_>>,
        payload: Payload,
        token: Token,
    ) -> ArriveResponse<Payload> {
        let arrived = self
            .store
            .arrive(key, &self.policy, input.into(), payload, token);
        arrived.await.expect("an arrival")
    }

    /// Makes an arrival that waits, while no other join is overdue.
    pub async fn waits(&self, key: &str, input: u8) {
        let arrived = self.arrive(key, input, Token::random()).await;
        let ArriveResponse {
            verdict, overdue, ..
        } = arrived;
        assert!(matches!(verdict, Verdict::Waiting(_)), "{verdict:?}");
        assert!(overdue.is_none(), "{overdue:?}");
    }

    /// Makes an arrival, and returns the claim.
    pub async fn runs(&self, key: &str, input: u8) -> (Token, Claim<Payload>) {
        let token = Token::random();
        match self.arrive(key, input, token).await.verdict {
            Verdict::Run(claim) => (token, claim),
            verdict => panic!("{verdict:?}"),
        }
    }

    /// Makes all arrivals in order, and returns the claim.
    pub async fn complete(&self, key: &str) -> (Token, Claim<Payload>) {
        let last = self.policy.inputs - 1;
        for input in 0..last {
            self.waits(key, input).await;
        }
        self.runs(key, last).await
    }

    /// Settles a claim. Returns `true` if the store recorded it.
    pub async fn settle(&self, key: &str, token: Token, settlement: Settlement) -> bool {
        let settled = Change::Settle { token, settlement };
        let settled = self.store.apply(key, &self.policy, settled);
        settled.await.expect("a settlement")
    }

    /// Renews a claim. Returns `true` if the store extended the lease.
    pub async fn renew(&self, key: &str, token: Token) -> bool {
        let renewed = self.store.apply(key, &self.policy, Change::Renew { token });
        renewed.await.expect("a renewal")
    }

    /// Sweeps once.
    pub async fn sweep(&self, max: usize) -> DueClaims<Payload> {
        let swept = self.store.claim_due(&self.policy, Token::random(), max);
        swept.await.expect("what is due")
    }

    /// Claims due joins.
    pub async fn due(&self, max: usize) -> Vec<Due<Payload>> {
        self.sweep(max).await.claims
    }

    /// Claims the only due join.
    pub async fn one_due(&self) -> Due<Payload> {
        let [due] = <[_; 1]>::try_from(self.due(10).await).expect("one");
        due
    }

    /// Lists joins, as an operator does.
    pub async fn list(&self, which: JoinQuery<'_>) -> Vec<JoinSummary> {
        let listed = self.store.list(&self.policy, which);
        listed.await.expect("a list")
    }

    /// Lists one join.
    pub async fn one(&self, key: &str) -> Option<JoinSummary> {
        let mut listed = self.list(JoinQuery::Key(key)).await;
        assert!(listed.len() <= 1, "{listed:?}");
        listed.pop()
    }

    /// Retries a join, as an operator does. Returns `true` if it will be tried again.
    pub async fn retry(&self, key: &str) -> bool {
        let retried = self.store.apply(key, &self.policy, Change::Retry);
        retried.await.expect("an operator's wish")
    }

    /// Forgets a join, as an operator does. Returns `true` if it was removed.
    pub async fn forget(&self, key: &str) -> bool {
        let forgotten = self.store.apply(key, &self.policy, Change::Forget);
        forgotten.await.expect("an operator's wish")
    }

    /// Returns the number of unsettled joins.
    pub async fn len(&self) -> usize {
        self.store.len().await.expect("a count")
    }

    /// Returns `true` if there are no unsettled joins.
    pub async fn is_empty(&self) -> bool {
        self.len().await == 0
    }
}

/// Returns the places and the ids of a claim's payloads.
#[must_use]
pub(super) fn ids(claim: &Claim<Payload>) -> Vec<(u8, u64)> {
    let id = |input: &linked_span::fan_in::Input<Payload>| {
        assert_eq!(*input.payload, Payload::new(input.payload.id));
        (input.place, input.payload.id)
    };
    claim.inputs.iter().map(id).collect()
}
