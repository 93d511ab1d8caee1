//! The store that a rule checks, and the calls that a worker makes.

use std::fmt;
use std::time::Duration;

use crate::fan_in::{
    ArriveResponse, ArrivingInput, Change, Claim, Due, DueClaims, FanInIdentity, JoinPolicy,
    JoinQuery, JoinSummary, ParkCounts, Settlement, Store, StoreError, Token, Verdict, Work,
};

/// The result of a check. The error says what the store did instead.
pub(super) type Checked<T = ()> = Result<T, String>;

/// Times in checks differ by at least this much, because a store's clock may advance while a check runs.
pub(super) const MINUTE: Duration = Duration::from_secs(60);

/// The policy of most checks.
pub(super) const POLICY: JoinPolicy = JoinPolicy::new(2)
    .timeout(Duration::from_secs(60 * 60))
    .lease(Duration::from_secs(5 * 60))
    .backoff(Duration::from_secs(2 * 60))
    .dedup_window(Duration::from_secs(600 * 60))
    .max_attempts(u32::MAX);

/// The report of a call that has parked no join.
pub(super) const NONE_PARKED: ParkCounts = exhausted(0);

/// All settlements.
pub(super) const SETTLEMENTS: [Settlement; 6] = [
    Settlement::Completed,
    Settlement::Failed,
    Settlement::ExpiryDelivered,
    Settlement::ExpiryFailed,
    Settlement::Undecodable,
    Settlement::Released,
];

const INPUTS: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];

const TYPES: [&str; 12] = ["String"; 12];

/// An empty store, its clock, and the policy of the joins.
pub(super) struct Subject<S, T> {
    pub(super) store: S,
    pass: T,
    pub(super) policy: JoinPolicy,
}

/// Returns an error unless the condition holds.
macro_rules! ensure {
    ($holds:expr, $($what:tt)+) => {
        if !$holds {
            return Err(format!($($what)+));
        }
    };
}
pub(super) use ensure;

/// Returns an error unless both are equal.
#[expect(
    clippy::needless_pass_by_value,
    reason = "callers compare values that they do not keep"
)]
pub(super) fn equal<T: PartialEq + fmt::Debug>(what: &str, found: T, expected: T) -> Checked {
    ensure!(
        found == expected,
        "{what} must be {expected:?}, and is {found:?}"
    );
    Ok(())
}

/// Returns the report of a call that has parked joins because their last worker died.
pub(super) const fn exhausted(attempts: usize) -> ParkCounts {
    ParkCounts {
        attempts,
        undecodable: 0,
    }
}

/// Returns the payload of the input at this place.
pub(super) fn payload(input: u8) -> String {
    format!("\"{input}\", \\ \0 \u{1F980} {{}} %s $1 ?1\n")
}

/// Returns an error unless the claim has this work, this number of attempts, and these inputs.
pub(super) fn is_claim(
    claim: &Claim<String>,
    work: Work,
    attempts: u32,
    inputs: &[Option<u8>],
) -> Checked {
    equal("the work of the claim", claim.work, work)?;
    equal("the attempts of the claim", claim.attempts, attempts)?;
    let found = claim.inputs.iter();
    let found: Vec<_> = found
        .map(|input| (input.place, (*input.payload).clone()))
        .collect();
    let expected = (0..).zip(inputs);
    let expected = expected.filter_map(|(place, input)| Some((place, payload((*input)?))));
    let expected: Vec<(u8, String)> = expected.collect();
    equal("the inputs of the claim", found, expected)
}

impl<S: Store<String>, T: AsyncFn(Duration)> Subject<S, T> {
    /// Declares a function for an empty store.
    pub(super) fn new((store, pass): (S, T), policy: JoinPolicy) -> Self {
        let inputs = usize::from(policy.inputs);
        let identity = FanInIdentity::new("conformance", &INPUTS[..inputs], &TYPES[..inputs]);
        store.declare(identity.lists(policy.lists).optional(policy.optional));
        Self {
            store,
            pass,
            policy,
        }
    }

    /// Lets this time pass by the store's clock.
    pub(super) async fn pass(&self, span: Duration) {
        (self.pass)(span).await;
    }

    pub(super) async fn arrive(
        &self,
        key: &str,
        input: u8,
        token: Token,
    ) -> Checked<ArriveResponse<String>> {
        self.arrive_with(key, input, payload(input), token).await
    }

    pub(super) async fn arrive_with(
        &self,
        key: &str,
        input: u8,
        payload: String,
        token: Token,
    ) -> Checked<ArriveResponse<String>> {
        self.arrive_as(key, input.into(), payload, token).await
    }

    pub(super) async fn arrive_as(
        &self,
        key: &str,
        input: ArrivingInput<'_>,
        payload: String,
        token: Token,
    ) -> Checked<ArriveResponse<String>> {
        let arrived = self.store.arrive(key, &self.policy, input, payload, token);
        let failed = |error: &StoreError| format!("`arrive` failed: {error}");
        arrived.await.map_err(|rejected| failed(&rejected.error))
    }

