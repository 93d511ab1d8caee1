//! Stored joins, in cases that only Redis has.

use std::time::Duration;

use linked_span::fan_in::{JoinQuery, Operator, Page, Store, Token, Verdict};
use linked_span_tests_stores::servers::Server;
use linked_span_tests_stores::{POLICY, Payload};

use crate::server::{Database, ask, connect_to};
use crate::ship::{arrive, open};

const JOIN: &str = "{linked_span:ship}:join:order";

/// The server forgets a millisecond later than the state machine.
#[tokio::test]
async fn expiring_hash_does_not_remove_the_next_join() {
    let mut manager = Database::begin().await.connect().await;
    let store = open(&manager).await;
    let ended = "completed 0 1 1 0 0 1";
    let _: u32 = ask(&mut manager, &["HSET", JOIN, "join", ended]).await;
    let _: u32 = ask(&mut manager, &["PEXPIRE", JOIN, "60000"]).await;
    let verdict = arrive(&store, "order", 0, Token::random()).await;
    assert!(matches!(verdict, Verdict::Waiting(_)));
    let left: i64 = ask(&mut manager, &["PTTL", JOIN]).await;
    assert_eq!(left, -1);
    let join: String = ask(&mut manager, &["HGET", JOIN, "join"]).await;
    assert!(join.starts_with("open 1 - "), "{join}");
}

/// By default Lua writes a number of that size with an exponent.
#[tokio::test]
async fn longest_durations_are_kept_to_the_millisecond() {
    let mut manager = Database::begin().await.connect().await;
    let store = open(&manager).await;
    let policy = POLICY
        .timeout(Duration::MAX)
        .lease(Duration::MAX)
        .dedup_window(Duration::MAX);
    for input in [0, 1] {
        let arrived = store.arrive("order", &policy, input.into(), Payload::new(0), Token(1));
        arrived.await.unwrap();
    }
    let join: String = ask(&mut manager, &["HGET", JOIN, "join"]).await;
    let columns: Vec<_> = join.split(' ').collect();
    let [_, _, _, until, deadline, _, since] = columns[..] else {
        panic!("{join}");
    };
    let since: u64 = since.parse().unwrap();
    for moment in [until, deadline] {
        let moment: u64 = moment.parse().unwrap();
        assert!(
            (0..60_000).contains(&(moment - since - (1 << 51))),
            "{join}"
        );
    }
    let due_at: String = ask(&mut manager, &["ZSCORE", "{linked_span:ship}:due", "order"]).await;
    assert_eq!(due_at, until);
}

#[tokio::test]
async fn sweep_continues_past_parked_joins() {
    let manager = Database::begin().await.connect().await;
    let store = open(&manager).await;
    let policy = POLICY
        .timeout(Duration::ZERO)
        .lease(Duration::ZERO)
        .max_attempts(1);
    // Joins whose last attempt died, which precede a due join in the set.
    let longer = policy.timeout(POLICY.timeout);
    for key in ["a", "b", "c", "d"] {
        for input in [0, 1] {
            let arrived = store.arrive(key, &longer, input.into(), Payload::new(0), Token(1));
            arrived.await.unwrap();
        }
    }
    let over = store.arrive("over", &policy, 0.into(), Payload::new(0), Token(2));
    over.await.unwrap();
    let due = Store::<Payload>::claim_due(&store, &policy, Token(3), 2)
        .await
        .unwrap();
    let keys: Vec<_> = due.claims.iter().map(|due| due.key.as_str()).collect();
    assert_eq!(keys, ["over"]);
}

/// Another client removed the hash, and left the key in the sets.
#[tokio::test]
async fn removed_join_blocks_no_other() {
    let mut manager = Database::begin().await.connect().await;
    let store = open(&manager).await;
    for key in ["order", "other"] {
        arrive(&store, key, 0, Token::random()).await;
    }
    let () = ask(&mut manager, &["DEL", JOIN]).await;
    let _: u32 = ask(
        &mut manager,
        &["ZADD", "{linked_span:ship}:due", "1", "order"],
    )
    .await;
    assert_eq!(Operator::len(&store).await.unwrap(), 2);
    let due = Store::<Payload>::claim_due(&store, &POLICY, Token(1), 9).await;
    assert!(due.unwrap().claims.is_empty());
    assert_eq!(Operator::len(&store).await.unwrap(), 1);
}

