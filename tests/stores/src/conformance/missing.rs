//! Received inputs whose payloads are missing.

use linked_span::fan_in::{JoinQuery, Page, ParkReason, Settlement, Status, Token, Verdict};

use super::worker::Worker;
use crate::{Fixture, MINUTE, POLICY};

const ALL: Page<'_> = Page::first(100);

/// An arrival or a sweep parks it, because the function cannot be called without the payload.
pub async fn join_whose_payload_is_missing_is_parked<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    for key in ["arrival", "sweep"] {
        let (token, _) = worker.complete(key).await;
        assert!(worker.settle(key, token, Settlement::Failed).await);
        fixture.lose_payloads("ship", key).await;
    }
    let arrived = worker.arrive("arrival", 1, Token::random()).await;
    assert!(
        matches!(&arrived.verdict, Verdict::Parked(payload) if payload.id == 1),
        "{arrived:?}"
    );
    fixture.pass(POLICY.backoff + MINUTE).await;
    assert!(worker.due(10).await.is_empty());
    let parked = worker.list(JoinQuery::Parked(ALL)).await;
    let keys: Vec<_> = parked.iter().map(|join| join.key.as_str()).collect();
    assert_eq!(keys, ["arrival", "sweep"]);
    for join in &parked {
        assert_eq!(join.status, Status::Parked(ParkReason::Undecodable));
    }
}

/// The reason names the input and has the decoder's text.
pub async fn parked_join_says_which_input_cannot_be_read<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    worker.waits("order", 0).await;
    fixture.spoil("ship", "order").await;
    worker.arrive("order", 1, Token::random()).await;
    let detail = worker.one("order").await.unwrap().detail;
    let detail = detail.expect("a detail");
    assert!(
        detail.starts_with("a: EOF while parsing an object"),
        "{detail}"
    );
    assert!(worker.retry("order").await);
    assert_eq!(worker.one("order").await.unwrap().detail, None);
}
