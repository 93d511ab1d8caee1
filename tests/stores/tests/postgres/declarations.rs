//! Declarations that are lost, or that another version has written.

use linked_span::fan_in::{
    Change, FanInIdentity, JoinPolicy, JoinQuery, Postgres, Settlement, Store, StoreError, Token,
    Verdict,
};
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::{Fixture, POLICY, Payload};

use crate::schema::Schema;

/// Declares the function as another version does, with its inputs in another order.
async fn reordered(schema: &Schema) -> Postgres {
    let store = schema.open("ship").await;
    Store::<Payload>::declare(
        &store,
        FanInIdentity::new("ship", &["b", "a"], &["Payload", "Payload"]),
    );
    store
}

#[tokio::test]
async fn running_process_declares_again_after_data_was_lost() {
    let schema = Schema::begin().await;
    let worker = Worker::of(&schema).await;
    worker.waits("order", 0).await;
    schema.lose_all().await;
    worker.waits("another", 0).await;
    let refused = reordered(&schema).await;
    let refused = refused.arrive(
        "another",
        &POLICY,
        0.into(),
        Payload::new(1),
        Token::random(),
    );
    let refused = refused.await.unwrap_err();
    assert!(
        matches!(refused.error, StoreError::Misconfigured(_)),
        "{refused:?}"
    );
    assert_eq!(refused.payload, Payload::new(1));
    worker.runs("another", 1).await;
}

/// Each call of a process whose declaration was replaced fails.
#[tokio::test]
async fn running_process_is_refused_after_another_version_declared() {
    let schema = Schema::begin().await;
    let worker = Worker::of(&schema).await;
    let (token, _) = worker.complete("order").await;
    schema.lose_all().await;
    let other = reordered(&schema).await;
    let first = other.arrive("order", &POLICY, 1.into(), Payload::new(0), Token::random());
    first.await.unwrap();
    let Worker { store, policy } = &worker;
    let refused = store.arrive("order", policy, 1.into(), Payload::new(1), Token::random());
    let refused = refused.await.unwrap_err();
    assert_eq!(refused.payload, Payload::new(1));
    let errors = refusals(store, policy, token).await;
    assert!(matches!(refused.error, StoreError::Misconfigured(_)));
    for error in errors {
        assert!(matches!(error, StoreError::Misconfigured(_)), "{error:?}");
    }
    let second = other.arrive("order", &POLICY, 0.into(), Payload::new(1), Token::random());
    let second = second.await.unwrap().verdict;
    assert!(matches!(second, Verdict::Run(_)), "{second:?}");
}

async fn refusals(
    store: &impl Store<Payload>,
    policy: &JoinPolicy,
    token: Token,
) -> [StoreError; 6] {
    let settlement = Settlement::Completed;
    let refused = async |change| store.apply("order", policy, change).await.unwrap_err();
    [
        refused(Change::Settle { token, settlement }).await,
        refused(Change::Renew { token }).await,
        store.claim_due(policy, token, 10).await.unwrap_err(),
        refused(Change::Retry).await,
        refused(Change::Forget).await,
        store
            .list(policy, JoinQuery::Key("order"))
            .await
            .unwrap_err(),
    ]
}

/// A sweep declares too, without an arrival.
#[tokio::test]
async fn sweep_after_data_was_lost_finds_nothing_and_declares() {
    let schema = Schema::begin().await;
    let worker = Worker::of(&schema).await;
    worker.waits("order", 0).await;
    schema.lose_all().await;
    assert!(worker.due(10).await.is_empty());
    let declared: i64 = sqlx::query_scalar("SELECT count(*) FROM linked_span_functions")
        .fetch_one(&schema.pool)
        .await
        .unwrap();
    assert_eq!(declared, 1);
}

/// An operator finds joins under a name that no process declares any more.
#[tokio::test]
async fn functions_are_listed_with_their_unsettled_joins() {
    let schema = Schema::begin().await;
    let ship = Worker::of(&schema).await;
    let (token, _) = ship.complete("done").await;
    assert!(ship.settle("done", token, Settlement::Completed).await);
    ship.waits("order", 0).await;
    ship.complete("another").await;
    let bill = Worker::named(&schema, "bill", POLICY).await;
    assert!(bill.is_empty().await);
    let functions = schema.store().functions().await.unwrap();
    let listed: Vec<_> = functions
        .iter()
        .map(|function| (function.name.as_str(), function.unsettled))
        .collect();
    assert_eq!(listed, [("bill", 0), ("ship", 2)]);
    assert_eq!(functions[1].inputs.len(), 2);
    assert!(functions[1].declared_ago.as_secs() < 60);
}
