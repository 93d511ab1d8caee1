//! Keys that an index rejects.

use linked_span::fan_in::{Store, StoreError, Token};
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::{Fixture, POLICY, Payload};

use crate::incompressible::noise;
use crate::schema::Schema;

#[tokio::test]
async fn key_with_any_character_is_stored() {
    let schema = Schema::begin().await;
    let worker = Worker::of(&schema).await;
    for key in ["a\0b", "a", "\0"] {
        worker.waits(key, 0).await;
    }
    for key in ["a\0b", "a", "\0"] {
        assert_eq!(worker.one(key).await.unwrap().key, key);
        worker.runs(key, 1).await;
    }
}

/// A redelivery would fail too.
#[tokio::test]
async fn key_that_is_too_long_is_unencodable() {
    let schema = Schema::begin().await;
    let worker = Worker::of(&schema).await;
    let key = noise(3_000);
    let refused = worker
        .store
        .arrive(&key, &POLICY, 0.into(), Payload::new(7), Token::random());
    let refused = refused.await.unwrap_err();
    assert!(
        matches!(refused.error, StoreError::Unencodable(_)),
        "{refused:?}"
    );
    assert_eq!(refused.payload, Payload::new(7));
    assert!(worker.is_empty().await);
}
