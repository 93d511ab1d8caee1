//! What is kept, where it is not as a suite for all stores can make it.

use linked_span::fan_in::{Moment, Rules, Store, Token, Verdict};
use linked_span_tests_stores::{Payload, RULES};

use crate::server::{Database, ask};
use crate::ship::{arrive, open};

const JOIN: &str = "{linked_span:ship}:join:order";

/// A server forgets a millisecond later than the state machine.
#[tokio::test]
async fn what_is_about_to_be_forgotten_does_not_take_the_next_join_along() {
    let mut manager = Database::begin().await.connect().await;
    let store = open(&manager).await;
    let ended = [
        "stage",
        "completed",
        "holder",
        "1",
        "until",
        "1",
        "since",
        "1",
    ];
    let _: u32 = ask(&mut manager, &[["HSET", JOIN].as_slice(), &ended].concat()).await;
    let _: u32 = ask(&mut manager, &["PEXPIRE", JOIN, "60000"]).await;
    let verdict = arrive(&store, "order", 0, Token::random()).await;
    assert!(matches!(verdict, Verdict::Waiting(_)));
    let left: i64 = ask(&mut manager, &["PTTL", JOIN]).await;
    assert_eq!(left, -1);
    let holder: Option<String> = ask(&mut manager, &["HGET", JOIN, "holder"]).await;
    assert_eq!(holder, None);
}

/// Lua writes a number of that size with an exponent, unless it is told not to.
#[tokio::test]
async fn the_longest_spans_are_kept_to_the_millisecond() {
    let mut manager = Database::begin().await.connect().await;
    let store = open(&manager).await;
    let rules = Rules {
        timeout: Moment::MAX,
        lease: Moment::MAX,
        dedup_window: Moment::MAX,
        ..RULES
    };
    for input in [0, 1] {
        let arrived = store.arrive("order", &rules, input, Payload::new(0), Token(1));
        arrived.await.unwrap();
    }
    let since: Moment = ask(&mut manager, &["HGET", JOIN, "since"]).await;
    for column in ["deadline", "until"] {
        let moment: Moment = ask(&mut manager, &["HGET", JOIN, column]).await;
        assert!(
            (0..60_000).contains(&(moment - since - (1 << 51))),
            "{column} {moment}"
        );
    }
    let sweep_at: String = ask(&mut manager, &["ZSCORE", "{linked_span:ship}:due", "order"]).await;
    let until: String = ask(&mut manager, &["HGET", JOIN, "until"]).await;
    assert_eq!(sweep_at, until);
}

#[tokio::test]
async fn a_sweep_goes_on_past_what_it_parks() {
    let manager = Database::begin().await.connect().await;
    let store = open(&manager).await;
    let rules = Rules {
        timeout: 0,
        lease: 0,
        max_attempts: 1,
        ..RULES
    };
    // Joins that came to life and died at once, in front of one that is over.
    let longer = Rules {
        timeout: RULES.timeout,
        ..rules
    };
    for key in ["a", "b", "c", "d"] {
        for input in [0, 1] {
            let arrived = store.arrive(key, &longer, input, Payload::new(0), Token(1));
            arrived.await.unwrap();
        }
    }
    let over = store.arrive("over", &rules, 0, Payload::new(0), Token(2));
    over.await.unwrap();
    let due = Store::<Payload>::due(&store, &rules, Token(3), 2)
        .await
        .unwrap();
    let keys: Vec<_> = due.iter().map(|due| due.key.as_str()).collect();
    assert_eq!(keys, ["over"]);
}

/// Somebody has removed it, and left it in the sets.
#[tokio::test]
async fn a_join_that_is_gone_is_in_nobodys_way() {
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
    assert_eq!(Store::<Payload>::len(&store).await.unwrap(), 2);
    let due = Store::<Payload>::due(&store, &RULES, Token(1), 9).await;
    assert!(due.unwrap().is_empty());
    assert_eq!(Store::<Payload>::len(&store).await.unwrap(), 1);
}
