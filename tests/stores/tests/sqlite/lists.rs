//! Lists in a file: what an arrival takes, limits, and elements that are left of an earlier life.

use linked_span::fan_in::state::Counts;
use linked_span::fan_in::{
    ArrivingInput, Claim, Inputs, JoinPolicy, JoinQuery, ListLimit, ListSummary, Settlement,
    Sqlite, Store as _, StoreError, Token, Verdict,
};
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::{Fixture, POLICY, Payload};

use crate::fixture::File;

const ORDER: u8 = 0;
const PACKED: u8 = 1;

/// More than one statement reads or removes.
const MANY: u16 = 1_200;

fn policy() -> JoinPolicy {
    POLICY.lists(Inputs::default().with(PACKED))
}

fn order(lines: u16) -> ArrivingInput<'static> {
    ArrivingInput::from(ORDER).with_counts(Counts::default().with(PACKED, lines))
}

/// Makes the arrival of an element whose payload has its number.
async fn pack(worker: &Worker<Sqlite>, key: &str, number: u16) -> Verdict<Payload> {
    let id = format!("line {number}");
    let packed = ArrivingInput::element(PACKED, &id);
    let payload = Payload::new(number.into());
    let arrived = worker.arrive_with(key, packed, payload, Token::random());
    arrived.await.verdict
}

async fn pack_all(worker: &Worker<Sqlite>, key: &str, numbers: impl IntoIterator<Item = u16>) {
    for number in numbers {
        let verdict = pack(worker, key, number).await;
        assert!(matches!(verdict, Verdict::Waiting(_)), "{verdict:?}");
    }
}

/// Makes the order arrive, which completes the join.
async fn complete(worker: &Worker<Sqlite>, key: &str, lines: u16) -> (Token, Claim<Payload>) {
    let token = Token::random();
    let payload = Payload::new(0);
    match worker
        .arrive_with(key, order(lines), payload, token)
        .await
        .verdict
    {
        Verdict::Run(claim) => (token, claim),
        verdict => panic!("{verdict:?}"),
    }
}

fn numbers(claim: &Claim<Payload>) -> Vec<u16> {
    let number = |id: u64| u16::try_from(id).unwrap();
    claim
        .at(PACKED)
        .iter()
        .map(|line| number(line.payload.id))
        .collect()
}

