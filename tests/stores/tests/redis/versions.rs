//! Two releases on the same joins, during a rolling deploy and after a roll-back. The test writes what the other
//! release would write.

use linked_span::fan_in::{Redis, Store, StoreError, Token, Verdict};
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::{POLICY, Payload};
use redis::aio::ConnectionManager;

use crate::lists;
use crate::server::{Database, ask};
use crate::ship::{arrive, open};

const DECLARED: &str = "{linked_span:ship}:declared";

/// Writes the declaration of a release of this version, which that release and later ones can use.
async fn migrate(manager: &mut ConnectionManager, version: u32, lowest: u32) {
    let declared: String = ask(manager, &["GET", DECLARED]).await;
    let inputs = declared.splitn(3, ' ').nth(2).unwrap();
    let declared = format!("{version} {lowest} {inputs}");
    let () = ask(manager, &["SET", DECLARED, &declared]).await;
}

/// A release without lists declares each input as a single one.
#[tokio::test]
async fn release_without_lists_is_refused_where_an_input_is_a_list() {
    let database = Database::begin().await;
    let mut manager = database.connect().await;
    let worker = Worker::with(&database, lists::policy()).await;
    lists::pack_all(&worker, "order", [0]).await;
    let declared: String = ask(&mut manager, &["GET", DECLARED]).await;
    assert_eq!(declared, "1 1 a: Payload\nb[]: Payload");
    let earlier = open(&manager).await;
    let arrival = earlier.arrive("order", &POLICY, 1.into(), Payload::new(1), Token::random());
    let rejected = arrival.await.unwrap_err();
    assert!(
        matches!(rejected.error, StoreError::Misconfigured(_)),
        "{rejected:?}"
    );
}

/// The previous release did not know lists. Its joins of single inputs have the same form.
#[tokio::test]
async fn join_that_the_previous_release_opened_goes_on() {
    let mut manager = Database::begin().await.connect().await;
    let declared = "1 1 a: Payload\nb: Payload";
    let deadline = "9000000000000";
    for words in [
        &["SET", DECLARED, declared][..],
        &[
            "HSET",
            "{linked_span:ship}:join:order",
            "join",
            "open 1 - 0 9000000000000 0 1700000000000",
            "input:0",
            r#"1700000000000 {"version":1,"input":{"id":0,"text":""}}"#,
        ],
        &["ZADD", "{linked_span:ship}:due", deadline, "order"],
        &["ZADD", "{linked_span:ship}:unsettled", "0", "order"],
    ] {
        let _: redis::Value = ask(&mut manager, words).await;
    }
    let store = open(&manager).await;
    let verdict = arrive(&store, "order", 1, Token::random()).await;
    let Verdict::Run(claim) = verdict else {
        panic!("{verdict:?}");
    };
    assert_eq!(claim.inputs.len(), 2);
    let declared_now: String = ask(&mut manager, &["GET", DECLARED]).await;
    assert_eq!(declared_now, declared);
}

async fn refusal(store: &Redis) -> String {
    let arrival = store.arrive("order", &POLICY, 1.into(), Payload::new(1), Token::random());
    let rejected = arrival.await.unwrap_err();
    assert!(matches!(rejected.error, StoreError::Misconfigured(_)));
    assert_eq!(rejected.payload, Payload::new(1));
    rejected.error.to_string()
}

#[tokio::test]
async fn later_release_that_shares_its_joins_does_not_stop_this_one() {
    let mut manager = Database::begin().await.connect().await;
    let running = open(&manager).await;
    arrive(&running, "order", 0, Token::random()).await;
    migrate(&mut manager, 2, 1).await;
    let began_later = open(&manager).await;
    for (store, key) in [(&running, "a"), (&began_later, "b")] {
        let verdict = arrive(store, key, 0, Token::random()).await;
        assert!(matches!(verdict, Verdict::Waiting(_)));
    }
    let verdict = arrive(&running, "order", 1, Token::random()).await;
    assert!(matches!(verdict, Verdict::Run(_)));
    running.migrate().await.unwrap();
    let declared: String = ask(&mut manager, &["GET", DECLARED]).await;
    assert!(declared.starts_with("2 1 "), "{declared}");
}

#[tokio::test]
async fn release_that_is_too_old_is_refused_while_it_runs_and_when_it_begins() {
    let mut manager = Database::begin().await.connect().await;
    let running = open(&manager).await;
    arrive(&running, "order", 0, Token::random()).await;
    migrate(&mut manager, 2, 2).await;
    for store in [&running, &open(&manager).await] {
        assert_eq!(
            refusal(store).await,
            "deploy a newer release: this one has version 1, and the joins need version 2 or later"
        );
    }
    migrate(&mut manager, 1, 1).await;
    let verdict = arrive(&running, "order", 1, Token::random()).await;
    assert!(matches!(verdict, Verdict::Run(_)));
}

#[tokio::test]
async fn older_joins_are_refused_until_they_are_migrated() {
    let mut manager = Database::begin().await.connect().await;
    let store = open(&manager).await;
    arrive(&store, "order", 0, Token::random()).await;
    migrate(&mut manager, 0, 0).await;
    assert_eq!(
        refusal(&store).await,
        "run `Redis::migrate()`: the joins are of version 0, and this release has version 1"
    );
    for _ in 0..2 {
        store.migrate().await.unwrap();
    }
    let verdict = arrive(&store, "order", 1, Token::random()).await;
    assert!(matches!(verdict, Verdict::Run(_)));
}
