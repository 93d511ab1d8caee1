//! Lists, each element of which is a row.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use linked_span::fan_in::{
    ArrivingInput, Claim, Counts, Inputs, JoinPolicy, JoinQuery, ListLimit, Operator, Postgres,
    Settlement, Store, StoreError, Token, Verdict,
};
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::{Fixture, MINUTE, POLICY, Payload};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::borrowed::Borrowed;
use crate::pooled::BehindBookworm;
use crate::schema::Schema;
use crate::statements::taken;

/// An order, whose count completes the list at place 1.
fn policy() -> JoinPolicy {
    POLICY.lists(Inputs::default().with(1))
}

fn order(count: u16) -> ArrivingInput<'static> {
    ArrivingInput::from(0).with_counts(Counts::default().with(1, count))
}

async fn arrive_element<S>(worker: &Worker<S>, id: &str, number: u64) -> Verdict<Payload>
where
    S: Store<Payload> + Operator,
{
    let element = ArrivingInput::element(1, id);
    let payload = Payload::new(number);
    let arrived = worker.arrive_with("order", element, payload, Token::random());
    arrived.await.verdict
}

/// Returns the numbers of a list's elements.
fn numbers(claim: &Claim<Payload>) -> Vec<u64> {
    let elements = claim.at(1).iter();
    elements.map(|element| element.payload.id).collect()
}

/// The list has three pages, the last of which is empty.
async fn thousand_elements_are_read_in_order_and_removed<F: Fixture>() {
    let fixture = F::begin().await;
    let worker = Worker::with(&fixture, policy()).await;
    let all: Vec<u64> = (0..1_000).collect();
    for number in &all {
        let verdict = arrive_element(&worker, &number.to_string(), *number).await;
        assert!(matches!(verdict, Verdict::Waiting(_)), "{verdict:?}");
    }
    let token = Token::random();
    let arrived = worker.arrive_with("order", order(1_000), Payload::new(7), token);
    let Verdict::Run(claim) = arrived.await.verdict else {
        panic!("the count completes it");
    };
    assert_eq!(claim.at(0)[0].payload.id, 7);
    assert_eq!(
        (numbers(&claim), claim.counts.get(1)),
        (all.clone(), Some(1_000))
    );
    assert!(worker.settle("order", token, Settlement::Failed).await);
    fixture.pass(POLICY.backoff + MINUTE).await;
    let due = worker.one_due().await;
    assert_eq!(numbers(&due.claim), all);
    assert!(
        worker
            .settle("order", due.token, Settlement::Completed)
            .await
    );
    assert_eq!(fixture.rows().await, 1);
    let late = arrive_element(&worker, "late", 0).await;
    assert!(matches!(late, Verdict::Completed(_)), "{late:?}");
}

#[tokio::test]
async fn list_by_plain_statements_is_read_in_order_and_removed() {
    thousand_elements_are_read_in_order_and_removed::<Schema>().await;
}

#[tokio::test]
async fn list_by_procedures_is_read_in_order_and_removed() {
    thousand_elements_are_read_in_order_and_removed::<Borrowed>().await;
}

#[tokio::test]
async fn list_behind_a_pooler_is_read_in_order_and_removed() {
    thousand_elements_are_read_in_order_and_removed::<BehindBookworm>().await;
}

/// Opens a store with connections of its own, or with those of its pool.
async fn connected(schema: &Schema, own: u32) -> Worker<Postgres> {
    let store = schema.open("ship").await;
    let store = store.prepared_statements(true).own_connections(own);
    Worker::serving(store, "ship", policy())
}

