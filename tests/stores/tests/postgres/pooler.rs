//! Two releases of a pooler in transaction mode.

use std::sync::Arc;

use linked_span::fan_in::{Store, Token, Verdict};
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::servers::PgBouncer;
use linked_span_tests_stores::{POLICY, Payload, conformance};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use tokio::task::JoinSet;

use crate::pooled::{Behind, BehindBookworm, BehindTrixie};
use crate::schema::declare;
use linked_span::fan_in::Postgres;

const PROCESSES: usize = 4;
const KEYS: u64 = 60;

async fn open(options: &PgConnectOptions, connections: u32) -> (PgPool, Postgres) {
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .test_before_acquire(false);
    let pool = pool.connect_with(options.clone()).await.unwrap();
    let store = Postgres::new(pool.clone());
    declare(&store);
    (pool, store)
}

/// Delivers the inputs of many keys from several processes. Each payload names its key and input.
async fn deliver(behind: &Behind, change: impl Fn(Postgres) -> Postgres) {
    let mut deliveries = JoinSet::new();
    for process in 0..PROCESSES {
        let (_, store) = open(&behind.pooled, 4).await;
        let store = Arc::new(change(store));
        for task in 0..4 {
            let store = Arc::clone(&store);
            deliveries.spawn(async move {
                let mut claims = 0;
                for key in 0..KEYS {
                    let input =
                        u8::try_from((process + task + usize::try_from(key).unwrap()) % 2).unwrap();
                    let payload = Payload::new(key * 2 + u64::from(input));
                    let token = Token::random();
                    let name = key.to_string();
                    let arrived = store.arrive(&name, &POLICY, input.into(), payload, token);
                    if let Verdict::Run(claim) = arrived.await.unwrap().verdict {
                        assert_eq!(claim.inputs.len(), 2);
                        for input in &claim.inputs {
                            let place = u64::from(input.place);
                            assert_eq!(*input.payload, Payload::new(key * 2 + place));
                        }
                        claims += 1;
                    }
                }
                claims
            });
        }
    }
    let mut claims = 0;
    while let Some(delivered) = deliveries.join_next().await {
        claims += delivered.unwrap();
    }
    assert_eq!(claims, KEYS);
    // Reads the stored inputs past the pooler.
    let wrong: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM linked_span_joins WHERE convert_from(key, 'UTF8')::int * 2 <> (substring(payload_0 FROM '.id.:([0-9]+)'))::int \
         OR convert_from(key, 'UTF8')::int * 2 + 1 <> (substring(payload_1 FROM '.id.:([0-9]+)'))::int",
    )
    .fetch_one(&behind.direct)
    .await
    .unwrap();
    assert_eq!(wrong, 0);
    let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM linked_span_joins")
        .fetch_one(&behind.direct)
        .await
        .unwrap();
    assert_eq!(kept, i64::try_from(KEYS).unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn arrivals_behind_pgbouncer_1_18_are_kept_in_their_own_places() {
    deliver(&Behind::begin(PgBouncer::Bookworm).await, |store| store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn arrivals_behind_pgbouncer_1_24_are_kept_in_their_own_places() {
    deliver(&Behind::begin(PgBouncer::Trixie).await, |store| store).await;
}

/// The option makes the store prepare statements in spite of the pooler.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prepared_statements_behind_pgbouncer_1_18_are_given_up_before_an_input_is_misplaced() {
    let behind = Behind::begin(PgBouncer::Bookworm).await;
    deliver(&behind, |store| store.prepared_statements(true)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prepared_statements_behind_pgbouncer_1_24_keep_inputs_in_their_own_places() {
    let behind = Behind::begin(PgBouncer::Trixie).await;
    deliver(&behind, |store| store.prepared_statements(true)).await;
}

/// Returns how many of the store's statements are prepared on connections of the pool.
async fn prepared(pool: &PgPool) -> i64 {
    let count = "SELECT count(*) AS count FROM pg_prepared_statements WHERE statement LIKE 'CALL%'";
    let row = sqlx::raw_sql(count).fetch_one(pool).await.unwrap();
    sqlx::Row::try_get(&row, "count").unwrap()
}

#[tokio::test]
async fn store_behind_a_pooler_prepares_nothing_and_otherwise_does() {
    let behind = Behind::begin(PgBouncer::Bookworm).await;
    let direct = (*behind.direct.connect_options()).clone();
    for (options, is_prepared) in [(&behind.pooled, false), (&direct, true)] {
        for _ in 0..5 {
            let (pool, store) = open(options, 1).await;
            let worker = Worker {
                store: store.own_connections(0),
                policy: POLICY,
            };
            worker.arrive("order", 0, Token::random()).await;
            worker.arrive("order", 0, Token::random()).await;
            assert_eq!(prepared(&pool).await > 0, is_prepared);
        }
    }
}

mod bookworm {
    use super::*;

    conformance!(BehindBookworm:
        ends::arrival_delivers_another_overdue_join,
        rules::store_keeps_the_rules_of_joins,
        rules::store_keeps_the_rules_of_lists,
        parked::undecodable_join_is_parked_and_blocks_no_other,
        concurrent::many_workers_record_one_success_per_key,
        concurrent::concurrent_sweeps_claim_each_join_once,
    );
}

mod trixie {
    use super::*;

    conformance!(BehindTrixie:
        ends::arrival_delivers_another_overdue_join,
        rules::store_keeps_the_rules_of_joins,
        rules::store_keeps_the_rules_of_lists,
        concurrent::many_workers_record_one_success_per_key,
        concurrent::concurrent_sweeps_claim_each_join_once,
    );
}
