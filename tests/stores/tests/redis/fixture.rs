//! Joins in a database of a server.

use std::time::Duration;

use linked_span::fan_in::Redis;
use linked_span_tests::milliseconds;
use linked_span_tests_stores::Fixture;
use redis::Script;

use crate::server::{Database, ask};

impl Fixture for Database {
    type Store = Redis;

    async fn begin() -> Self {
        Self::begin().await
    }

    async fn open(&self, _: &str) -> Redis {
        Redis::new(self.connect().await).await.unwrap()
    }

    fn named(store: Redis, name: &str) -> Redis {
        store.named(name)
    }

    async fn lose_all(&self) {
        let mut manager = self.connect().await;
        let _: String = ask(&mut manager, &["FLUSHDB"]).await;
    }

    async fn pass(&self, span: Duration) {
        let pass = Script::new(include_str!("pass.lua"));
        let mut manager = self.connect().await;
        let () = pass
            .arg(milliseconds(span))
            .invoke_async(&mut manager)
            .await
            .unwrap();
    }

    async fn rows(&self) -> usize {
        let mut manager = self.connect().await;
        let keys: Vec<Vec<u8>> = ask(&mut manager, &["KEYS", "*"]).await;
        keys.iter()
            .filter(|key| !key.ends_with(b"}:declared") && !key.ends_with(b"}:functions"))
            .count()
    }

    async fn spoil(&self, name: &str, key: &str) {
        let mut manager = self.connect().await;
        let join = format!("{{linked_span:{name}}}:join:{key}");
        let fields: Vec<String> = ask(&mut manager, &["HKEYS", &join]).await;
        let inputs: Vec<_> = fields
            .iter()
            .filter(|field| field.starts_with("input:"))
            .collect();
        assert!(!inputs.is_empty());
        for input in inputs {
            let _: i64 = ask(&mut manager, &["HSET", &join, input, "1 {"]).await;
        }
    }

    async fn lose_payloads(&self, name: &str, key: &str) {
        let mut manager = self.connect().await;
        let join = format!("{{linked_span:{name}}}:join:{key}");
        let lost: i64 = ask(&mut manager, &["HDEL", &join, "input:0"]).await;
        assert_eq!(lost, 1);
    }
}