/// Each connection sends elements of its own, and copies of those that all others send at the same time.
async fn sixty_four_connections_lose_no_element(database: &str, own: u32) {
    const OF_EACH: u16 = 10;
    let schema = Schema::in_a_database(database).await;
    let count = 64 * OF_EACH + OF_EACH;
    let worker = connected(&schema, own).await;
    let first = worker.arrive_with("order", order(count), Payload::new(0), Token::random());
    assert!(matches!(first.await.verdict, Verdict::Waiting(_)));
    let mut tasks = JoinSet::new();
    for task in 0..64 {
        let worker = connected(&schema, own).await;
        tasks.spawn(async move {
            let mut claims = Vec::new();
            for number in 0..OF_EACH {
                let ids = [
                    (
                        format!("{task} {number}"),
                        u64::from(task * OF_EACH + number),
                    ),
                    (number.to_string(), u64::from(64 * OF_EACH + number)),
                ];
                for (id, number) in ids {
                    match arrive_element(&worker, &id, number).await {
                        Verdict::Run(claim) => claims.push(claim),
                        Verdict::Waiting(_) | Verdict::Duplicate(_) | Verdict::Closed { .. } => {}
                        verdict => panic!("{verdict:?}"),
                    }
                }
            }
            claims
        });
    }
    let mut claims = Vec::new();
    while let Some(claimed) = tasks.join_next().await {
        claims.extend(claimed.unwrap());
    }
    assert_eq!(claims.len(), 1);
    let stored: BTreeSet<u64> = numbers(&claims[0]).into_iter().collect();
    assert_eq!(claims[0].at(1).len(), usize::from(count));
    assert!(stored.into_iter().eq(0..u64::from(count)));
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    let deadlocks: i64 = sqlx::query_scalar(deadlocks)
        .fetch_one(&schema.pool)
        .await
        .unwrap();
    assert_eq!(deadlocks, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_connections_with_plain_statements_lose_no_element() {
    sixty_four_connections_lose_no_element("lists_by_statements", 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_connections_with_procedures_lose_no_element() {
    sixty_four_connections_lose_no_element("lists_by_procedures", 0).await;
}

/// A list is not rewritten, and its join keeps its place in all indexes.
#[tokio::test]
async fn thousandth_element_costs_what_the_first_does() {
    let schema = Schema::on_a_quiet_server().await;
    let worker = connected(&schema, 1).await;
    let mut read = Vec::new();
    let mut number = 0;
    for first in [20, 100, 980] {
        while number < first {
            arrive_element(&worker, &number.to_string(), number).await;
            number += 1;
        }
        let mut pages = Vec::new();
        for _ in 0..20 {
            taken(&schema).await;
            arrive_element(&worker, &number.to_string(), number).await;
            number += 1;
            let taken = taken(&schema).await;
            // Every ten seconds an arrival makes a second call, to search for other joins.
            if taken.calls == 1 {
                pages.push(taken.pages_read);
            }
        }
        read.push(pages.into_iter().min().expect("an arrival with one call"));
    }
    println!("pages of the 20th, 100th and 980th arrival: {read:?}");
    assert!(read[1] - read[0] < 6 && read[2] - read[0] < 6, "{read:?}");

    // A backend reports its counts once a second, at the end of a transaction.
    sleep(Duration::from_millis(1_500)).await;
    arrive_element(&worker, "one more", 0).await;
    let counts = "SELECT n_tup_upd, n_tup_hot_upd, pg_relation_size(relid) FROM pg_stat_user_tables \
                  WHERE relname = 'linked_span_joins'";
    let (updated, hot, bytes): (i64, i64, i64) = sqlx::query_as(counts)
        .fetch_one(&schema.pool)
        .await
        .unwrap();
    println!("{hot} of {updated} updates are HOT, in {bytes} bytes");
    assert!(
        updated >= 1_000 && hot >= updated - 50,
        "{hot} of {updated}"
    );
    assert!(bytes <= 24 * 8_192, "{bytes}");
}

/// An arrival stores its element in the present life of a join, and never in a removed one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn join_forgotten_beside_arrivals_leaves_no_element() {
    let schema = Schema::begin().await;
    let is_over = Arc::new(AtomicBool::new(false));
    let mut tasks = JoinSet::new();
    for task in 0..4 {
        let worker = connected(&schema, 2).await;
        let is_over = Arc::clone(&is_over);
        tasks.spawn(async move {
            let mut number = 0;
            while !is_over.load(Ordering::Relaxed) {
                let id = format!("{task} {number}");
                let verdict = arrive_element(&worker, &id, number).await;
                assert!(matches!(verdict, Verdict::Waiting(_)), "{verdict:?}");
                number += 1;
            }
        });
    }
    let operator = connected(&schema, 2).await;
    let mut forgotten = 0;
    while forgotten < 200 {
        forgotten += u32::from(operator.forget("order").await);
    }
    is_over.store(true, Ordering::Relaxed);
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    let stored = operator
        .one("order")
        .await
        .map_or(0, |join| join.lists[0].distinct);
    let joins = usize::from(stored > 0);
    assert_eq!(schema.rows().await, usize::from(stored) + joins);
}

#[tokio::test]
async fn forgotten_join_of_many_elements_leaves_no_rows() {
    let schema = Schema::begin().await;
    let worker = connected(&schema, 1).await;
    arrive_element(&worker, "first", 0).await;
    multiply(&schema, 1_200).await;
    assert!(worker.forget("order").await);
    assert_eq!(schema.rows().await, 0);
}

/// Adds elements to the only join.
async fn multiply(schema: &Schema, count: i32) {
    let add = "INSERT INTO linked_span_inputs SELECT instance, 1, number, number::text::bytea, 0, payload \
               FROM linked_span_inputs, generate_series(2, $1) AS number";
    sqlx::query(add)
        .bind(count)
        .execute(&schema.pool)
        .await
        .unwrap();
}

#[tokio::test]
async fn sweep_removes_what_a_dead_process_has_left() {
    let schema = Schema::begin().await;
    let worker = connected(&schema, 1).await;
    arrive_element(&worker, "first", 0).await;
    multiply(&schema, 1_200).await;
    let die = "INSERT INTO linked_span_leftovers SELECT instance FROM linked_span_joins; DELETE FROM linked_span_joins";
    sqlx::raw_sql(die).execute(&schema.pool).await.unwrap();
    assert!(worker.due(10).await.is_empty());
    assert_eq!(schema.rows().await, 0);
}

#[tokio::test]
async fn element_beyond_the_bytes_of_a_join_is_refused() {
    for own in [0, 1] {
        let schema = Schema::begin().await;
        let Worker { store, .. } = connected(&schema, own).await;
        let policy = policy().max_bytes(150);
        let worker = Worker { store, policy };
        let refused = async |id: &'static str| {
            let element = ArrivingInput::element(1, id);
            let arrived =
                worker
                    .store
                    .arrive("order", &policy, element, text(100), Token::random());
            let error = arrived.await.unwrap_err().error;
            let limit = ListLimit::Bytes { max: 150 };
            assert!(
                matches!(error, StoreError::OverLimit(is) if is == limit),
                "{error:?}"
            );
        };
        let large = Worker {
            store: worker.store.clone(),
            policy: policy.max_bytes(10),
        };
        let first = ArrivingInput::element(1, "first");
        let arrived = large
            .store
            .arrive("order", &large.policy, first, text(100), Token::random());
        assert!(arrived.await.is_err());
        assert_eq!(schema.rows().await, 0);

        arrive_element(&worker, "first", 0).await;
        refused("second").await;
        assert_eq!(worker.one("order").await.unwrap().lists[0].distinct, 1);
        // An element that came before is no further one, and an input that is no list has no such limit.
        let again = ArrivingInput::element(1, "first");
        let again = worker.arrive_with("order", again, text(100), Token::random());
        assert!(matches!(again.await.verdict, Verdict::Duplicate(_)));
        let single = worker.arrive_with("order", 0, text(1_000), Token::random());
        assert!(matches!(single.await.verdict, Verdict::Waiting(_)));
    }
}

fn text(len: usize) -> Payload {
    let text = "x".repeat(len);
    Payload { id: 0, text }
}

#[tokio::test]
async fn operator_sees_distinct_and_repeated_elements() {
    let schema = Schema::begin().await;
    let worker = connected(&schema, 1).await;
    worker
        .arrive_with("order", order(5), Payload::new(0), Token::random())
        .await;
    for id in ["a", "b", "a", "a"] {
        arrive_element(&worker, id, 0).await;
    }
    let listed = worker.list(JoinQuery::Key("order")).await;
    let list = listed[0].lists[0];
    assert_eq!((list.distinct, list.repeated, list.count), (2, 2, Some(5)));
    assert!(listed[0].missing.contains(1));
}
