//! Every join ends, and is removed after the dedup window.

use std::collections::BTreeSet;

use linked_span::fan_in::{Settlement, Status, Token, Verdict, Work};

use super::worker::{Worker, ids};
use crate::{Fixture, MINUTE, RULES};

/// The sweep delivers it once, with the received inputs.
pub async fn sweep_delivers_an_expired_incomplete_join<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    worker.waits("order", 1).await;
    fixture.pass(RULES.timeout - MINUTE).await;
    assert!(worker.due(10).await.is_empty());
    fixture.pass(2 * MINUTE).await;
    let due = worker.one_due().await;
    assert_eq!(
        (due.claim.work, due.claim.attempts),
        (Work::DeliverExpired, 0)
    );
    assert_eq!(
        (due.key.as_str(), ids(&due.claim)),
        ("order", vec![None, Some(1)])
    );
    assert!(worker.due(10).await.is_empty());
    assert_eq!(worker.len().await, 1);
    assert!(
        worker
            .settle("order", due.token, Settlement::ExpiryDelivered)
            .await
    );
    assert!(worker.is_empty().await);
}

/// The caller gets its input back.
pub async fn arrival_at_an_expired_join_delivers_it_without_the_input<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    worker.waits("order", 0).await;
    fixture.pass(RULES.timeout + MINUTE).await;
    let token = Token::random();
    let arrived = worker.arrive("order", 1, token).await;
    let Verdict::DeliverExpired { claim, payload } = arrived.verdict else {
        panic!("{arrived:?}");
    };
    assert_eq!((ids(&claim), payload.id), (vec![Some(0), None], 1));
    assert!(arrived.overdue.is_none());
    let other = worker.arrive("order", 1, Token::random()).await;
    assert!(matches!(other.verdict, Verdict::Expired(_)), "{other:?}");
    assert!(
        worker
            .settle("order", token, Settlement::ExpiryDelivered)
            .await
    );
}

/// An arrival delivers one overdue join at a time.
pub async fn arrival_delivers_another_overdue_join<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    for key in ["first", "second"] {
        worker.waits(key, 0).await;
    }
    fixture.pass(RULES.timeout + MINUTE).await;
    let mut found = Vec::new();
    for key in ["a", "b", "c"] {
        let token = Token::random();
        let arrived = worker.arrive(key, 0, token).await;
        assert!(matches!(arrived.verdict, Verdict::Waiting(_)));
        if let Some(due) = arrived.overdue {
            assert_eq!((due.token, due.claim.work), (token, Work::DeliverExpired));
            assert_eq!(ids(&due.claim), [Some(0), None]);
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
    let hasty = Worker::with(&fixture, RULES.inputs(3)).await;
    let patient = RULES
        .inputs(3)
        .timeout(10 * RULES.timeout)
        .lease(10 * RULES.timeout)
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
    fixture.pass(RULES.timeout + MINUTE).await;
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
    fixture.pass(RULES.dedup_window + MINUTE).await;
    worker.waits("order", 0).await;
    assert!(worker.forget("order").await);
    assert_eq!(fixture.rows().await, 0);
}

/// A sweep or an arrival retries it.
pub async fn failed_delivery_is_retried_after_the_backoff<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    worker.waits("order", 0).await;
    fixture.pass(RULES.timeout + MINUTE).await;
    let token = worker.one_due().await.token;
    assert!(
        worker
            .settle("order", token, Settlement::ExpiryFailed)
            .await
    );
    assert!(worker.due(10).await.is_empty());
    fixture.pass(RULES.backoff + MINUTE).await;
    let due = worker.one_due().await;
    assert_eq!(ids(&due.claim), [Some(0), None]);
    assert!(
        !worker
            .settle("order", token, Settlement::ExpiryDelivered)
            .await
    );
    assert!(
        worker
            .settle("order", due.token, Settlement::ExpiryDelivered)
            .await
    );
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
    fixture.pass(RULES.timeout + MINUTE).await;
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

/// The next arrival or sweep that finds the join delivers it.
pub async fn complete_join_expires_after_an_attempt<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    let (token, _) = worker.complete("order").await;
    assert!(worker.settle("order", token, Settlement::Failed).await);
    fixture.pass(RULES.timeout + MINUTE).await;
    let due = worker.one_due().await;
    assert_eq!(
        (due.claim.work, due.claim.attempts),
        (Work::DeliverExpired, 1)
    );
    assert_eq!(ids(&due.claim), [Some(0), Some(1)]);
    assert!(
        worker
            .settle("order", due.token, Settlement::ExpiryDelivered)
            .await
    );
}

/// After the window, an input opens a new join.
pub async fn ended_join_is_remembered_for_the_dedup_window<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    let (token, _) = worker.complete("done").await;
    assert!(worker.settle("done", token, Settlement::Completed).await);
    worker.waits("late", 0).await;
    fixture.pass(RULES.timeout + MINUTE).await;
    let token = worker.one_due().await.token;
    assert!(
        worker
            .settle("late", token, Settlement::ExpiryDelivered)
            .await
    );
    for input in [0, 1] {
        let done = worker.arrive("done", input, Token::random()).await.verdict;
        assert!(matches!(done, Verdict::Completed(payload) if payload.id == u64::from(input)));
        let late = worker.arrive("late", input, Token::random()).await.verdict;
        assert!(matches!(late, Verdict::Expired(payload) if payload.id == u64::from(input)));
    }
    fixture.pass(RULES.dedup_window + MINUTE).await;
    for key in ["done", "late"] {
        assert!(worker.one(key).await.is_none());
        worker.waits(key, 1).await;
        assert_eq!(worker.one(key).await.unwrap().status, Status::Open);
    }
}

/// The store keeps neither rows nor keys.
pub async fn ten_thousand_joins_leave_no_rows<F: Fixture>() {
    const JOINS: usize = 10_000;
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    let mut tasks = tokio::task::JoinSet::new();
    for part in 0..10 {
        let worker = worker.clone();
        tasks.spawn(async move {
            for number in (part..JOINS).step_by(10) {
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
    assert_eq!(worker.len().await, JOINS / 2);
    assert!(fixture.rows().await >= JOINS);
    fixture.pass(RULES.timeout + MINUTE).await;
    loop {
        let due = worker.due(500).await;
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
    fixture.pass(RULES.dedup_window + MINUTE).await;
    for _ in 0..10 {
        assert!(worker.due(500).await.is_empty());
    }
    assert_eq!(fixture.rows().await, 0);
}
