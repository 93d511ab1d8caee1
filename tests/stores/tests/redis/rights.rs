//! Users, passwords and database numbers.

use linked_span::fan_in::{Redis, StoreError};
use linked_span_tests_stores::servers::Server;

use crate::lists::use_list;
use crate::proxy::Proxy;
use crate::server::{ask, connect_to};
use crate::ship::{declare, use_all};

/// The rights that the store's documentation lists.
const RIGHTS: &str = "on >password ~{linked_span:* +eval +evalsha +info +get +set +del +persist +pexpireat +time \
     +hget +hmget +hset +hdel +hgetall +sadd +sismember +rpush +lrange +unlink +zadd +zrem +zcard +zrangebyscore +zrangebylex";

async fn server_with(rights: &str) -> Server {
    let server = Server::redis(&[]);
    let mut words = vec!["ACL", "SETUSER", "shop"];
    words.extend(rights.split_whitespace());
    let () = ask(&mut connect_to(&server, 0).await, &words).await;
    server
}

#[tokio::test]
async fn user_with_the_documented_rights_can_do_all() {
    let server = server_with(RIGHTS).await;
    let proxy = Proxy::to(&server).await;
    let url = format!("redis://shop:password@127.0.0.1:{}/0", proxy.port());
    let store = Redis::open(url).await.unwrap();
    use_list(store.clone().named("list")).await;
    use_all(&declare(store)).await;
    let denied: Vec<Vec<(String, redis::Value)>> =
        ask(&mut connect_to(&server, 0).await, &["ACL", "LOG"]).await;
    // The only denied command reads the server's limit of values.
    assert_eq!(denied.len(), 1, "{denied:?}");
}

/// It also covers commands that scripts rarely call, in their documented form.
#[test]
fn each_command_of_a_script_is_among_the_documented_rights() {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../runtime/src/fan_in/redis"
    );
    let mut scripts = 0;
    for file in std::fs::read_dir(format!("{folder}/lua")).unwrap() {
        let script = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for call in script.split("redis.call('").skip(1) {
            let (command, _) = call.split_once('\'').unwrap();
            let right = format!("+{}", command.to_lowercase());
            assert!(
                RIGHTS.split_whitespace().any(|word| word == right),
                "{right}"
            );
        }
        scripts += 1;
    }
    assert!(scripts > 5);
    let page = std::fs::read_to_string(format!("{folder}/mod.rs")).unwrap();
    let page: Vec<_> = page
        .split_whitespace()
        .filter(|word| *word != "///")
        .collect();
    let rights: Vec<_> = RIGHTS.split_whitespace().collect();
    assert!(page.windows(rights.len()).any(|words| words == rights));
}

#[tokio::test]
async fn user_without_the_right_to_info_is_an_error_that_names_it() {
    let server = server_with(&RIGHTS.replace("+info ", "")).await;
    let proxy = Proxy::to(&server).await;
    let url = format!("redis://shop:password@127.0.0.1:{}/0", proxy.port());
    let error = Redis::open(url).await.unwrap_err();
    assert!(matches!(error, StoreError::Misconfigured(_)), "{error:?}");
    assert_eq!(
        error.to_string(),
        "the user may not ask whether the server drops joins when its memory is full: grant it `+info`"
    );
}

#[tokio::test]
async fn password_and_database_number_are_read_from_the_url() {
    let server = Server::redis(&["--requirepass", "secret"]);
    let proxy = Proxy::to(&server).await;
    let url = format!("redis://:secret@127.0.0.1:{}/3", proxy.port());
    let client = redis::Client::open(url.as_str()).unwrap();
    use_all(&declare(Redis::open(url).await.unwrap())).await;
    let mut manager = client.get_connection_manager().await.unwrap();
    let store = Redis::new(manager.clone()).await.unwrap();
    use_all(&declare(store.named("other"))).await;
    let spaces: String = ask(&mut manager, &["INFO", "keyspace"]).await;
    assert!(
        spaces.contains("db3:") && !spaces.contains("db0:"),
        "{spaces}"
    );
    let wrong = format!("redis://:wrong@127.0.0.1:{}/3", proxy.port());
    Redis::open(wrong).await.unwrap_err();
}

#[tokio::test]
async fn newer_protocol_is_understood() {
    let server = Server::redis(&[]);
    let url = format!("{}?protocol=resp3", server.url());
    use_all(&declare(Redis::open(url).await.unwrap())).await;
}
