//! Claims, and how they pass to another worker.

use std::time::Duration;

use linked_span::fan_in::{Settlement, Token, Verdict, Work};

use super::worker::{Worker, ids};
use crate::{Fixture, MINUTE, POLICY};

/// An arrival at another join cannot run this join's body.
pub async fn arrival_delivers_another_join_whose_worker_died<F: Fixture>() {
    let fixture = F::begin().await;
    let [here, there] = [Worker::of(&fixture).await, Worker::of(&fixture).await];
    let (first, _) = here.complete("order").await;
    fixture.pass(POLICY.lease + MINUTE).await;
    there.waits("another", 0).await;
    fixture.pass(POLICY.timeout - 10 * MINUTE).await;
    let token = Token::random();
    let opportunistic = there.arrive("another", 0, token).await;
    assert!(matches!(opportunistic.verdict, Verdict::Duplicate(_)));
    assert!(opportunistic.overdue.is_none());
    fixture.pass(8 * MINUTE).await;
    let overdue = there.arrive("a third", 0, token).await.overdue;
    let overdue = overdue.expect("its deadline is over");
    assert_eq!((overdue.key.as_str(), overdue.token), ("order", token));
    assert_eq!(
        (overdue.claim.work, overdue.claim.attempts),
        (Work::DeliverExpired, 1)
    );
    assert_eq!(ids(&overdue.claim), [(0, 0), (1, 1)]);
    assert!(!here.settle("order", first, Settlement::Completed).await);
    assert!(
        there
            .settle("order", token, Settlement::ExpiryDelivered)
            .await
    );
}

/// The next arrival finds the join at once, even if the previous one had nothing to do.
pub async fn join_released_past_its_deadline_is_found_at_once<F: Fixture>() {
    let fixture = F::begin().await;
    let policy = POLICY.lease(2 * POLICY.timeout);
    let worker = Worker::with(&fixture, policy).await;
    let (token, _) = worker.complete("order").await;
    fixture.pass(POLICY.timeout + MINUTE).await;
    for key in ["another", "a third"] {
        worker.waits(key, 0).await;
    }
    assert!(worker.settle("order", token, Settlement::Failed).await);
    let overdue = worker.arrive("a fourth", 0, Token::random()).await.overdue;
    let overdue = overdue.expect("its deadline is over");
    assert_eq!(
        (overdue.key.as_str(), overdue.claim.work),
        ("order", Work::DeliverExpired)
    );
    assert_eq!(overdue.claim.attempts, 1);
}

/// A call must not return its own claim again as another due join.
pub async fn claim_with_a_short_lease_is_returned_once<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    let policy = POLICY.timeout(Duration::ZERO).lease(Duration::ZERO);
    let hasty = Worker::with(&fixture, policy).await;
    worker.waits("order", 0).await;
    let last = hasty.arrive("order", 1, Token::random()).await;
    assert!(matches!(last.verdict, Verdict::Run(_)), "{last:?}");
    assert!(last.overdue.is_none(), "{last:?}");
    assert_eq!(hasty.due(10).await.len(), 1);
}
