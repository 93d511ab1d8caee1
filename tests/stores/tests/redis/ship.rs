//! The joins of a function of two inputs.

use linked_span::fan_in::{Redis, Store, Token, Verdict};
use linked_span_tests_stores::{Payload, RULES};
use redis::aio::ConnectionManager;

pub(crate) async fn open(manager: &ConnectionManager) -> Redis {
    let store = Redis::new(manager.clone()).await.unwrap();
    Store::<Payload>::declare(&store, "ship", &["a", "b"]);
    store
}

pub(crate) async fn arrive(store: &Redis, key: &str, input: u8, token: Token) -> Verdict<Payload> {
    let arrived = store.arrive(key, &RULES, input, Payload::new(0), token);
    arrived.await.expect("an arrival").verdict
}
