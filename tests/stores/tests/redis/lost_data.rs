//! Data that is lost or replaced while a process runs.

use linked_span::fan_in::{
    Change, JoinQuery, Operator, Redis, Settlement, Store, StoreError, Token, Verdict,
};
use linked_span_tests_stores::{POLICY, Payload};

use crate::server::{Database, ask};
use crate::ship::{arrive, open};

const DECLARED: &str = "{linked_span:ship}:declared";

#[tokio::test]
async fn flushed_server_is_declared_again_by_each_call() {
    let mut manager = Database::begin().await.connect().await;
    let store = open(&manager).await;
    arrive(&store, "order", 0, Token::random()).await;
    for call in 0..4 {
        let () = ask(&mut manager, &["FLUSHDB"]).await;
        match call {
            0 => {
                let verdict = arrive(&store, "order", 1, Token::random()).await;
                assert!(matches!(verdict, Verdict::Waiting(_)));
            }
            1 => assert!(
                !Store::<Payload>::apply(
                    &store,
                    "order",
                    &POLICY,
                    Change::Settle {
                        token: Token(1),
                        settlement: Settlement::Completed
                    }
                )
                .await
                .unwrap()
            ),
            2 => assert!(
                Store::<Payload>::claim_due(&store, &POLICY, Token(1), 1)
                    .await
                    .unwrap()
                    .claims
                    .is_empty()
            ),
            _ => assert!(
                Operator::list(&store, &POLICY, JoinQuery::Key("order"))
                    .await
                    .unwrap()
                    .is_empty()
            ),
        }
        let declared: String = ask(&mut manager, &["GET", DECLARED]).await;
        assert!(declared.starts_with("1 1 a"), "{declared}");
    }
}

/// Otherwise an inventory would be read as a payment.
#[tokio::test]
async fn other_inputs_that_came_meanwhile_are_found_at_the_next_call() {
    let mut manager = Database::begin().await.connect().await;
    let store = open(&manager).await;
    arrive(&store, "order", 0, Token::random()).await;
    let declared: String = ask(&mut manager, &["GET", DECLARED]).await;
    let others = declared.replacen(" a:", " c:", 1);
    let () = ask(&mut manager, &["SET", DECLARED, &others]).await;
    let is_refused = |error: &StoreError| {
        assert!(matches!(error, StoreError::Misconfigured(_)), "{error}");
        assert!(
            error.to_string().contains("with the inputs c: Payload"),
            "{error}"
        );
    };
    let arrival = store.arrive("order", &POLICY, 1.into(), Payload::new(1), Token(1));
    let rejected = arrival.await.unwrap_err();
    assert_eq!(rejected.payload, Payload::new(1));
    is_refused(&rejected.error);
    let due = Store::<Payload>::claim_due(&store, &POLICY, Token(1), 1).await;
    is_refused(&due.unwrap_err());
    let listed = Operator::list(&store, &POLICY, JoinQuery::Key("order")).await;
    is_refused(&listed.unwrap_err());
    let told =
        Store::<Payload>::apply(&store, "order", &POLICY, Change::Renew { token: Token(1) }).await;
    is_refused(&told.unwrap_err());
    let () = ask(&mut manager, &["SET", DECLARED, &declared]).await;
    let verdict = arrive(&store, "order", 1, Token::random()).await;
    assert!(matches!(verdict, Verdict::Run(_)));
}

/// Another client has removed the field.
#[tokio::test]
async fn join_without_an_input_that_came_is_parked() {
    let mut manager = Database::begin().await.connect().await;
    let store = open(&manager).await;
    arrive(&store, "order", 0, Token::random()).await;
    let join = "{linked_span:ship}:join:order";
    let _: u32 = ask(&mut manager, &["HDEL", join, "input:0"]).await;
    let verdict = arrive(&store, "order", 1, Token::random()).await;
    assert!(matches!(verdict, Verdict::Parked(_)), "{verdict:?}");
    let listed = Operator::list(&store, &POLICY, JoinQuery::Key("order")).await;
    assert!(listed.unwrap()[0].missing.iter().next().is_none());
}

#[tokio::test]
async fn reason_of_a_parked_join_is_listed_until_it_is_retried() {
    let mut manager = Database::begin().await.connect().await;
    let store: Redis = open(&manager).await;
    let join = "{linked_span:ship}:join:order";
    arrive(&store, "order", 0, Token::random()).await;
    let _: u32 = ask(&mut manager, &["HSET", join, "input:0", "1 {"]).await;
    let verdict = arrive(&store, "order", 1, Token::random()).await;
    assert!(matches!(verdict, Verdict::Parked(_)));
    let detail = async || {
        let listed = Operator::list(&store, &POLICY, JoinQuery::Key("order")).await;
        listed.unwrap().remove(0).detail
    };
    let reason = detail().await.unwrap();
    assert!(reason.starts_with("a: EOF while parsing"), "{reason}");
    let retried = Store::<Payload>::apply(&store, "order", &POLICY, Change::Retry).await;
    assert!(retried.unwrap());
    assert_eq!(detail().await, None);
}
