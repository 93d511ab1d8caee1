//! Several functions, with a store for each.

use linked_span::fan_in::{Operator, Store, StoreError, Token};

use super::worker::{Worker, identity};
use crate::{Fixture, POLICY, Payload};

/// A second declaration makes each later call fail. An arrival returns its input.
pub async fn store_of_a_second_function_is_rejected<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::of(&fixture).await;
    worker.waits("order", 0).await;
    worker.store.declare(identity("ship", 2));
    assert_eq!(worker.len().await, 1);
    worker.store.declare(identity("bill", 2));
    let error = worker.store.len().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "one store cannot serve both `ship` and `bill`: give each a store of its own"
    );
    let arrived = worker
        .store
        .arrive("order", &POLICY, 1.into(), Payload::new(1), Token::random());
    assert_eq!(arrived.await.unwrap_err().payload, Payload::new(1));
    if F::IS_DURABLE {
        let untold = fixture.open("ship").await;
        let payload = Payload::new(0);
        let refused = untold.arrive("order", &POLICY, 0.into(), payload.clone(), Token::random());
        let refused = refused.await.unwrap_err();
        assert!(matches!(refused.error, StoreError::Misconfigured(_)));
        assert_eq!(refused.payload, payload);
    }
}

/// The same key is a different join.
pub async fn functions_in_one_database_have_separate_joins<F: Fixture>() {
    let fixture = F::begin().await;
    let ship = Worker::named(&fixture, "ship", POLICY).await;
    let bill = Worker::named(&fixture, "bill", POLICY.inputs(3)).await;
    ship.waits("order", 0).await;
    bill.waits("order", 1).await;
    assert_eq!((ship.len().await, bill.len().await), (1, 1));
    fixture.pass(POLICY.timeout * 2).await;
    assert_eq!(ship.one_due().await.claim.inputs.len(), 1);
    assert!(
        bill.arrive("another", 0, Token::random())
            .await
            .overdue
            .is_some()
    );
    assert!(
        ship.arrive("another", 0, Token::random())
            .await
            .overdue
            .is_none()
    );
}
