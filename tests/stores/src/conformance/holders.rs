//! Claims, and how they pass to another worker.

use std::time::Duration;

use linked_span::fan_in::{Settlement, Status, Token, Verdict, Work};
use linked_span_tests::joins::SETTLEMENTS;

use super::worker::{Worker, ids};
use crate::{Fixture, MINUTE, RULES};

/// A settlement with another token, or of the other kind of work, has no effect.
pub async fn settlement_of_another_token_is_rejected<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    let stranger = Token::random();
    for settlement in SETTLEMENTS {
        assert!(!worker.settle("order", stranger, settlement).await);
    }
    let (token, _) = worker.complete("order").await;
    for settlement in SETTLEMENTS {
        assert!(!worker.settle("order", stranger, settlement).await);
    }
    for settlement in [Settlement::ExpiryDelivered, Settlement::ExpiryFailed] {
        assert!(!worker.settle("order", token, settlement).await);
    }
    assert!(!worker.renew("order", stranger).await);
    assert!(worker.renew("order", token).await);
    assert!(worker.settle("order", token, Settlement::Completed).await);
}

/// The join returns to its earlier state.
pub async fn released_claim_is_due_at_once_and_no_attempt<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    let (token, _) = worker.complete("order").await;
    assert!(worker.settle("order", token, Settlement::Released).await);
    let due = worker.one_due().await;
    assert_eq!((due.claim.work, due.claim.attempts), (Work::Run, 1));
    assert!(
        worker
            .settle("order", due.token, Settlement::Released)
            .await
    );
    // A join whose body never started runs even past its deadline.
    fixture.pass(RULES.timeout + MINUTE).await;
    let due = worker.one_due().await;
    assert_eq!((due.claim.work, due.claim.attempts), (Work::Run, 1));
    assert!(worker.settle("order", due.token, Settlement::Failed).await);
    let due = worker.one_due().await;
    assert_eq!(
        (due.claim.work, due.claim.attempts),
        (Work::DeliverExpired, 1)
    );
    assert!(
        worker
            .settle("order", due.token, Settlement::Released)
            .await
    );
    assert_eq!(worker.one_due().await.claim.work, Work::DeliverExpired);
}

/// The join keeps every input.
pub async fn what_failed_is_run_by_an_arrival_at_once_and_by_a_sweep_after_the_backoff<
    F: Fixture,
>() {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    let (token, _) = worker.complete("order").await;
    assert!(worker.settle("order", token, Settlement::Failed).await);
    assert!(!worker.settle("order", token, Settlement::Completed).await);
    assert!(worker.due(10).await.is_empty());
    let (token, claim) = worker.runs("order", 0).await;
    assert_eq!((ids(&claim), claim.attempts), (vec![Some(0), Some(1)], 2));
    assert!(worker.settle("order", token, Settlement::Failed).await);
    fixture.pass(RULES.backoff + MINUTE).await;
    let due = worker.one_due().await;
    assert_eq!(due.key, "order");
    assert_eq!((due.claim.work, due.claim.attempts), (Work::Run, 3));
    assert_eq!(ids(&due.claim), [Some(0), Some(1)]);
    assert!(worker.due(10).await.is_empty());
    assert!(
        worker
            .settle("order", due.token, Settlement::Completed)
            .await
    );
    assert!(worker.is_empty().await);
}

/// The claim has every input, and counts one more attempt.
pub async fn arrival_after_the_lease_claims_the_join<F: Fixture>() {
    let fixture = F::begin().await;
    let [here, there] = [Worker::of(&fixture).await, Worker::of(&fixture).await];
    let (first, _) = here.complete("order").await;
    fixture.pass(RULES.lease + MINUTE).await;
    let (second, claim) = there.runs("order", 0).await;
    assert_eq!((ids(&claim), claim.attempts), (vec![Some(0), Some(1)], 2));
    assert!(!here.settle("order", first, Settlement::Completed).await);
    assert!(there.settle("order", second, Settlement::Completed).await);
    assert!(!here.settle("order", first, Settlement::Completed).await);
}

/// The body runs again before the join expires.
pub async fn sweep_after_the_lease_claims_the_join_past_its_deadline<F: Fixture>() {
    let fixture = F::begin().await;
    let [here, there] = [Worker::of(&fixture).await, Worker::of(&fixture).await];
    let (first, _) = here.complete("order").await;
    assert!(there.due(10).await.is_empty());
    fixture.pass(RULES.timeout + MINUTE).await;
    let due = there.one_due().await;
    assert_eq!((due.claim.work, due.claim.attempts), (Work::Run, 2));
    assert!(!here.renew("order", first).await);
    assert!(
        there
            .settle("order", due.token, Settlement::Completed)
            .await
    );
}

