//! Lists in Redis: the time of an arrival, limits, and elements that are left of an earlier life.

use linked_span::fan_in::{
    ArrivingInput, Claim, Counts, Inputs, JoinPolicy, JoinQuery, ListLimit, Page, Redis,
    Settlement, Store as _, StoreError, Token, Verdict,
};
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::servers::Server;
use linked_span_tests_stores::{Fixture, POLICY, Payload};
use redis::aio::ConnectionManager;

use crate::server::{Database, ask, connect_to};

const ORDER: u8 = 0;
const PACKED: u8 = 1;

/// More than two pages.
const MANY: u16 = 1_200;

pub(crate) fn policy() -> JoinPolicy {
    POLICY.lists(Inputs::default().with(PACKED))
}

fn order(lines: u16) -> ArrivingInput<'static> {
    ArrivingInput::from(ORDER).with_counts(Counts::default().with(PACKED, lines))
}

/// Makes the arrival of an element whose payload has its number.
async fn pack(worker: &Worker<Redis>, key: &str, number: u16) -> Verdict<Payload> {
    let id = format!("line {number}");
    let packed = ArrivingInput::element(PACKED, &id);
    let payload = Payload::new(number.into());
    let arrived = worker.arrive_with(key, packed, payload, Token::random());
    arrived.await.verdict
}

pub(crate) async fn pack_all(
    worker: &Worker<Redis>,
    key: &str,
    numbers: impl IntoIterator<Item = u16>,
) {
    for number in numbers {
        let verdict = pack(worker, key, number).await;
        assert!(matches!(verdict, Verdict::Waiting(_)), "{verdict:?}");
    }
}

/// Makes the order arrive, which completes the join.
pub(crate) async fn complete(
    worker: &Worker<Redis>,
    key: &str,
    lines: u16,
) -> (Token, Claim<Payload>) {
    let (token, payload) = (Token::random(), Payload::new(0));
    let arrived = worker.arrive_with(key, order(lines), payload, token);
    match arrived.await.verdict {
        Verdict::Run(claim) => (token, claim),
        verdict => panic!("{verdict:?}"),
    }
}

pub(crate) fn numbers(claim: &Claim<Payload>) -> Vec<u64> {
    let lines = claim.at(PACKED).iter();
    lines.map(|line| line.payload.id).collect()
}

/// Uses a list: its elements, its end, and its removal.
pub(crate) async fn use_list(store: Redis) {
    let worker = Worker::serving(store, "list", policy());
    pack_all(&worker, "order", [2, 1]).await;
    let again = pack(&worker, "order", 2).await;
    assert!(matches!(again, Verdict::Duplicate(_)), "{again:?}");
    let (token, claim) = complete(&worker, "order", 2).await;
    assert_eq!(numbers(&claim), [2, 1]);
    assert!(worker.settle("order", token, Settlement::Completed).await);
}

/// Returns the commands of an arrival, and the microseconds that the server took for its script.
async fn cost(manager: &mut ConnectionManager) -> (Vec<String>, u64) {
    let stats: String = ask(manager, &["INFO", "commandstats"]).await;
    let calls = stats
        .lines()
        .filter_map(|line| line.strip_prefix("cmdstat_"));
    let calls: Vec<_> = calls.filter(|call| !call.starts_with("config")).collect();
    let script = calls.iter().find(|call| call.starts_with("evalsha:"));
    let (_, time) = script.unwrap().split_once("usec=").unwrap();
    let time = time.split(',').next().unwrap().parse().unwrap();
    let mut commands: Vec<_> = calls
        .iter()
        .map(|call| call.split(',').next().unwrap().replace("calls=", ""))
        .collect();
    commands.sort_unstable();
    (commands, time)
}

/// The commands are the same, and each takes the server the same time for a list of any length. The times are printed only,
/// because other processes use the machine too.
#[tokio::test]
async fn thousandth_element_takes_the_same_commands_as_the_second() {
    let server = Server::redis(&[]);
    let mut manager = connect_to(&server, 0).await;
    let store = Redis::new(manager.clone()).await.unwrap();
    let worker = Worker::serving(store, "ship", policy());
    let (mut commands, mut fastest) = (Vec::new(), [u64::MAX; 3]);
    for number in 0..1_050 {
        let () = ask(&mut manager, &["CONFIG", "RESETSTAT"]).await;
        pack_all(&worker, "order", [number]).await;
        let place = match number {
            1..50 => 0,
            100..150 => 1,
            1_000..1_050 => 2,
            _ => continue,
        };
        let (called, time) = cost(&mut manager).await;
        fastest[place] = fastest[place].min(time);
        commands.push(called);
    }
    println!("{fastest:?} us, {:?}", commands[0]);
    for other in &commands[1..] {
        assert_eq!(*other, commands[0]);
    }
    let constant = [
        "evalsha",
        "get",
        "hmget",
        "hset",
        "rpush",
        "sadd",
        "sismember",
        "time",
        "zrangebyscore",
    ];
    let expected: Vec<_> = constant.map(|name| format!("{name}:1")).into();
    assert_eq!(commands[0], expected);
}

