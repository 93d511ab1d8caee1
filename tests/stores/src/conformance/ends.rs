//! Every join ends, and is removed after the dedup window.

use std::collections::BTreeSet;

use linked_span::fan_in::{Settlement, Token, Verdict, Work};

use super::worker::{Worker, ids};
use crate::{Fixture, MINUTE, POLICY};

/// An arrival delivers one overdue join at a time.
pub async fn arrival_delivers_another_overdue_join<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    for key in ["first", "second"] {
        worker.waits(key, 0).await;
    }
    fixture.pass(POLICY.timeout + MINUTE).await;
    let mut found = Vec::new();
    for key in ["a", "b", "c"] {
        let token = Token::random();
        let arrived = worker.arrive(key, 0, token).await;
        assert!(matches!(arrived.verdict, Verdict::Waiting(_)));
        if let Some(due) = arrived.overdue {
            assert_eq!((due.token, due.claim.work), (token, Work::DeliverExpired));
            assert_eq!(ids(&due.claim), [(0, 0)]);
            assert!(
                worker
                    .settle(&due.key, token, Settlement::ExpiryDelivered)
                    .await
            );
            found.push(due.key);
        }
    }
    found.sort();
    // An arrival in memory does not search all shards.
    if F::IS_DURABLE {
        assert_eq!(found, ["first", "second"]);
        assert_eq!(worker.len().await, 3);
    }
}

/// The reply may be any: a first, second or last input, or one that is not accepted.
pub async fn arrival_with_any_reply_delivers_another_overdue_join<F: Fixture>() {
    let fixture = F::begin().await;
    let hasty = Worker::with(&fixture, POLICY.inputs(3)).await;
    let patient = POLICY
        .inputs(3)
        .timeout(10 * POLICY.timeout)
        .lease(10 * POLICY.timeout)
        .max_attempts(1);
    let patient = Worker::with(&fixture, patient).await;
    for (key, settlement) in [
        ("completed", Settlement::Completed),
        ("parked", Settlement::Failed),
    ] {
        let (token, _) = patient.complete(key).await;
        assert!(patient.settle(key, token, settlement).await);
    }
    let [first, last] = [Token(1), Token(2)];
    let arrivals = [
        ("late", 1, first, "DeliverExpired"),
        ("late", 1, last, "Expired"),
        ("order", 0, first, "Waiting"),
        ("order", 1, first, "Waiting"),
        ("order", 1, last, "Duplicate"),
        ("order", 2, last, "Run"),
        ("order", 2, last, "Run"),
        ("order", 2, first, "Busy"),
        ("completed", 0, first, "Completed"),
        ("parked", 0, first, "Parked"),
    ];
    hasty.waits("late", 0).await;
    for number in 0..arrivals.len() {
        hasty.waits(&format!("half {number}"), 0).await;
    }
    fixture.pass(POLICY.timeout + MINUTE).await;
    let mut found = BTreeSet::new();
    for (key, input, token, verdict) in arrivals {
        let arrived = patient.arrive(key, input, token).await;
        assert!(
            format!("{:?}", arrived.verdict).starts_with(verdict),
            "{verdict}: {arrived:?}"
        );
        let due = arrived.overdue.expect(verdict);
        assert_eq!((due.token, due.claim.work), (token, Work::DeliverExpired));
        assert!(due.key.starts_with("half"), "{due:?}");
        assert!(found.insert(due.key), "{found:?}");
    }
}

/// No sweep is needed.
pub async fn arrival_removes_joins_after_the_dedup_window<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    let (token, _) = worker.complete("done").await;
    assert!(worker.settle("done", token, Settlement::Completed).await);
    fixture.pass(POLICY.dedup_window + MINUTE).await;
    worker.waits("order", 0).await;
    assert!(worker.forget("order").await);
    assert_eq!(fixture.rows().await, 0);
}

/// The deadline depends on the store's clock only.
pub async fn deadline_passes_without_a_process<F: Fixture>() {
    let fixture = F::begin().await;
    {
        let before = Worker::of(&fixture).await;
        before.waits("half", 0).await;
        let (token, _) = before.complete("failed").await;
        assert!(before.settle("failed", token, Settlement::Failed).await);
        let (token, _) = before.complete("done").await;
        assert!(before.settle("done", token, Settlement::Completed).await);
    }
    fixture.pass(POLICY.timeout + MINUTE).await;
    let after = Worker::of(&fixture).await;
    let mut due = after.due(10).await;
    due.sort_by(|one, other| one.key.cmp(&other.key));
    let [failed, half] = <[_; 2]>::try_from(due).expect("two");
    assert_eq!(
        (failed.key.as_str(), failed.claim.work),
        ("failed", Work::DeliverExpired)
    );
    assert_eq!(
        (half.key.as_str(), half.claim.work),
        ("half", Work::DeliverExpired)
    );
    let done = after.arrive("done", 0, Token::random()).await;
    assert!(matches!(done.verdict, Verdict::Completed(_)), "{done:?}");
}

/// The store keeps neither rows nor keys.
pub async fn thousand_joins_leave_no_rows<F: Fixture>() {
    joins_leave_no_rows::<F>(1_000).await;
}

/// The same for ten times as many.
pub async fn ten_thousand_joins_leave_no_rows<F: Fixture>() {
    joins_leave_no_rows::<F>(10_000).await;
}

async fn joins_leave_no_rows<F: Fixture>(joins: usize) {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    let mut tasks = tokio::task::JoinSet::new();
    for part in 0..10 {
        let worker = worker.clone();
        tasks.spawn(async move {
            for number in (part..joins).step_by(10) {
                let key = format!("order-{number}");
                worker.waits(&key, 0).await;
                if number % 2 == 0 {
                    let (token, _) = worker.runs(&key, 1).await;
                    assert!(worker.settle(&key, token, Settlement::Completed).await);
                }
            }
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    assert_eq!(worker.len().await, joins / 2);
    assert!(fixture.rows().await >= joins);
    fixture.pass(POLICY.timeout + MINUTE).await;
    loop {
        let due = worker.due(joins / 20).await;
        if due.is_empty() {
            break;
        }
        for due in due {
            assert!(
                worker
                    .settle(&due.key, due.token, Settlement::ExpiryDelivered)
                    .await
            );
        }
    }
    assert!(worker.is_empty().await);
    fixture.pass(POLICY.dedup_window + MINUTE).await;
    for _ in 0..10 {
        assert!(worker.due(500).await.is_empty());
    }
    assert_eq!(fixture.rows().await, 0);
}
