//! Values that are too long for a server.

use linked_span::fan_in::{Redis, Store, StoreError, Token, Verdict};
use linked_span_tests_stores::servers::Server;
use linked_span_tests_stores::{POLICY, Payload};

use crate::server::{ask, connect_to};
use crate::ship::{arrive, declare};

const MEGABYTE: usize = 1 << 20;

fn long() -> Payload {
    let text = "x".repeat(2 * MEGABYTE);
    Payload { id: 1, text }
}

async fn assert_is_unencodable(store: &Redis) {
    let arrival = store.arrive("order", &POLICY, 0.into(), long(), Token::random());
    let rejected = arrival.await.unwrap_err();
    assert!(
        matches!(rejected.error, StoreError::Unencodable(_)),
        "{:?}",
        rejected.error
    );
    assert_eq!(rejected.payload, long());
    let verdict = arrive(store, "order", 0, Token::random()).await;
    assert!(matches!(verdict, Verdict::Waiting(_)));
}

#[tokio::test]
async fn value_that_is_longer_than_the_server_takes_is_unencodable() {
    let server = Server::redis(&["--proto-max-bulk-len", "1mb"]);
    let manager = connect_to(&server, 0).await;
    assert_is_unencodable(&declare(Redis::new(manager).await.unwrap())).await;
}

/// The store may not read the limit here. The server rejects the value, and closes the connection.
#[tokio::test]
async fn value_that_a_server_turns_out_not_to_take_is_unencodable() {
    let server = Server::redis(&[]);
    let mut other = connect_to(&server, 0).await;
    let store = declare(Redis::open(server.url()).await.unwrap());
    let () = ask(&mut other, &["CONFIG", "SET", "proto-max-bulk-len", "1mb"]).await;
    assert_is_unencodable(&store).await;
}

#[tokio::test]
async fn key_that_is_longer_than_the_server_takes_is_unencodable() {
    let server = Server::redis(&["--proto-max-bulk-len", "1mb"]);
    let store = declare(Redis::open(server.url()).await.unwrap());
    let key = "k".repeat(2 * MEGABYTE);
    let arrival = store.arrive(&key, &POLICY, 0.into(), Payload::new(0), Token::random());
    let rejected = arrival.await.unwrap_err();
    assert!(matches!(rejected.error, StoreError::Unencodable(_)));
}