#[tokio::test]
async fn list_of_many_pages_is_read_in_order_of_arrival() {
    let worker = Worker::with(&Database::begin().await, policy()).await;
    let arrived: Vec<_> = (0..MANY).map(|number| number * 7 % MANY).collect();
    pack_all(&worker, "order", arrived.clone()).await;
    let (token, claim) = complete(&worker, "order", MANY).await;
    let arrived: Vec<_> = arrived.into_iter().map(u64::from).collect();
    assert_eq!(numbers(&claim), arrived);
    // The next attempt sees the same list.
    assert!(worker.settle("order", token, Settlement::Failed).await);
    let (_, again) = complete(&worker, "order", 7).await;
    assert_eq!((again.attempts, numbers(&again)), (2, arrived));
}

#[tokio::test]
async fn element_over_the_byte_limit_is_rejected_and_changes_nothing() {
    let database = Database::begin().await;
    // An element has 40 bytes and one digit: `{"version":1,"input":{"id":0,"text":""}}`.
    let mut worker = Worker::with(&database, policy().max_bytes(1)).await;
    let over = async |worker: &Worker<Redis>, id| {
        let packed = ArrivingInput::element(PACKED, id);
        let payload = Payload::new(0);
        let (key, policy) = ("order", &worker.policy);
        let arrived = worker
            .store
            .arrive(key, policy, packed, payload.clone(), Token::random());
        let refused = arrived.await.unwrap_err();
        assert_eq!(refused.payload, payload);
        let StoreError::OverLimit(ListLimit::Bytes { max }) = refused.error else {
            panic!("{refused:?}");
        };
        assert_eq!(max, policy.max_bytes);
    };
    over(&worker, "first").await;
    assert_eq!(database.rows().await, 0);
    let encoded = serde_json::json!({ "version": 1, "input": Payload::new(0) }).to_string();
    worker.policy = policy().max_bytes(2 * encoded.len() as u64);
    pack_all(&worker, "order", [0, 1]).await;
    over(&worker, "third").await;
    // Known elements and single inputs need no room.
    let known = pack(&worker, "order", 1).await;
    assert!(matches!(known, Verdict::Duplicate(_)), "{known:?}");
    let (_, claim) = complete(&worker, "order", 2).await;
    assert_eq!(numbers(&claim), [0, 1]);
}

/// Makes the arrival of an element that exceeds the limit of bytes.
async fn reject_an_element(worker: &Worker<Redis>) {
    let packed = ArrivingInput::element(PACKED, "line");
    let (policy, payload) = (&worker.policy, Payload::new(0));
    let arrived = worker
        .store
        .arrive("order", policy, packed, payload, Token::random());
    let refused = arrived.await.unwrap_err();
    assert!(
        matches!(refused.error, StoreError::OverLimit(_)),
        "{refused:?}"
    );
}

/// The arrival returns its error, and cannot return the other join.
#[tokio::test]
async fn rejected_element_leaves_an_overdue_join_to_a_sweep() {
    let database = Database::begin().await;
    let worker = Worker::with(&database, policy().max_bytes(1)).await;
    let opened = worker.arrive_with("overdue", order(2), Payload::new(0), Token::random());
    assert!(matches!(opened.await.verdict, Verdict::Waiting(_)));
    database.pass(POLICY.timeout).await;
    reject_an_element(&worker).await;
    assert_eq!(worker.one_due().await.key, "overdue");
}

/// The arrival returns its error, and cannot report the other join.
#[tokio::test]
async fn join_that_a_rejected_element_parks_is_reported_by_the_next_call() {
    let database = Database::begin().await;
    let worker = Worker::with(&database, policy().max_bytes(1).max_attempts(1)).await;
    let run = worker.arrive_with("died", order(0), Payload::new(0), Token::random());
    assert!(matches!(run.await.verdict, Verdict::Run(_)));
    database.pass(POLICY.timeout + POLICY.lease).await;
    reject_an_element(&worker).await;
    let parked = worker.list(JoinQuery::Parked(Page::first(9))).await;
    assert_eq!(parked.len(), 1);
    for reported in [1, 0] {
        assert_eq!(worker.sweep(9).await.parked.attempts, reported);
    }
}

/// Another tool removed the hash of the join only.
#[tokio::test]
async fn elements_of_an_earlier_life_are_not_in_the_next_one() {
    let database = Database::begin().await;
    let worker = Worker::with(&database, policy()).await;
    pack_all(&worker, "order", 0..9).await;
    let mut manager = database.connect().await;
    let removed: u8 = ask(&mut manager, &["DEL", "{linked_span:ship}:join:order"]).await;
    assert_eq!(removed, 1);
    // The same identities are new ones.
    pack_all(&worker, "order", [3, 2, 1]).await;
    let (_, claim) = complete(&worker, "order", 3).await;
    assert_eq!(numbers(&claim), [3, 2, 1]);
}

