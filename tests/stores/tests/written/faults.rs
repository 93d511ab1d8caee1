//! A store with one fault breaks a rule, and the suite names that rule.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use linked_span::fan_in::{
    ArriveResponse, ArrivingInput, Change, Claim, DueClaims, FanInIdentity, JoinPolicy, JoinQuery,
    JoinSummary, NO_LEASE, Operator, ParkCounts, Rejected, Settlement, Store, StoreError, Token,
    Verdict, Work,
};
use linked_span::testing::{self, Clock};
use linked_span_tests::Shelf;

/// What a store may get wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    ReplacesDuplicates,
    ClaimsTwice,
    IgnoresTokens,
    DoublesTheTimeout,
    LosesAnInput,
    DropsReleases,
    ListsTooFew,
    CountsEndedJoins,
    RenewsStaleTokens,
    RunsBeforeTheLastInput,
    ForgetsSuccesses,
    SweepsWithoutAClaim,
    NeverParks,
    CountsReleases,
    LeavesLeasesOpen,
    ChangesTokens,
    IgnoresCase,
    HasNoBackoff,
    KeepsInputsOfClosedJoins,
    NeverForgets,
    HidesParkedJoins,
    ReportsParkedJoinsAgain,
}

/// Each fault, with the rule that it breaks.
const FAULTS: [(Fault, &str); 22] = [
    (
        Fault::ReplacesDuplicates,
        "a duplicate input keeps the first",
    ),
    (Fault::ClaimsTwice, "one worker holds a join"),
    (Fault::IgnoresTokens, "only the token of a claim settles it"),
    (
        Fault::DoublesTheTimeout,
        "an incomplete join expires at its timeout",
    ),
    (
        Fault::LosesAnInput,
        "an input waits until all inputs have arrived",
    ),
    (
        Fault::DropsReleases,
        "a claim that its holder drops is released",
    ),
    (
        Fault::ListsTooFew,
        "the list has pages in the order of the keys",
    ),
    (
        Fault::CountsEndedJoins,
        "the count has all joins that have not ended",
    ),
    (
        Fault::RenewsStaleTokens,
        "only the token of a claim renews it",
    ),
    (
        Fault::RunsBeforeTheLastInput,
        "an input waits until all inputs have arrived",
    ),
    (
        Fault::ForgetsSuccesses,
        "an ended join is remembered for its dedup window",
    ),
    (
        Fault::SweepsWithoutAClaim,
        "concurrent sweeps claim a join once",
    ),
    (Fault::NeverParks, "a join is parked after its last attempt"),
    (
        Fault::CountsReleases,
        "a released claim is due at once, and no attempt",
    ),
    (Fault::LeavesLeasesOpen, "a lease ends"),
    (
        Fault::ChangesTokens,
        "a repeated arrival returns the same claim",
    ),
    (Fault::IgnoresCase, "a key may be any text"),
    (Fault::HasNoBackoff, "a failed body runs again"),
    (
        Fault::KeepsInputsOfClosedJoins,
        "a completed join returns its late inputs",
    ),
    (
        Fault::NeverForgets,
        "an ended join is remembered for its dedup window",
    ),
    (
        Fault::HidesParkedJoins,
        "a join that the store parks is reported once",
    ),
    (
        Fault::ReportsParkedJoinsAgain,
        "a join that the store parks is reported once",
    ),
];

/// A shelf with a fault, or with none.
struct Faulty {
    shelf: Shelf<String>,
    fault: Option<Fault>,
    /// The token of each key's latest claim.
    holders: Arc<Mutex<BTreeMap<String, Token>>>,
}

impl Faulty {
    fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    fn key(&self, key: &str) -> String {
        if self.has(Fault::IgnoresCase) {
            key.to_lowercase()
        } else {
            key.to_owned()
        }
    }

    fn policy(&self, policy: &JoinPolicy) -> JoinPolicy {
        match self.fault {
            Some(Fault::DoublesTheTimeout) => policy.timeout(2 * policy.timeout),
            Some(Fault::NeverParks) => policy.max_attempts(u32::MAX),
            Some(Fault::LeavesLeasesOpen) => policy.lease(NO_LEASE),
            Some(Fault::HasNoBackoff) => policy.backoff(Duration::ZERO),
            Some(Fault::NeverForgets) => policy.dedup_window(NO_LEASE),
            _ => *policy,
        }
    }

    fn holder(&self, key: &str) -> Option<Token> {
        self.holders.lock().unwrap().get(key).copied()
    }

    fn holds(&self, key: &str, token: Token) {
        self.holders.lock().unwrap().insert(key.to_owned(), token);
    }
}

impl Store<String> for Faulty {
    fn declare(&self, identity: FanInIdentity) {
        self.shelf.declare(identity);
    }

