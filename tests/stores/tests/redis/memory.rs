//! A server whose memory is full.

use std::time::Duration;

use linked_span::fan_in::{Change, Operator, Redis, Settlement, Store, StoreError, Token, Verdict};
use linked_span_tests_stores::servers::Server;
use linked_span_tests_stores::{POLICY, Payload};
use redis::aio::ConnectionManager;

use crate::server::{ask, connect_to};
use crate::ship::open;

async fn set(manager: &mut ConnectionManager, option: &str, value: &str) {
    let () = ask(manager, &["CONFIG", "SET", option, value]).await;
}

#[tokio::test]
async fn server_that_evicts_is_rejected() {
    let server = Server::redis(&[]);
    let mut manager = connect_to(&server, 0).await;
    for policy in ["allkeys-lru", "volatile-ttl", "allkeys-random"] {
        set(&mut manager, "maxmemory-policy", policy).await;
        let error = Redis::new(manager.clone()).await.unwrap_err();
        assert!(matches!(error, StoreError::Misconfigured(_)));
        assert_eq!(
            error.to_string(),
            format!(
                "with `maxmemory-policy {policy}` the server drops joins when its memory is full: \
                 set `maxmemory-policy noeviction`"
            )
        );
    }
    set(&mut manager, "maxmemory-policy", "noeviction").await;
    open(&manager).await;
}

/// Otherwise the server would stay full.
#[tokio::test]
async fn full_server_rejects_new_joins_and_ends_others() {
    let server = Server::redis(&[]);
    let mut manager = connect_to(&server, 0).await;
    let store = open(&manager).await;
    let arrive = |key: &'static str, input: u8, token| {
        store.arrive(
            key,
            &POLICY,
            input.into(),
            Payload::new(input.into()),
            token,
        )
    };
    let [first, second] = [Token(1), Token(2)];
    for key in ["half", "running"] {
        arrive(key, 0, Token::random()).await.unwrap();
    }
    let running = arrive("running", 1, first).await.unwrap();
    assert!(matches!(running.verdict, Verdict::Run(_)));

    set(&mut manager, "maxmemory", "1").await;
    let refused = arrive("new", 0, Token::random()).await.unwrap_err();
    assert!(matches!(refused.error, StoreError::Failed(_)));
    let complete = arrive("half", 1, second).await.unwrap();
    assert!(matches!(complete.verdict, Verdict::Run(_)));
    // A new process sees the same.
    let store = open(&manager).await;
    let settle = |key, token, settlement| {
        Store::<Payload>::apply(&store, key, &POLICY, Change::Settle { token, settlement })
    };
    assert!(
        settle("running", first, Settlement::Completed)
            .await
            .unwrap()
    );
    assert!(settle("half", second, Settlement::Released).await.unwrap());
    let due = Store::<Payload>::claim_due(&store, &POLICY, first, 10)
        .await
        .unwrap();
    assert_eq!(due.claims[0].key, "half");
    assert!(settle("half", first, Settlement::Completed).await.unwrap());
    assert_eq!(Operator::len(&store).await.unwrap(), 0);
}

/// The delivery makes room.
#[tokio::test]
async fn full_server_accepts_an_input_after_a_delivery() {
    let server = Server::redis(&[]);
    let mut manager = connect_to(&server, 0).await;
    let store = open(&manager).await;
    let policy = POLICY.timeout(Duration::ZERO);
    let arrive = |key: &'static str, policy| {
        let store = &store;
        async move {
            store
                .arrive(key, &policy, 0.into(), Payload::new(0), Token::random())
                .await
        }
    };
    arrive("over", policy).await.unwrap();
    set(&mut manager, "maxmemory", "1").await;
    let arrived = arrive("new", POLICY).await.unwrap();
    assert!(matches!(arrived.verdict, Verdict::Waiting(_)));
    assert_eq!(arrived.overdue.unwrap().key, "over");
    arrive("newer", POLICY).await.unwrap_err();
}
