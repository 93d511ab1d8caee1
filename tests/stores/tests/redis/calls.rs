//! Round trips of a call, and calls that the server does not answer.

use std::time::Duration;

use linked_span::fan_in::{Change, Settlement, Store, Token, Verdict};
use linked_span_tests_stores::servers::Server;
use linked_span_tests_stores::{POLICY, Payload};

use crate::server::{ask, connect_to};
use crate::ship::{arrive, open};

#[tokio::test]
async fn arrival_and_settlement_are_one_round_trip_each() {
    let server = Server::redis(&[]);
    let mut manager = connect_to(&server, 0).await;
    let store = open(&manager).await;
    let token = Token::random();
    for round in ["first", "second"] {
        let () = ask(&mut manager, &["CONFIG", "RESETSTAT"]).await;
        arrive(&store, round, 0, Token::random()).await;
        let verdict = arrive(&store, round, 1, token).await;
        assert!(matches!(verdict, Verdict::Run(_)));
        let settled = Store::<Payload>::apply(
            &store,
            round,
            &POLICY,
            Change::Settle {
                token,
                settlement: Settlement::Completed,
            },
        );
        assert!(settled.await.unwrap());
    }
    let calls: String = ask(&mut manager, &["INFO", "commandstats"]).await;
    assert!(calls.contains("cmdstat_evalsha:calls=3,"), "{calls}");
    for other in ["cmdstat_eval:", "cmdstat_script"] {
        assert!(!calls.contains(other), "{calls}");
    }
}

#[tokio::test]
async fn dropped_connection_is_reopened() {
    let server = Server::redis(&[]);
    let mut other = connect_to(&server, 0).await;
    let store = open(&connect_to(&server, 0).await).await;
    for key in ["a", "b", "c"] {
        let _: u32 = ask(&mut other, &["CLIENT", "KILL", "TYPE", "normal"]).await;
        let verdict = arrive(&store, key, 0, Token::random()).await;
        assert!(matches!(verdict, Verdict::Waiting(_)));
    }
}

#[tokio::test]
async fn script_that_the_server_lost_is_sent_again() {
    let server = Server::redis(&[]);
    let mut manager = connect_to(&server, 0).await;
    let store = open(&manager).await;
    for key in ["a", "b"] {
        arrive(&store, key, 0, Token::random()).await;
        let () = ask(&mut manager, &["SCRIPT", "FLUSH"]).await;
    }
}

/// This happens while another server takes over.
#[tokio::test]
async fn call_on_a_briefly_read_only_server_is_retried() {
    let server = Server::redis(&[]);
    let mut manager = connect_to(&server, 0).await;
    let store = open(&manager).await;
    arrive(&store, "a", 0, Token::random()).await;
    let () = ask(&mut manager, &["REPLICAOF", "127.0.0.1", "1"]).await;
    let promoted = async {
        tokio::time::sleep(Duration::from_millis(30)).await;
        let () = ask(&mut manager, &["REPLICAOF", "NO", "ONE"]).await;
    };
    let (verdict, ()) = tokio::join!(arrive(&store, "b", 0, Token::random()), promoted);
    assert!(matches!(verdict, Verdict::Waiting(_)));
}

/// A join in a stage that a later version may add.
const LATER: &str = "later 1 - 0 0 0 0";

/// A repeated call would fail too.
#[tokio::test]
async fn value_that_is_no_join_is_a_permanent_error() {
    let server = Server::redis(&[]);
    let mut manager = connect_to(&server, 0).await;
    let store = open(&manager).await;
    arrive(&store, "a", 0, Token::random()).await;
    let () = ask(&mut manager, &["SET", "{linked_span:ship}:join:b", "?"]).await;
    let _: u32 = ask(
        &mut manager,
        &["HSET", "{linked_span:ship}:join:c", "join", LATER],
    )
    .await;
    let () = ask(&mut manager, &["CONFIG", "RESETSTAT"]).await;
    for key in ["b", "c"] {
        let refused = store.arrive(key, &POLICY, 0.into(), Payload::new(0), Token::random());
        refused.await.unwrap_err();
    }
    let calls: String = ask(&mut manager, &["INFO", "commandstats"]).await;
    // The first arrival calls it once, and the second twice.
    assert!(calls.contains("cmdstat_hget:calls=3,"), "{calls}");
    let join: String = ask(&mut manager, &["HGET", "{linked_span:ship}:join:c", "join"]).await;
    assert_eq!(join, LATER);
}
