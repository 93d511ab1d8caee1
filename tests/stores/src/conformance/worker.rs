//! A worker with a store, as the tests use it.

use linked_span::fan_in::{
    ArriveResponse, Change, Claim, Due, FanInIdentity, JoinPolicy, JoinQuery, JoinSummary,
    Operator, Settlement, Store, Token, Verdict,
};

use crate::{Fixture, Payload, RULES};

/// A process that has the joins of one function open.
#[derive(Clone, Debug)]
pub struct Worker<S> {
    /// Where they are.
    pub store: S,
    /// Of the function.
    pub rules: JoinPolicy,
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
    /// One that serves a function of two inputs.
    pub async fn of<F: Fixture<Store = S>>(fixture: &F) -> Self {
        Self::with(fixture, RULES).await
    }

    /// One with these rules.
    pub async fn with<F: Fixture<Store = S>>(fixture: &F, rules: JoinPolicy) -> Self {
        Self::named(fixture, "ship", rules).await
    }

    /// One of a function of this name.
    pub async fn named<F: Fixture<Store = S>>(
        fixture: &F,
        name: &'static str,
        rules: JoinPolicy,
    ) -> Self {
        Self::serving(fixture.open(name).await, name, rules)
    }

    /// One whose store serves a function of this name.
    pub fn serving(store: S, name: &'static str, rules: JoinPolicy) -> Self {
        store.declare(identity(name, rules.inputs));
        Self { store, rules }
    }

    /// An input arrives.
    pub async fn arrive(&self, key: &str, input: u8, token: Token) -> ArriveResponse<Payload> {
        self.arrive_with(key, input, Payload::new(input.into()), token)
            .await
    }

    /// An input arrives with this payload.
    pub async fn arrive_with(
        &self,
        key: &str,
        input: u8,
        payload: Payload,
        token: Token,
    ) -> ArriveResponse<Payload> {
        let arrived = self.store.arrive(key, &self.rules, input, payload, token);
        arrived.await.expect("an arrival")
    }

    /// An input arrives that is not the last, at a time when nothing else is overdue.
    pub async fn waits(&self, key: &str, input: u8) {
        let ArriveResponse { verdict, overdue } = self.arrive(key, input, Token::random()).await;
        assert!(matches!(verdict, Verdict::Waiting(_)), "{verdict:?}");
        assert!(overdue.is_none(), "{overdue:?}");
    }

    /// An input arrives, and the caller holds the join.
    pub async fn runs(&self, key: &str, input: u8) -> (Token, Claim<Payload>) {
        let token = Token::random();
        match self.arrive(key, input, token).await.verdict {
            Verdict::Run(claim) => (token, claim),
            verdict => panic!("{verdict:?}"),
        }
    }

    /// All inputs arrive, the first first, and the caller holds the join.
    pub async fn complete(&self, key: &str) -> (Token, Claim<Payload>) {
        let last = self.rules.inputs - 1;
        for input in 0..last {
            self.waits(key, input).await;
        }
        self.runs(key, last).await
    }

    /// Whether the settlement counts.
    pub async fn settle(&self, key: &str, token: Token, settlement: Settlement) -> bool {
        let settled = Change::Settle { token, settlement };
        let settled = self.store.apply(key, &self.rules, settled);
        settled.await.expect("a settlement")
    }

    /// Whether the renewal counts.
    pub async fn renew(&self, key: &str, token: Token) -> bool {
        let renewed = self.store.apply(key, &self.rules, Change::Renew { token });
        renewed.await.expect("a renewal")
    }

    /// What was due.
    pub async fn due(&self, max: usize) -> Vec<Due<Payload>> {
        let due = self.store.claim_due(&self.rules, Token::random(), max);
        due.await.expect("what is due")
    }

    /// The one that was due.
    pub async fn one_due(&self) -> Due<Payload> {
        let [due] = <[_; 1]>::try_from(self.due(10).await).expect("one");
        due
    }

    /// What an operator sees.
    pub async fn list(&self, which: JoinQuery<'_>) -> Vec<JoinSummary> {
        let listed = self.store.list(&self.rules, which);
        listed.await.expect("a list")
    }

    /// Lists one join.
    pub async fn one(&self, key: &str) -> Option<JoinSummary> {
        let mut listed = self.list(JoinQuery::Key(key)).await;
        assert!(listed.len() <= 1, "{listed:?}");
        listed.pop()
    }

    /// Whether it will be tried again.
    pub async fn retry(&self, key: &str) -> bool {
        let retried = self.store.apply(key, &self.rules, Change::Retry);
        retried.await.expect("an operator's wish")
    }

    /// Whether it is gone.
    pub async fn forget(&self, key: &str) -> bool {
        let forgotten = self.store.apply(key, &self.rules, Change::Forget);
        forgotten.await.expect("an operator's wish")
    }

    /// How many there are.
    pub async fn len(&self) -> usize {
        self.store.len().await.expect("a count")
    }

    /// Whether there is none.
    pub async fn is_empty(&self) -> bool {
        self.len().await == 0
    }
}

/// Which inputs a claim has.
#[must_use]
pub(super) fn ids(claim: &Claim<Payload>) -> Vec<Option<u64>> {
    let id = |input: &linked_span::fan_in::Input<Payload>| {
        assert_eq!(*input.payload, Payload::new(input.payload.id));
        input.payload.id
    };
    claim
        .inputs
        .iter()
        .map(|input| input.as_ref().map(id))
        .collect()
}
