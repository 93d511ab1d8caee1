//! The stored form of an input.

use linked_span::fan_in::{ParkReason, Status, Token, Verdict};
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::{Fixture, Payload};
use serde_json::{Value, json};

use crate::fixture::File;

/// It is readable for an operator, and has the version of its encoding.
#[tokio::test]
async fn input_is_stored_as_json_and_one_of_a_later_version_is_parked() {
    let file = File::begin().await;
    let worker = Worker::of(&file).await;
    worker.waits("order", 0).await;
    let kept: Value = {
        let payload = "SELECT payload FROM linked_span_inputs";
        let payload: String = sqlx::query_scalar(payload)
            .fetch_one(&file.pool)
            .await
            .unwrap();
        serde_json::from_str(&payload).unwrap()
    };
    let input = serde_json::to_value(Payload::new(0)).unwrap();
    assert_eq!(kept, json!({ "version": 1, "input": input }));

    let later = json!({ "version": 2, "input": input }).to_string();
    let write = "UPDATE linked_span_inputs SET payload = ?1";
    let written = sqlx::query(write).bind(later).execute(&file.pool).await;
    assert_eq!(written.unwrap().rows_affected(), 1);
    let arrived = worker.arrive("order", 1, Token::random()).await;
    assert!(matches!(arrived.verdict, Verdict::Parked(_)), "{arrived:?}");
    let reason = ParkReason::Undecodable;
    assert_eq!(
        worker.one("order").await.unwrap().status,
        Status::Parked(reason)
    );
}

/// An operator may have removed the row. The store parks the join with a reason, and the call succeeds.
#[tokio::test]
async fn payload_that_is_missing_parks_its_join_with_a_reason() {
    let file = File::begin().await;
    let worker = Worker::of(&file).await;
    worker.waits("order", 0).await;
    let remove = "DELETE FROM linked_span_inputs WHERE key = 'order' AND input = 0";
    sqlx::query(remove).execute(&file.pool).await.unwrap();
    // For an arrival, the input is missing, so it is accepted again.
    worker.waits("order", 1).await;
    let (token, _) = worker.runs("order", 0).await;
    sqlx::query(remove).execute(&file.pool).await.unwrap();
    let failed = linked_span::fan_in::Settlement::Failed;
    assert!(worker.settle("order", token, failed).await);
    let arrived = worker.arrive("order", 1, Token::random()).await;
    assert!(matches!(arrived.verdict, Verdict::Parked(_)), "{arrived:?}");
    let listed = worker.one("order").await.unwrap();
    assert_eq!(listed.status, Status::Parked(ParkReason::Undecodable));
    let detail = listed.detail.unwrap();
    assert!(detail.contains('a'), "{detail}");
}

/// A retry removes the reason with the parked state.
#[tokio::test]
async fn reason_of_an_undecodable_input_is_listed_until_the_join_is_retried() {
    let file = File::begin().await;
    let worker = Worker::of(&file).await;
    worker.waits("order", 0).await;
    file.spoil("ship", "order").await;
    let arrived = worker.arrive("order", 1, Token::random()).await;
    assert!(matches!(arrived.verdict, Verdict::Parked(_)), "{arrived:?}");
    let detail = worker.one("order").await.unwrap().detail.unwrap();
    assert!(detail.starts_with("a: EOF"), "{detail}");
    assert!(worker.retry("order").await);
    assert_eq!(worker.one("order").await.unwrap().detail, None);
}

/// A row belongs to no input of the function.
#[tokio::test]
async fn input_that_the_function_does_not_have_is_ignored() {
    let file = File::begin().await;
    let worker = Worker::of(&file).await;
    worker.waits("order", 0).await;
    let add = "INSERT INTO linked_span_inputs (name, key, input, came_at, payload) VALUES ('ship', 'order', 11, 0, '{')";
    sqlx::query(add).execute(&file.pool).await.unwrap();
    let (_, claim) = worker.runs("order", 1).await;
    assert_eq!(claim.inputs.len(), 2);
}
