//! Replicas that an arrival waits for.

use std::time::{Duration, Instant};

use linked_span::fan_in::{
    Change, JoinQuery, Operator, Redis, Settlement, Store, StoreError, Token, Verdict,
};
use linked_span_tests_stores::servers::{Server, free_port};
use linked_span_tests_stores::{POLICY, Payload};

use crate::server::{ask, connect_to};
use crate::ship::{arrive, declare};

/// How long an attempt of an arrival waits for a replica. An arrival makes four attempts.
const TIMEOUT: Duration = Duration::from_millis(500);
/// How long the replica sleeps, in seconds: longer than the calls that it must not acknowledge.
const SLEEP: &str = "12";

/// Starts a master and a replica that acknowledges writes.
async fn servers() -> (Server, Server) {
    let port = free_port();
    let master = Server::redis_on(port, &["--repl-diskless-sync-delay", "0"]);
    let replicated = format!("127.0.0.1 {port}");
    let replica = Server::redis(&["--replicaof", &replicated, "--enable-debug-command", "yes"]);
    let mut manager = connect_to(&master, 0).await;
    for attempt in 0..300 {
        let () = ask(&mut manager, &["SET", "attempt", &attempt.to_string()]).await;
        let acknowledged: u8 = ask(&mut manager, &["WAIT", "1", "50"]).await;
        if acknowledged == 1 {
            return (master, replica);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the replica acknowledges no write");
}

async fn open(master: &Server) -> Redis {
    let store = Redis::open(master.url()).await.unwrap();
    declare(store.wait_for_replicas(1, TIMEOUT))
}

async fn assert_is_refused(store: &Redis, key: &str, input: u8, token: Token) {
    let arrival = store.arrive(key, &POLICY, input.into(), Payload::new(0), token);
    let rejected = arrival.await.unwrap_err();
    assert!(matches!(rejected.error, StoreError::Failed(_)));
}

#[tokio::test]
async fn arrival_is_acknowledged_once_a_replica_has_it() {
    let (master, replica) = servers().await;
    let store = open(&master).await;
    let verdict = arrive(&store, "order", 0, Token(1)).await;
    assert!(matches!(verdict, Verdict::Waiting(_)));
    let mut other = connect_to(&replica, 0).await;
    let kept: bool = ask(&mut other, &["EXISTS", "{linked_span:ship}:join:order"]).await;
    assert!(kept);

    // The replica sleeps for a while.
    let asleep = Instant::now();
    let sleeps = tokio::spawn(async move {
        let () = ask(&mut other, &["DEBUG", "SLEEP", SLEEP]).await;
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_is_refused(&store, "order", 1, Token(2)).await;
    // A call that writes nothing is refused too, on a connection that has written nothing.
    assert_is_refused(&open(&master).await, "order", 1, Token(2)).await;
    let settled = Store::<Payload>::apply(
        &store,
        "order",
        &POLICY,
        Change::Settle {
            token: Token(2),
            settlement: Settlement::Completed,
        },
    );
    settled.await.unwrap_err();
    // An input that was not acknowledged does not count as received.
    let listed = Operator::list(&store, &POLICY, JoinQuery::Key("order")).await;
    assert_eq!(listed.unwrap().len(), 1);
    assert!(asleep.elapsed() < Duration::from_millis(11_900));

    sleeps.await.unwrap();
    let token = Token(4);
    // The store releases the claims that were not acknowledged.
    while !matches!(arrive(&store, "order", 1, token).await, Verdict::Run(_)) {
        assert!(asleep.elapsed() < Duration::from_secs(30));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let settled = Store::<Payload>::apply(
        &store,
        "order",
        &POLICY,
        Change::Settle {
            token,
            settlement: Settlement::Completed,
        },
    );
    assert!(settled.await.unwrap());
    let verdict = arrive(&store, "order", 1, Token(5)).await;
    assert!(matches!(verdict, Verdict::Completed(_)));
}

#[tokio::test]
async fn server_without_a_limit_of_replicas_is_refused() {
    let server = Server::redis(&[]);
    let store = Redis::open(server.url()).await.unwrap();
    let error = store.require_replicas().unwrap_err();
    assert!(matches!(error, StoreError::Misconfigured(_)));
    assert_eq!(
        error.to_string(),
        "set `min-replicas-to-write 1`: without it, a failover can lose acknowledged arrivals"
    );
    let mut manager = connect_to(&server, 0).await;
    let () = ask(
        &mut manager,
        &["CONFIG", "SET", "min-replicas-to-write", "1"],
    )
    .await;
    let store = Redis::open(server.url()).await.unwrap();
    store.require_replicas().unwrap();
}
