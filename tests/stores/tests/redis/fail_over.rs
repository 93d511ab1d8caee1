//! An address that leads to another server while old connections remain, and an address without a server.

use std::time::{Duration, Instant};

use linked_span::fan_in::{Redis, Store, StoreError, Token, Verdict};
use linked_span_tests_stores::servers::Server;
use linked_span_tests_stores::{POLICY, Payload};
use redis::Client;
use redis::aio::ConnectionManagerConfig;

use crate::proxy::Proxy;
use crate::server::{ask, connect_to};
use crate::ship::{arrive, declare};

/// Makes the server a replica of a missing master, so that it replies READONLY.
async fn demote(server: &Server) {
    let mut manager = connect_to(server, 0).await;
    let () = ask(&mut manager, &["REPLICAOF", "127.0.0.1", "1"]).await;
}

async fn manager(proxy: &Proxy) -> Redis {
    let client = Client::open(proxy.url()).unwrap();
    let store = Redis::new(client.get_connection_manager().await.unwrap());
    declare(store.await.unwrap())
}

async fn open(proxy: &Proxy) -> Redis {
    declare(Redis::open(proxy.url()).await.unwrap())
}

async fn assert_follows(store: Redis, old: &Server, new: &Server, proxy: &Proxy) {
    arrive(&store, "before", 0, Token::random()).await;
    proxy.lead_to(new);
    demote(old).await;
    let began = Instant::now();
    let verdict = arrive(&store, "after", 0, Token::random()).await;
    assert!(matches!(verdict, Verdict::Waiting(_)));
    assert!(began.elapsed() < Duration::from_secs(2), "{began:?}");
    let mut manager = connect_to(new, 0).await;
    let kept: bool = ask(&mut manager, &["EXISTS", "{linked_span:ship}:join:after"]).await;
    assert!(kept);
}

#[tokio::test]
async fn manager_whose_old_master_only_reads_follows_the_address() {
    let (old, new) = (Server::redis(&[]), Server::redis(&[]));
    let proxy = Proxy::to(&old).await;
    assert_follows(manager(&proxy).await, &old, &new, &proxy).await;
}

#[tokio::test]
async fn open_store_whose_old_master_only_reads_follows_the_address() {
    let (old, new) = (Server::redis(&[]), Server::redis(&[]));
    let proxy = Proxy::to(&old).await;
    assert_follows(open(&proxy).await, &old, &new, &proxy).await;
}

/// After a partition, the old master still acts as a master, but refuses writes because it has no replica.
#[tokio::test]
async fn store_whose_old_master_lost_its_replicas_follows_the_address() {
    let (old, new) = (Server::redis(&[]), Server::redis(&[]));
    let proxy = Proxy::to(&old).await;
    for store in [manager(&proxy).await, open(&proxy).await] {
        proxy.lead_to(&old);
        arrive(&store, "before", 0, Token::random()).await;
        let mut manager = connect_to(&old, 0).await;
        let set = async |count| {
            let setting = ["CONFIG", "SET", "min-replicas-to-write", count];
            let () = ask(&mut connect_to(&old, 0).await, &setting).await;
        };
        set("1").await;
        proxy.lead_to(&new);
        let verdict = arrive(&store, "after", 0, Token::random()).await;
        assert!(matches!(
            verdict,
            Verdict::Waiting(_) | Verdict::Duplicate(_)
        ));
        set("0").await;
        let kept: bool = ask(&mut manager, &["EXISTS", "{linked_span:ship}:join:after"]).await;
        assert!(!kept);
    }
}

/// The operating system would notice after 15 minutes.
#[tokio::test]
async fn open_store_whose_old_host_is_silent_follows_the_address() {
    let (old, new) = (Server::redis(&[]), Server::redis(&[]));
    let proxy = Proxy::to(&old).await;
    let store = open(&proxy).await;
    arrive(&store, "before", 0, Token::random()).await;
    proxy.lead_to(&new);
    proxy.freeze();
    let began = Instant::now();
    arrive(&store, "after", 0, Token::random()).await;
    assert!(began.elapsed() < Duration::from_secs(3), "{began:?}");
}