async fn elements(file: &File) -> i64 {
    let count = "SELECT count(*) FROM linked_span_elements";
    sqlx::query_scalar(count)
        .fetch_one(&file.pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn thousandth_element_takes_no_more_instructions_than_the_first() {
    let file = File::begin().await;
    let counted = file.counted().await;
    let worker = Worker::serving(Sqlite::new(counted.pool.clone()), "ship", policy());
    let mut taken = Vec::new();
    for number in 0..1_000 {
        taken.push(counted.during(pack_all(&worker, "order", [number])).await);
    }
    // Some arrivals also search for other joins. A scan of the list would take several instructions for each element.
    let (least, most) = (taken.iter().min().unwrap(), taken.iter().max().unwrap());
    assert!(most < &(2 * least), "from {least} to {most} instructions");
}

#[tokio::test]
async fn list_of_many_pages_is_read_in_order_of_arrival() {
    let file = File::begin().await;
    let worker = Worker::with(&file, policy()).await;
    // The order of the identities is another one.
    let arrived: Vec<_> = (0..MANY).map(|number| number * 7 % MANY).collect();
    pack_all(&worker, "order", arrived.clone()).await;
    let (token, claim) = complete(&worker, "order", MANY).await;
    assert_eq!(numbers(&claim), arrived);
    // The next attempt sees the same list.
    assert!(worker.settle("order", token, Settlement::Failed).await);
    let (_, again) = complete(&worker, "order", 7).await;
    assert_eq!((again.attempts, numbers(&again)), (2, arrived));
}

#[tokio::test]
async fn elements_over_the_byte_limit_are_rejected_and_change_nothing() {
    let file = File::begin().await;
    let empty = file.rows().await;
    let mut worker = Worker::with(&file, policy().max_bytes(100)).await;
    let over = async |worker: &Worker<Sqlite>, id: &str| {
        let packed = ArrivingInput::element(PACKED, id);
        let payload = Payload {
            id: 0,
            text: "x".repeat(40),
        };
        let arrived = worker.store.arrive(
            "order",
            &worker.policy,
            packed,
            payload.clone(),
            Token::random(),
        );
        match arrived.await {
            Ok(arrived) => matches!(arrived.verdict, Verdict::Waiting(_)),
            Err(refused) => {
                assert_eq!(refused.payload, payload);
                let max = worker.policy.max_bytes;
                let StoreError::OverLimit(ListLimit::Bytes { max: limit }) = refused.error else {
                    panic!("{refused:?}");
                };
                assert_eq!(limit, max);
                false
            }
        }
    };
    // An element has 80 bytes: `{"version":1,"input":{"id":0,"text":"…"}}`.
    worker.policy = worker.policy.max_bytes(79);
    assert!(!over(&worker, "first").await);
    assert_eq!(file.rows().await, empty);
    worker.policy = worker.policy.max_bytes(160);
    assert!(over(&worker, "first").await && over(&worker, "second").await);
    let rows = file.rows().await;
    assert!(!over(&worker, "third").await);
    assert_eq!(file.rows().await, rows);
    // Known elements and single inputs need no room.
    assert!(!over(&worker, "first").await);
    let (_, claim) = complete(&worker, "order", 2).await;
    assert_eq!(claim.at(PACKED).len(), 2);
}

#[tokio::test]
async fn elements_left_of_a_forgotten_join_are_not_in_its_next_life() {
    let file = File::begin().await;
    let worker = Worker::with(&file, policy()).await;
    pack_all(&worker, "order", 0..MANY).await;
    assert!(worker.forget("order").await);
    assert_eq!(elements(&file).await, i64::from(MANY) - 500);
    // The same identities are new ones.
    pack_all(&worker, "order", [3, 2, 1]).await;
    let (token, claim) = complete(&worker, "order", 3).await;
    assert_eq!(numbers(&claim), [3, 2, 1]);
    assert!(worker.settle("order", token, Settlement::Completed).await);
    // Each of the three arrivals has removed 16.
    assert_eq!(elements(&file).await, i64::from(MANY) - 500 - 3 * 16);
    for _ in 0..2 {
        assert!(worker.due(1).await.is_empty());
    }
    assert_eq!(elements(&file).await, 0);
    let left = "SELECT count(*) FROM linked_span_leftovers";
    let left: i64 = sqlx::query_scalar(left)
        .fetch_one(&file.pool)
        .await
        .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn elements_of_completed_and_expired_joins_are_removed() {
    let file = File::begin().await;
    let worker = Worker::with(&file, policy()).await;
    pack_all(&worker, "completed", 0..3).await;
    let (token, _) = complete(&worker, "completed", 3).await;
    assert!(
        worker
            .settle("completed", token, Settlement::Completed)
            .await
    );
    assert_eq!(elements(&file).await, 0);

    pack_all(&worker, "expired", 0..2).await;
    file.pass(POLICY.timeout).await;
    let due = worker.one_due().await;
    assert_eq!(due.claim.at(PACKED).len(), 2);
    assert!(
        worker
            .settle("expired", due.token, Settlement::ExpiryDelivered)
            .await
    );
    assert_eq!(elements(&file).await, 0);
    let listed = worker.one("expired").await.unwrap();
    assert_eq!(listed.lists, []);
}

#[tokio::test]
async fn listed_join_says_how_often_elements_came_and_how_many_are_expected() {
    let file = File::begin().await;
    let worker = Worker::with(&file, policy()).await;
    pack_all(&worker, "order", 0..2).await;
    for _ in 0..3 {
        let verdict = pack(&worker, "order", 1).await;
        assert!(matches!(verdict, Verdict::Duplicate(_)), "{verdict:?}");
    }
    let lists = async || worker.one("order").await.unwrap().lists;
    assert_eq!(lists().await, [ListSummary::new(PACKED, 2, 3, None)]);
    let payload = Payload::new(0);
    let arrived = worker.arrive_with("order", order(5), payload, Token::random());
    assert!(matches!(arrived.await.verdict, Verdict::Waiting(_)));
    assert_eq!(lists().await, [ListSummary::new(PACKED, 2, 3, Some(5))]);
    let unsettled = worker.list(JoinQuery::Unsettled(linked_span::fan_in::Page::first(10)));
    assert_eq!(unsettled.await[0].lists, lists().await);
}

/// An operator has removed the row.
#[tokio::test]
async fn element_that_is_lost_parks_its_join_with_a_reason() {
    let file = File::begin().await;
    let worker = Worker::with(&file, policy()).await;
    pack_all(&worker, "order", 0..2).await;
    let lose = "DELETE FROM linked_span_elements WHERE id = 'line 0'";
    sqlx::raw_sql(lose).execute(&file.pool).await.unwrap();
    let arrived = worker.arrive_with("order", order(2), Payload::new(0), Token::random());
    let verdict = arrived.await.verdict;
    assert!(matches!(verdict, Verdict::Parked(_)), "{verdict:?}");
    let detail = worker.one("order").await.unwrap().detail.unwrap();
    assert_eq!(detail, "b: the store has lost it");
}