/// There are more joins than one request returns, in another order.
#[tokio::test]
async fn list_returns_every_join() {
    let store = open(&Database::begin().await.connect().await).await;
    let keys: Vec<_> = (0..2_500).map(|key| format!("{key:04}")).collect();
    for key in keys.iter().rev() {
        arrive(&store, key, 0, Token::random()).await;
    }
    let mut found: Vec<String> = Vec::new();
    for last in [1_200, 2_400, 2_500, 2_500] {
        let page = Page::after(found.last().map(String::as_str), 1_200);
        let listed = Operator::list(&store, &POLICY, JoinQuery::Unsettled(page)).await;
        found.extend(listed.unwrap().into_iter().map(|listed| listed.key));
        assert_eq!(found, keys[..last]);
    }
    assert_eq!(Operator::len(&store).await.unwrap(), keys.len());
}

#[tokio::test]
async fn functions_are_listed_with_their_joins_and_when_they_were_declared() {
    let database = Database::begin().await;
    let store = open(&database.connect().await).await;
    assert!(store.functions().await.unwrap().is_empty());
    for key in ["order", "other"] {
        arrive(&store, key, 0, Token::random()).await;
    }
    let name = "shop::{odd} %7D name";
    let other = crate::ship::declare(open(&database.connect().await).await.named(name));
    arrive(&other, "order", 0, Token::random()).await;
    let functions = store.functions().await.unwrap();
    let counted: Vec<_> = functions
        .iter()
        .map(|function| (function.name.as_str(), function.unsettled))
        .collect();
    assert_eq!(counted, [("ship", 2), (name, 1)]);
    assert_eq!(functions[0].inputs, ["a: Payload", "b: Payload"]);
    assert!(functions[0].declared_ago < std::time::Duration::from_mins(1));
}

/// The list only reads the joins of its page: reading 200,000 joins took 450 ms.
#[tokio::test]
async fn page_of_many_joins_reads_only_its_joins() {
    let server = Server::redis(&[]);
    let mut manager = connect_to(&server, 0).await;
    let store = open(&manager).await;
    for key in 0..500 {
        arrive(&store, &key.to_string(), 0, Token::random()).await;
    }
    let () = ask(&mut manager, &["CONFIG", "RESETSTAT"]).await;
    let page = Page::after(Some("2"), 10);
    let listed = Operator::list(&store, &POLICY, JoinQuery::Unsettled(page)).await;
    assert_eq!(listed.unwrap().len(), 10);
    let calls: String = ask(&mut manager, &["INFO", "commandstats"]).await;
    for read in ["cmdstat_hmget:calls=10,", "cmdstat_zrangebylex:calls=1,"] {
        assert!(calls.contains(read), "{calls}");
    }
    for other in ["zscan", "zrange:", "hget:", "keys:"] {
        assert!(!calls.contains(&format!("cmdstat_{other}")), "{calls}");
    }
}

/// Another client removed the first join, and left its key in the sets. The join seems to have ended after the key was
/// read.
#[tokio::test]
async fn list_continues_after_a_page_of_removed_joins() {
    let mut manager = Database::begin().await.connect().await;
    let store = open(&manager).await;
    for key in ["order", "other"] {
        arrive(&store, key, 0, Token::random()).await;
    }
    let () = ask(&mut manager, &["DEL", JOIN]).await;
    let page = Page::first(1);
    let listed = Operator::list(&store, &POLICY, JoinQuery::Unsettled(page)).await;
    let keys: Vec<_> = listed
        .unwrap()
        .into_iter()
        .map(|listed| listed.key)
        .collect();
    assert_eq!(keys, ["other"]);
}