    async fn arrive(
        &self,
        key: &str,
        policy: &JoinPolicy,
        input: ArrivingInput<'_>,
        payload: String,
        token: Token,
    ) -> Result<ArriveResponse<String>, Rejected<String>> {
        let (key, policy) = (&*self.key(key), &self.policy(policy));
        let token = if self.has(Fault::ChangesTokens) {
            Token::random()
        } else {
            token
        };
        let again = payload.clone();
        let arrived = self.shelf.arrive(key, policy, input, payload, token);
        let mut arrived = arrived.await?;
        match (&mut arrived.verdict, self.fault) {
            (Verdict::Duplicate(_), Some(Fault::ReplacesDuplicates)) => {
                let forgotten = self.shelf.apply(key, policy, Change::Forget);
                forgotten.await.expect("a shelf does not fail");
                self.shelf.arrive(key, policy, input, again, token).await?;
            }
            (Verdict::Busy { .. }, Some(Fault::ClaimsTwice)) => {
                let token_of_another = self.holder(key).expect("a holder");
                self.shelf
                    .release(key, policy, token_of_another, Settlement::Released);
                arrived = self.shelf.arrive(key, policy, input, again, token).await?;
            }
            (Verdict::Run(claim), Some(Fault::LosesAnInput)) => drop(claim.inputs.remove(0)),
            (Verdict::Waiting(so_far), Some(Fault::RunsBeforeTheLastInput))
                if so_far.came.len() == 2 =>
            {
                arrived.verdict = Verdict::Run(Claim::new(Work::Run, 1, Vec::new()));
            }
            (Verdict::Completed(payload), Some(Fault::KeepsInputsOfClosedJoins)) => {
                payload.clear();
            }
            (Verdict::Parked(_), Some(Fault::ReportsParkedJoinsAgain)) => {
                arrived.parked.attempts = 1;
            }
            (_, Some(Fault::HidesParkedJoins)) => arrived.parked = ParkCounts::default(),
            _ => {}
        }
        if let Verdict::Run(_) | Verdict::DeliverExpired { .. } = arrived.verdict {
            self.holds(key, token);
        }
        Ok(arrived)
    }

    async fn apply(
        &self,
        key: &str,
        policy: &JoinPolicy,
        change: Change,
    ) -> Result<bool, StoreError> {
        let (key, policy) = (&*self.key(key), &self.policy(policy));
        let change = match (change, self.fault) {
            (Change::Settle { settlement, .. }, Some(Fault::IgnoresTokens)) => {
                let Some(token) = self.holder(key) else {
                    return Ok(false);
                };
                Change::Settle { token, settlement }
            }
            (
                Change::Settle {
                    token,
                    settlement: Settlement::Released,
                },
                Some(Fault::CountsReleases),
            ) => Change::Settle {
                token,
                settlement: Settlement::Failed,
            },
            (Change::Renew { .. }, Some(Fault::RenewsStaleTokens)) => return Ok(true),
            (change, _) => change,
        };
        let recorded = self.shelf.apply(key, policy, change).await?;
        let succeeds = matches!(
            change,
            Change::Settle {
                settlement: Settlement::Completed,
                ..
            }
        );
        if recorded && succeeds && self.has(Fault::ForgetsSuccesses) {
            self.shelf.apply(key, policy, Change::Forget).await?;
        }
        Ok(recorded)
    }

    async fn claim_due(
        &self,
        policy: &JoinPolicy,
        token: Token,
        max: usize,
    ) -> Result<DueClaims<String>, StoreError> {
        let policy = &self.policy(policy);
        let due = self.shelf.claim_due(policy, token, max).await?;
        for due in &due.claims {
            self.holds(&due.key, due.token);
            if self.has(Fault::SweepsWithoutAClaim) {
                self.shelf
                    .release(&due.key, policy, due.token, Settlement::Released);
            }
        }
        Ok(due)
    }

    fn release(&self, key: &str, policy: &JoinPolicy, token: Token, settlement: Settlement) {
        if !self.has(Fault::DropsReleases) {
            let policy = &self.policy(policy);
            self.shelf
                .release(&self.key(key), policy, token, settlement);
        }
    }

    fn is_durable(&self) -> bool {
        Store::<String>::is_durable(&self.shelf)
    }
}

impl Operator for Faulty {
    async fn len(&self) -> Result<usize, StoreError> {
        if self.has(Fault::CountsEndedJoins) {
            return Ok(self.shelf.rows());
        }
        self.shelf.len().await
    }

    async fn list(
        &self,
        policy: &JoinPolicy,
        query: JoinQuery<'_>,
    ) -> Result<Vec<JoinSummary>, StoreError> {
        let mut listed = self.shelf.list(&self.policy(policy), query).await?;
        if self.has(Fault::ListsTooFew) && listed.len() > 1 {
            listed.remove(0);
        }
        Ok(listed)
    }
}

async fn check(fault: Option<Fault>, is_durable: bool) {
    testing::conformance(async || {
        let clock = Clock::new();
        let store = Faulty {
            shelf: Shelf::new(is_durable, clock.reader()),
            fault,
            holders: Arc::default(),
        };
        (store, async move |span| clock.advance(span))
    })
    .await;
}

#[tokio::test]
async fn written_store_keeps_the_rules_of_lists() {
    testing::list_conformance(async || {
        let clock = Clock::new();
        let shelf = Shelf::new(false, clock.reader());
        (shelf, async move |span| clock.advance(span))
    })
    .await;
}

#[tokio::test]
async fn written_store_keeps_every_rule() {
    check(None, false).await;
}

#[tokio::test]
async fn written_store_with_leases_keeps_every_rule() {
    check(None, true).await;
}

/// The suite mostly waits, so the faults share the time.
#[test]
fn fault_of_a_store_is_reported_with_its_rule() {
    thread::scope(|scope| {
        let begin = |(fault, rule)| {
            let run = move || {
                let runtime = tokio::runtime::Builder::new_current_thread().build();
                let runtime = runtime.unwrap();
                runtime.block_on(check(Some(fault), true));
            };
            (fault, rule, scope.spawn(run))
        };
        for (fault, rule, checked) in FAULTS.map(begin) {
            let broken = checked.join();
            let broken = broken.expect_err(&format!("{fault:?} breaks no rule"));
            let message = broken.downcast_ref::<String>().expect("a message");
            assert!(
                message.contains(&format!("\n- {rule}: ")),
                "{fault:?} must break the rule \"{rule}\": {message}"
            );
        }
    });
}
