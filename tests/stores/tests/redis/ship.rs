//! The joins of a function with two inputs.

use linked_span::fan_in::{
    Change, FanInIdentity, Operator, Redis, Settlement, Store, Token, Verdict,
};
use linked_span_tests_stores::{POLICY, Payload};
use redis::aio::ConnectionManager;

pub(crate) async fn open(manager: &ConnectionManager) -> Redis {
    declare(Redis::new(manager.clone()).await.unwrap())
}

pub(crate) fn declare(store: Redis) -> Redis {
    let ship = FanInIdentity::new("ship", &["a", "b"], &["Payload", "Payload"]);
    Store::<Payload>::declare(&store, ship);
    store
}

pub(crate) async fn arrive(store: &Redis, key: &str, input: u8, token: Token) -> Verdict<Payload> {
    let arrived = store.arrive(key, &POLICY, input.into(), Payload::new(0), token);
    arrived.await.expect("an arrival").verdict
}

/// Makes every call of a store.
pub(crate) async fn use_all(store: &Redis) {
    for key in ["order", "other"] {
        let verdict = arrive(store, key, 0, Token::random()).await;
        assert!(matches!(verdict, Verdict::Waiting(_)));
    }
    let token = Token::random();
    let Verdict::Run(claim) = arrive(store, "order", 1, token).await else {
        panic!("both have come");
    };
    assert_eq!(claim.inputs.len(), 2);
    assert!(
        Store::<Payload>::apply(store, "order", &POLICY, Change::Renew { token })
            .await
            .unwrap()
    );
    let settle = |settlement| {
        Store::<Payload>::apply(
            store,
            "order",
            &POLICY,
            Change::Settle { token, settlement },
        )
    };
    assert!(settle(Settlement::Failed).await.unwrap());
    let page = linked_span::fan_in::Page::first(10);
    let which = linked_span::fan_in::JoinQuery::Unsettled(page);
    let listed = Operator::list(store, &POLICY, which).await.unwrap();
    assert_eq!(listed.len(), 2);
    assert_eq!(Operator::len(store).await.unwrap(), 2);
    assert!(
        Store::<Payload>::apply(store, "order", &POLICY, Change::Retry)
            .await
            .unwrap()
    );
    let due = Store::<Payload>::claim_due(store, &POLICY, token, 10)
        .await
        .unwrap();
    assert_eq!(due.claims.len(), 1);
    assert!(settle(Settlement::Completed).await.unwrap());
    assert!(
        Store::<Payload>::apply(store, "other", &POLICY, Change::Forget)
            .await
            .unwrap()
    );
    let verdict = arrive(store, "order", 0, Token::random()).await;
    assert!(matches!(verdict, Verdict::Completed(_)));
    store.migrate().await.unwrap();
}