/// An arrival at another join cannot run this join's body.
pub async fn arrival_delivers_another_join_whose_worker_died<F: Fixture>() {
    let fixture = F::begin().await;
    let [here, there] = [Worker::of(&fixture).await, Worker::of(&fixture).await];
    let (first, _) = here.complete("order").await;
    fixture.pass(RULES.lease + MINUTE).await;
    there.waits("another", 0).await;
    fixture.pass(RULES.timeout - 10 * MINUTE).await;
    let token = Token::random();
    let passing = there.arrive("another", 0, token).await;
    assert!(matches!(passing.verdict, Verdict::Duplicate(_)));
    assert!(passing.overdue.is_none());
    fixture.pass(8 * MINUTE).await;
    let overdue = there.arrive("a third", 0, token).await.overdue;
    let overdue = overdue.expect("its deadline is over");
    assert_eq!((overdue.key.as_str(), overdue.token), ("order", token));
    assert_eq!(
        (overdue.claim.work, overdue.claim.attempts),
        (Work::DeliverExpired, 1)
    );
    assert_eq!(ids(&overdue.claim), [Some(0), Some(1)]);
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
    let rules = RULES.lease(2 * RULES.timeout);
    let worker = Worker::with(&fixture, rules).await;
    let (token, _) = worker.complete("order").await;
    fixture.pass(RULES.timeout + MINUTE).await;
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

/// The new lease starts at the renewal.
pub async fn renewal_extends_the_lease<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    let (token, _) = worker.complete("order").await;
    for _ in 0..3 {
        fixture.pass(RULES.lease - MINUTE).await;
        assert!(worker.renew("order", token).await);
    }
    assert!(worker.due(10).await.is_empty());
    assert!(worker.settle("order", token, Settlement::Completed).await);

    worker.waits("half", 0).await;
    fixture.pass(RULES.timeout + MINUTE).await;
    let due = worker.one_due().await;
    for _ in 0..3 {
        fixture.pass(RULES.lease - MINUTE).await;
        assert!(worker.renew("half", due.token).await);
    }
    assert!(worker.due(10).await.is_empty());
    assert!(
        worker
            .settle("half", due.token, Settlement::ExpiryDelivered)
            .await
    );
}

/// For a run and for a delivery to `on_expired`.
pub async fn stale_token_is_rejected_by_every_settlement<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    let (stale, _) = worker.complete("order").await;
    fixture.pass(RULES.lease + MINUTE).await;
    let (token, _) = worker.runs("order", 1).await;
    for settlement in SETTLEMENTS {
        assert!(!worker.settle("order", stale, settlement).await);
    }
    assert!(!worker.renew("order", stale).await);
    assert_eq!(worker.one("order").await.unwrap().status, Status::Running);
    assert!(worker.settle("order", token, Settlement::Completed).await);
    for settlement in SETTLEMENTS {
        assert!(!worker.settle("order", stale, settlement).await);
    }

    worker.waits("half", 0).await;
    fixture.pass(RULES.timeout + MINUTE).await;
    let stale = worker.one_due().await.token;
    fixture.pass(RULES.lease + MINUTE).await;
    let token = worker.one_due().await.token;
    for settlement in SETTLEMENTS {
        assert!(!worker.settle("half", stale, settlement).await);
    }
    assert!(!worker.renew("half", stale).await);
    assert!(
        worker
            .settle("half", token, Settlement::ExpiryDelivered)
            .await
    );
    for settlement in SETTLEMENTS {
        assert!(!worker.settle("half", stale, settlement).await);
    }
}

/// A call must not return its own claim again as another due join.
pub async fn claim_with_a_short_lease_is_returned_once<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    let rules = RULES.timeout(Duration::ZERO).lease(Duration::ZERO);
    let hasty = Worker::with(&fixture, rules).await;
    worker.waits("order", 0).await;
    let last = hasty.arrive("order", 1, Token::random()).await;
    assert!(matches!(last.verdict, Verdict::Run(_)), "{last:?}");
    assert!(last.overdue.is_none(), "{last:?}");
    assert_eq!(hasty.due(10).await.len(), 1);
}

/// The rest is measured by the store's clock.
pub async fn busy_arrival_returns_the_rest_of_the_lease<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    let (token, _) = worker.complete("order").await;
    fixture.pass(2 * MINUTE).await;
    for input in [0, 1] {
        let arrived = worker.arrive("order", input, Token::random()).await;
        let Verdict::Busy { retry_after } = arrived.verdict else {
            panic!("{arrived:?}");
        };
        let left = RULES.lease - 2 * MINUTE;
        assert!(
            (left - MINUTE..=left).contains(&retry_after),
            "{retry_after:?}"
        );
    }
    assert!(worker.settle("order", token, Settlement::Completed).await);
}