#[tokio::test]
async fn elements_of_ended_and_forgotten_joins_are_removed() {
    let database = Database::begin().await;
    let worker = Worker::with(&database, policy()).await;
    pack_all(&worker, "completed", 0..3).await;
    let (token, _) = complete(&worker, "completed", 3).await;
    pack_all(&worker, "forgotten", 0..3).await;
    pack_all(&worker, "expired", 0..2).await;
    let settle = worker.settle("completed", token, Settlement::Completed);
    assert!(settle.await);
    assert!(worker.forget("forgotten").await);
    database.pass(POLICY.timeout).await;
    let due = worker.one_due().await;
    assert_eq!(due.claim.at(PACKED).len(), 2);
    let settle = worker.settle("expired", due.token, Settlement::ExpiryDelivered);
    assert!(settle.await);
    let mut manager = database.connect().await;
    for of in ["elements", "ids"] {
        let left: Vec<String> = ask(&mut manager, &["KEYS", &format!("*:{of}:*")]).await;
        assert_eq!(left, [""; 0]);
    }
    assert_eq!(worker.one("expired").await.unwrap().lists, []);
}

/// Another tool removed an element.
#[tokio::test]
async fn element_that_is_lost_parks_its_join_with_a_reason() {
    let database = Database::begin().await;
    let worker = Worker::with(&database, policy()).await;
    pack_all(&worker, "order", 0..2).await;
    let mut manager = database.connect().await;
    let keys: Vec<String> = ask(&mut manager, &["KEYS", "*:elements:*"]).await;
    let _: String = ask(&mut manager, &["LPOP", &keys[0]]).await;
    let arrived = worker.arrive_with("order", order(2), Payload::new(0), Token::random());
    let verdict = arrived.await.verdict;
    assert!(matches!(verdict, Verdict::Parked(_)), "{verdict:?}");
    let detail = worker.one("order").await.unwrap().detail.unwrap();
    assert_eq!(detail, "b: the store has lost it");
}

#[tokio::test]
async fn sweep_stops_after_the_elements_of_a_few_joins() {
    let database = Database::begin().await;
    let worker = Worker::with(&database, policy()).await;
    let mut manager = database.connect().await;
    for key in ["a", "b", "c"] {
        pack_all(&worker, key, [0]).await;
        let join = format!("{{linked_span:ship}}:join:{key}");
        let lists: String = ask(&mut manager, &["HGET", &join, "lists"]).await;
        let longer = lists.replace(":1:0:-", ":6000:0:-");
        let _: u8 = ask(&mut manager, &["HSET", &join, "lists", &longer]).await;
    }
    database.pass(POLICY.timeout).await;
    assert_eq!(worker.due(9).await.len(), 2);
    assert_eq!(worker.due(9).await.len(), 1);
}

#[tokio::test]
async fn full_server_takes_the_last_element_and_no_other() {
    let server = Server::redis(&[]);
    let mut manager = connect_to(&server, 0).await;
    let store = Redis::new(manager.clone()).await.unwrap();
    let worker = Worker::serving(store, "ship", policy());
    pack_all(&worker, "order", [0]).await;
    pack_all(&worker, "other", [0]).await;
    let arrived = worker.arrive_with("order", order(2), Payload::new(0), Token::random());
    assert!(matches!(arrived.await.verdict, Verdict::Waiting(_)));
    let () = ask(&mut manager, &["CONFIG", "SET", "maxmemory", "1"]).await;
    let (key, id) = ("other", "line 1");
    let packed = ArrivingInput::element(PACKED, id);
    let arrived = worker.store.arrive(
        key,
        &worker.policy,
        packed,
        Payload::new(1),
        Token::random(),
    );
    let refused = arrived.await.unwrap_err();
    assert!(
        matches!(refused.error, StoreError::Failed(_)),
        "{refused:?}"
    );
    let known = pack(&worker, "other", 0).await;
    assert!(matches!(known, Verdict::Duplicate(_)), "{known:?}");
    let Verdict::Run(claim) = pack(&worker, "order", 1).await else {
        panic!("the list is full");
    };
    assert_eq!(numbers(&claim), [0, 1]);
}

#[tokio::test]
async fn identity_that_is_longer_than_the_server_takes_is_unencodable() {
    let server = Server::redis(&["--proto-max-bulk-len", "1mb"]);
    let manager = connect_to(&server, 0).await;
    let worker = Worker::serving(Redis::new(manager).await.unwrap(), "ship", policy());
    let id = "i".repeat(2 << 20);
    let packed = ArrivingInput::element(PACKED, &id);
    let (policy, payload) = (&worker.policy, Payload::new(0));
    let arrived = worker
        .store
        .arrive("order", policy, packed, payload, Token::random());
    let refused = arrived.await.unwrap_err();
    assert!(
        matches!(refused.error, StoreError::Unencodable(_)),
        "{refused:?}"
    );
}
