//! A failover by a Sentinel.

use std::sync::Arc;
use std::time::{Duration, Instant};

use linked_span::fan_in::{Redis, Store, StoreError, Token, Verdict};
use linked_span_tests_stores::servers::{Server, free_port};
use linked_span_tests_stores::{POLICY, Payload};
use redis::sentinel::{SentinelClient, SentinelServerType};
use tokio::sync::Mutex;

use crate::server::{ask, connect_to};
use crate::ship::{declare, use_all};

struct Watched {
    master: Server,
    replica: Server,
    sentinel: Server,
    port: u16,
}

impl Watched {
    async fn begin() -> Self {
        let [master_port, replica_port, port] = [(); 3].map(|()| free_port());
        let master = Server::redis_on(master_port, &["--repl-diskless-sync-delay", "0"]);
        let replicated = format!("127.0.0.1 {master_port}");
        let replica = Server::redis_on(replica_port, &["--replicaof", &replicated]);
        let sentinel = Server::sentinel(port, master_port);
        let watched = Self {
            master,
            replica,
            sentinel,
            port,
        };
        // Wait until the Sentinel knows the replica.
        let mut manager = connect_to(&watched.sentinel, 0).await;
        for _ in 0..600 {
            let info: String = ask(&mut manager, &["INFO", "sentinel"]).await;
            if info.contains("status=ok") && info.contains("slaves=1") {
                return watched;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the Sentinel does not know the replica");
    }

    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    async fn open(&self) -> Redis {
        let sentinels = vec![self.url()];
        let master = SentinelServerType::Master;
        let client = SentinelClient::build(sentinels, "orders".to_owned(), None, master).unwrap();
        let client = Arc::new(Mutex::new(client));
        let store = Redis::connect(move || {
            let client = Arc::clone(&client);
            async move { client.lock().await.get_async_connection().await }
        });
        declare(store.await.unwrap())
    }
}

#[tokio::test]
async fn store_goes_on_with_the_master_that_a_sentinel_names() {
    let watched = Watched::begin().await;
    let store = watched.open().await;
    use_all(&store).await;
    let mut manager = connect_to(&watched.sentinel, 0).await;
    // The Sentinel refuses until it has polled the replica.
    for _ in 0..200 {
        let mut fail_over = redis::cmd("SENTINEL");
        fail_over.arg("FAILOVER").arg("orders");
        if fail_over.exec_async(&mut manager).await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    // The old master accepts arrivals until the Sentinel demotes it.
    let began = Instant::now();
    for number in 0.. {
        let key = format!("order {number}");
        let arrival = store.arrive(&key, &POLICY, 0.into(), Payload::new(0), Token::random());
        if let Err(rejected) = arrival.await {
            assert!(
                matches!(rejected.error, StoreError::Failed(_)),
                "{rejected:?}"
            );
        }
        if is_master_with(&watched.replica, &key).await {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(30));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let later = declare(store.named("later"));
    use_all(&later).await;
    let mut manager = connect_to(&watched.replica, 0).await;
    let kept: bool = ask(&mut manager, &["EXISTS", "{linked_span:later}:declared"]).await;
    assert!(kept);
}

/// Returns `true` if the server is the master and has the join. A server closes all connections when it is promoted.
async fn is_master_with(server: &Server, key: &str) -> bool {
    let mut asked = redis::pipe();
    let join = format!("{{linked_span:ship}}:join:{key}");
    asked.cmd("ROLE").exists(join);
    let mut manager = connect_to(server, 0).await;
    let answered = asked.query_async(&mut manager).await;
    let Ok((role, kept)): redis::RedisResult<(Vec<redis::Value>, bool)> = answered else {
        return false;
    };
    kept && role[0] == redis::Value::BulkString(b"master".to_vec())
}

#[tokio::test]
async fn dead_master_is_followed_by_its_replica() {
    let mut watched = Watched::begin().await;
    let store = watched.open().await;
    let arrive =
        |key: &'static str| store.arrive(key, &POLICY, 0.into(), Payload::new(0), Token::random());
    let arrived = arrive("before").await.unwrap();
    assert!(matches!(arrived.verdict, Verdict::Waiting(_)));
    watched.master.stop();
    let began = Instant::now();
    while arrive("after").await.is_err() {
        assert!(began.elapsed() < Duration::from_secs(30));
    }
}

#[tokio::test]
async fn sentinel_itself_is_refused() {
    let sentinel = Server::sentinel(free_port(), free_port());
    let error = Redis::open(sentinel.url()).await.unwrap_err();
    assert!(matches!(error, StoreError::Misconfigured(_)), "{error:?}");
    assert_eq!(
        error.to_string(),
        "this is a Sentinel, which keeps nothing: give `Redis::connect` a closure that asks it for the master"
    );
}

#[tokio::test]
async fn replica_is_refused() {
    let master = format!("127.0.0.1 {}", free_port());
    let replica = Server::redis(&["--replicaof", &master]);
    let error = Redis::open(replica.url()).await.unwrap_err();
    let StoreError::Failed(error) = error else {
        panic!("{error:?}");
    };
    assert_eq!(
        error.to_string(),
        "the server is a replica, which only reads: connect to its master"
    );
}