    /// Makes an arrival that must leave the join incomplete, while no other join is overdue.
    pub(super) async fn waits(&self, key: &str, input: u8) -> Checked {
        let ArriveResponse {
            verdict,
            overdue,
            parked,
        } = self.arrive(key, input, Token::random()).await?;
        let Verdict::Waiting(arrived) = verdict else {
            return Err(format!(
                "input {input} of `{key}` must wait, and the verdict is {verdict:?}"
            ));
        };
        ensure!(
            arrived.came.contains(input),
            "`Waiting` must list input {input}, and has {arrived:?}"
        );
        ensure!(
            overdue.is_none(),
            "no other join is overdue, and the arrival claims {overdue:?}"
        );
        equal("the joins that the arrival parks", parked, NONE_PARKED)
    }

    /// Makes an arrival that must claim the join for a run.
    pub(super) async fn runs(&self, key: &str, input: u8) -> Checked<(Token, Claim<String>)> {
        let token = Token::random();
        match self.arrive(key, input, token).await?.verdict {
            Verdict::Run(claim) => Ok((token, claim)),
            verdict => Err(format!(
                "input {input} must run `{key}`, and the verdict is {verdict:?}"
            )),
        }
    }

    /// Makes all arrivals in order, and returns the claim.
    pub(super) async fn complete(&self, key: &str) -> Checked<(Token, Claim<String>)> {
        let last = self.policy.inputs - 1;
        for input in 0..last {
            self.waits(key, input).await?;
        }
        self.runs(key, last).await
    }

    /// Completes the join, and settles its body.
    pub(super) async fn ends(&self, key: &str, settlement: Settlement) -> Checked {
        let (token, _) = self.complete(key).await?;
        self.settles(key, token, settlement).await
    }

    /// Settles a claim, which the store must record.
    pub(super) async fn settles(&self, key: &str, token: Token, settlement: Settlement) -> Checked {
        ensure!(
            self.settle(key, token, settlement).await?,
            "`{settlement:?}` by the holder of `{key}` must be recorded"
        );
        Ok(())
    }

    /// Settles a claim, which the store must reject.
    pub(super) async fn rejects(&self, key: &str, token: Token, settlement: Settlement) -> Checked {
        ensure!(
            !self.settle(key, token, settlement).await?,
            "`{settlement:?}` must be rejected: the token does not hold `{key}` for that"
        );
        Ok(())
    }

    /// Settles a claim. Returns `true` if the store records it.
    pub(super) async fn settle(
        &self,
        key: &str,
        token: Token,
        settlement: Settlement,
    ) -> Checked<bool> {
        self.apply(key, Change::Settle { token, settlement }).await
    }

    pub(super) async fn apply(&self, key: &str, change: Change) -> Checked<bool> {
        let applied = self.store.apply(key, &self.policy, change).await;
        applied.map_err(|error| format!("`apply` failed: {error}"))
    }

    /// Returns an error unless the store's answer to the change is this one.
    pub(super) async fn answers(&self, key: &str, change: Change, expected: bool) -> Checked {
        let answer = self.apply(key, change).await?;
        equal(&format!("the answer to {change:?}"), answer, expected)
    }

    /// Sweeps once.
    pub(super) async fn sweep(&self, token: Token, max: usize) -> Checked<DueClaims<String>> {
        let due = self.store.claim_due(&self.policy, token, max).await;
        due.map_err(|error| format!("`claim_due` failed: {error}"))
    }

    /// Sweeps, and returns the claims. The sweep must park no join.
    pub(super) async fn due(&self, token: Token, max: usize) -> Checked<Vec<Due<String>>> {
        let DueClaims { claims, parked } = self.sweep(token, max).await?;
        equal("the joins that the sweep parks", parked, NONE_PARKED)?;
        Ok(claims)
    }

    /// Sweeps, and returns the only due join, which must have this key.
    pub(super) async fn one_due(&self, key: &str) -> Checked<Due<String>> {
        let due = self.due(Token::random(), 10).await?;
        match <[_; 1]>::try_from(due) {
            Ok([due]) if due.key == key => Ok(due),
            Ok([due]) => Err(format!("`{key}` must be due, and the sweep claims {due:?}")),
            Err(due) => Err(format!(
                "`{key}` alone must be due, and the sweep claims {due:?}"
            )),
        }
    }

    /// Sweeps, and returns an error if a join is due.
    pub(super) async fn none_due(&self) -> Checked {
        let due = self.due(Token::random(), 10).await?;
        ensure!(
            due.is_empty(),
            "no join is due, and the sweep claims {due:?}"
        );
        Ok(())
    }

    pub(super) async fn list(&self, query: JoinQuery<'_>) -> Checked<Vec<JoinSummary>> {
        let listed = self.store.list(&self.policy, query).await;
        listed.map_err(|error| format!("`list` failed: {error}"))
    }

    /// Returns the keys that a query lists.
    pub(super) async fn keys(&self, query: JoinQuery<'_>) -> Checked<Vec<String>> {
        let listed = self.list(query).await?;
        Ok(listed.into_iter().map(|join| join.key).collect())
    }

    /// Lists one join.
    pub(super) async fn one(&self, key: &str) -> Checked<Option<JoinSummary>> {
        let mut listed = self.list(JoinQuery::Key(key)).await?;
        ensure!(
            listed.len() <= 1,
            "one join has the key `{key}`, and the list has {listed:?}"
        );
        Ok(listed.pop())
    }

    /// Returns an error unless the store counts this many joins.
    pub(super) async fn counts(&self, expected: usize) -> Checked {
        let len = self.store.len().await;
        let len = len.map_err(|error| format!("`len` failed: {error}"))?;
        equal("`len`", len, expected)
    }
}
