//! Parked joins wait for an operator.

use linked_span::fan_in::{JoinQuery, Page, ParkReason, Status, Token, Verdict, Work};

use super::worker::Worker;
use crate::{Fixture, MINUTE, POLICY};

const ALL: Page<'_> = Page::first(100);

/// An arrival, a sweep, and an arrival at another join past the deadline park it. Other joins are still claimed.
pub async fn join_whose_last_attempt_died_is_parked<F: Fixture>() {
    let fixture = F::begin().await;
    let policy = POLICY.max_attempts(1);
    let worker = Worker::with(&fixture, policy).await;
    for key in ["arrival", "sweep", "opportunistic"] {
        let (token, _) = worker.complete(key).await;
        if key == "opportunistic" {
            // By now both the lease and the deadline have passed.
            fixture.pass(POLICY.lease - MINUTE).await;
            assert!(worker.renew(key, token).await);
            fixture.pass(2 * MINUTE).await;
        }
    }
    let arrived = worker.arrive("arrival", 0, Token::random()).await;
    assert!(matches!(arrived.verdict, Verdict::Parked(_)), "{arrived:?}");
    assert!(worker.due(10).await.is_empty());
    let keys = |listed: Vec<linked_span::fan_in::JoinSummary>| {
        listed
            .into_iter()
            .map(|listed| listed.key)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        keys(worker.list(JoinQuery::Parked(ALL)).await),
        ["arrival", "sweep"]
    );
    worker.waits("half", 0).await;
    fixture.pass(POLICY.timeout + MINUTE).await;
    let opportunistic = worker.arrive("another", 0, Token::random()).await;
    // The arrival finds one of the two first, and the next arrival finds the other.
    let half = match opportunistic.overdue {
        Some(due) => due,
        None => worker
            .arrive("a third", 0, Token::random())
            .await
            .overdue
            .expect("half of a join"),
    };
    assert_eq!(
        (half.key.as_str(), half.claim.work),
        ("half", Work::DeliverExpired)
    );
    worker.arrive("a fourth", 0, Token::random()).await;
    assert_eq!(
        keys(worker.list(JoinQuery::Parked(ALL)).await),
        ["arrival", "opportunistic", "sweep"]
    );
}

/// An arrival to it or to another join parks it, and so does a sweep. It keeps its inputs, and other due joins are
/// still claimed.
pub async fn undecodable_join_is_parked_and_blocks_no_other<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    for key in ["arrival", "opportunistic", "sweep"] {
        worker.waits(key, 0).await;
        fixture.spoil("ship", key).await;
    }
    let arrived = worker.arrive("arrival", 1, Token::random()).await;
    assert!(matches!(arrived.verdict, Verdict::Parked(payload) if payload.id == 1));
    fixture.pass(POLICY.timeout + MINUTE).await;
    let opportunistic = worker.arrive("another", 0, Token::random()).await;
    assert!(matches!(opportunistic.verdict, Verdict::Waiting(_)));
    assert!(opportunistic.overdue.is_none());
    assert!(worker.due(10).await.is_empty());
    let listed = worker.list(JoinQuery::Parked(ALL)).await;
    let keys: Vec<_> = listed.iter().map(|listed| listed.key.as_str()).collect();
    assert_eq!(keys, ["arrival", "opportunistic", "sweep"]);
    for listed in &listed {
        assert_eq!(listed.status, Status::Parked(ParkReason::Undecodable));
        let missing = u32::from(listed.key != "arrival");
        assert_eq!(listed.missing.len(), missing, "{listed:?}");
    }
    // Retried, they are parked again, and no sweep loops.
    for listed in &listed {
        assert!(worker.retry(&listed.key).await);
    }
    assert!(worker.due(10).await.is_empty());
    assert_eq!(worker.list(JoinQuery::Parked(ALL)).await.len(), 3);
}
