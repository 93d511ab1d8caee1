//! Calls whose reply was lost, and which are repeated with the same token.

use linked_span::fan_in::{Settlement, Token, Verdict, Work};

use super::worker::{Worker, ids};
use crate::{Fixture, MINUTE, RULES};

/// The repeated call confirms a claim, or an input that waits.
pub async fn repeated_arrival_returns_the_same_claim<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    let token = Token::random();
    let mut verdicts = Vec::new();
    for input in [0, 0, 1, 1] {
        verdicts.push(worker.arrive("order", input, token).await.verdict);
    }
    assert!(matches!(verdicts[0], Verdict::Waiting(_)), "{verdicts:?}");
    assert!(matches!(verdicts[1], Verdict::Duplicate(_)), "{verdicts:?}");
    for verdict in &verdicts[2..] {
        let Verdict::Run(claim) = verdict else {
            panic!("{verdict:?}");
        };
        assert_eq!((claim.work, claim.attempts), (Work::Run, 1));
        assert_eq!(ids(claim), [Some(0), Some(1)]);
    }
    assert!(worker.settle("order", token, Settlement::Completed).await);
}

/// The repeated call records nothing else.
pub async fn repeated_success_is_recorded_once<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    let (token, _) = worker.complete("order").await;
    for _ in 0..2 {
        assert!(worker.settle("order", token, Settlement::Completed).await);
    }
    let others = [
        Settlement::Failed,
        Settlement::ExpiryDelivered,
        Settlement::ExpiryFailed,
        Settlement::Undecodable,
        Settlement::Released,
    ];
    for other in others {
        assert!(!worker.settle("order", token, other).await, "{other:?}");
    }
    assert!(!worker.renew("order", token).await);
}

/// A repeated arrival also confirms its claim of an expired join.
pub async fn repeated_delivery_is_recorded_once<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    worker.waits("order", 0).await;
    fixture.pass(RULES.timeout + MINUTE).await;
    let token = Token::random();
    for _ in 0..2 {
        let verdict = worker.arrive("order", 1, token).await.verdict;
        let Verdict::DeliverExpired { claim, .. } = verdict else {
            panic!("{verdict:?}");
        };
        assert_eq!(ids(&claim), [Some(0), None]);
    }
    for _ in 0..2 {
        assert!(
            worker
                .settle("order", token, Settlement::ExpiryDelivered)
                .await
        );
    }
    assert!(
        !worker
            .settle("order", token, Settlement::ExpiryFailed)
            .await
    );
}