/// The callers share the connection, so the first caller replaces it for all.
#[tokio::test]
async fn many_callers_at_once_make_few_connections() {
    let (old, new) = (Server::redis(&[]), Server::redis(&[]));
    let proxy = Proxy::to(&old).await;
    for store in [manager(&proxy).await, open(&proxy).await] {
        arrive(&store, "before", 0, Token::random()).await;
        demote(&old).await;
        proxy.lead_to(&new);
        let before = proxy.connections();
        let callers = (0..200).map(|key| {
            let store = store.clone();
            tokio::spawn(async move {
                arrive(&store, &key.to_string(), 0, Token::random()).await;
            })
        });
        for caller in callers.collect::<Vec<_>>() {
            caller.await.unwrap();
        }
        let made = proxy.connections() - before;
        assert!((1..=4).contains(&made), "{made}");
        let () = ask(&mut connect_to(&old, 0).await, &["REPLICAOF", "NO", "ONE"]).await;
        proxy.lead_to(&old);
    }
}

async fn assert_fails_within(store: &Redis, bound: Duration) {
    let began = Instant::now();
    let arrival = store.arrive("order", &POLICY, 1.into(), Payload::new(1), Token::random());
    let rejected = arrival.await.unwrap_err();
    assert!(matches!(rejected.error, StoreError::Failed(_)));
    assert_eq!(rejected.payload, Payload::new(1));
    assert!(began.elapsed() < bound, "{:?}", began.elapsed());
    let began = Instant::now();
    let due = Store::<Payload>::claim_due(store, &POLICY, Token::random(), 16);
    due.await.unwrap_err();
    assert!(began.elapsed() < bound, "{:?}", began.elapsed());
}

#[tokio::test]
async fn refused_connection_is_an_error_within_the_documented_time() {
    let server = Server::redis(&[]);
    let mut proxy = Proxy::to(&server).await;
    let store = open(&proxy).await;
    arrive(&store, "order", 0, Token::random()).await;
    proxy.close().await;
    assert_fails_within(&store, Duration::from_secs(1)).await;
}

#[tokio::test]
async fn silent_server_is_an_error_within_the_documented_time() {
    let server = Server::redis(&[]);
    let proxy = Proxy::to(&server).await;
    let store = open(&proxy).await;
    arrive(&store, "order", 0, Token::random()).await;
    proxy.be_silent();
    assert_fails_within(&store, Duration::from_secs(5)).await;
}

/// The manager's own retries take longer.
#[tokio::test]
async fn manager_without_a_server_is_an_error_within_the_call_timeout() {
    let server = Server::redis(&[]);
    let mut proxy = Proxy::to(&server).await;
    let store = manager(&proxy).await;
    arrive(&store, "order", 0, Token::random()).await;
    let store = declare(store.call_timeout(Duration::from_secs(1)));
    proxy.close().await;
    assert_fails_within(&store, Duration::from_millis(1_500)).await;
}

#[tokio::test]
async fn manager_with_the_documented_bounds_is_an_error_within_a_second() {
    let server = Server::redis(&[]);
    let mut proxy = Proxy::to(&server).await;
    let config = ConnectionManagerConfig::new()
        .set_number_of_retries(2)
        .set_min_delay(Duration::from_millis(20))
        .set_max_delay(Duration::from_millis(50))
        .set_connection_timeout(Some(Duration::from_millis(250)))
        .set_response_timeout(Some(Duration::from_secs(1)));
    let client = Client::open(proxy.url()).unwrap();
    let manager = client.get_connection_manager_with_config(config).await;
    let store = declare(Redis::new(manager.unwrap()).await.unwrap());
    arrive(&store, "order", 0, Token::random()).await;
    proxy.close().await;
    assert_fails_within(&store, Duration::from_millis(1_500)).await;
}

#[tokio::test]
async fn store_without_a_server_is_not_opened() {
    let server = Server::redis(&[]);
    let mut proxy = Proxy::to(&server).await;
    proxy.close().await;
    let began = Instant::now();
    let error = Redis::open(proxy.url()).await.unwrap_err();
    assert!(matches!(error, StoreError::Failed(_)));
    assert!(began.elapsed() < Duration::from_secs(2));
}
