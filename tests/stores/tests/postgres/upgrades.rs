//! Tables of version 1, and a process of that version that goes on beside this release.

use linked_span::fan_in::{JoinQuery, Page, Settlement, Status, Store, Token, Work};
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::{Fixture, MINUTE, POLICY, Payload};
use serde_json::json;
use sqlx::postgres::{PgPool, PgRow};
use sqlx::{AssertSqlSafe, Row as _};

use crate::schema::Schema;

/// The schema of version 1, as its release had it.
const VERSION_1: &str = include_str!("version_1.sql");

/// The plain statement of an arrival at the second input, as version 1 sends it.
const ARRIVE_1: &str = include_str!("version_1_arrive_1.sql");

/// The function's inputs, as version 1 stored them.
const INPUTS: &str = "a: Payload\nb: Payload";

/// A process of version 1, by the procedures that it calls.
struct Old {
    pool: PgPool,
}

impl Old {
    /// Creates the tables, and declares the tests' function.
    async fn begin() -> (Schema, Self) {
        let schema = Schema::empty().await;
        let pool = schema.pool.clone();
        sqlx::raw_sql(VERSION_1).execute(&pool).await.unwrap();
        let old = Self { pool };
        old.call("declare", "").await;
        (schema, old)
    }

    async fn call(&self, procedure: &str, arguments: &str) -> PgRow {
        let call = format!(
            "CALL linked_span_{procedure}_v1('{procedure}', '10000', 'ship', E'{}'{arguments})",
            INPUTS.replace('\n', "\\n")
        );
        let call = sqlx::raw_sql(AssertSqlSafe(call)).fetch_one(&self.pool);
        call.await.unwrap()
    }

    /// Stores an input, and returns the reply.
    async fn arrive(&self, key: &str, input: u8, token: Token) -> String {
        self.arrive_with(key, input, token, u32::MAX).await
    }

    async fn arrive_with(&self, key: &str, input: u8, token: Token, max_attempts: u32) -> String {
        let spans = [POLICY.timeout, POLICY.lease].map(|span| span.as_millis());
        let arguments = format!(
            ", '{key}', '{}', '{}', 2, {}, {}, {}, {max_attempts}, false",
            payload(input).replace('\\', "\\\\").replace('\'', "''"),
            bytes(token),
            3 & !(1 << input),
            spans[0],
            spans[1]
        );
        let row = self.call(&format!("arrive_{input}"), &arguments).await;
        row.get("reply")
    }

    async fn settle(&self, key: &str, token: Token, is_success: bool) {
        let row = if is_success {
            let arguments = format!(
                ", '{key}', '{}', 'running', 'completed', 36000000",
                bytes(token)
            );
            self.call("finish", &arguments).await
        } else {
            let arguments = format!(
                ", '{key}', '{}', 'failed', 120000, 4294967295, NULL",
                bytes(token)
            );
            self.call("release", &arguments).await
        };
        assert_eq!(row.get::<&str, _>("reply"), "recorded");
    }

    async fn completes(&self, key: &str) -> Token {
        let token = Token::random();
        assert_eq!(self.arrive(key, 0, Token::random()).await, "waiting");
        assert_eq!(self.arrive(key, 1, token).await, "run");
        token
    }
}

fn bytes(Token(token): Token) -> String {
    format!("\\x{token:032x}")
}

fn payload(input: u8) -> String {
    let payload = Payload {
        id: input.into(),
        text: "stored".to_owned(),
    };
    json!({ "version": 1, "input": payload }).to_string()
}

#[tokio::test]
async fn joins_of_version_1_go_on_after_the_migration() {
    let (schema, old) = Old::begin().await;
    assert_eq!(old.arrive("open", 0, Token::random()).await, "waiting");
    let running = old.completes("running").await;
    let ready = old.completes("ready").await;
    old.settle("ready", ready, false).await;
    let completed = old.completes("completed").await;
    old.settle("completed", completed, true).await;

    schema.store().migrate().await.unwrap();
    let worker = Worker::of(&schema).await;
    let (_, claim) = worker.runs("open", 1).await;
    assert_eq!(claim.at(0)[0].payload.text, "stored");
    assert!(
        worker
            .settle("running", running, Settlement::Completed)
            .await
    );
    schema.pass(POLICY.backoff + MINUTE).await;
    let due = worker.one_due().await;
    assert_eq!(
        (due.key.as_str(), due.claim.work, due.claim.attempts),
        ("ready", Work::Run, 2)
    );
    let status = worker.one("completed").await.unwrap().status;
    assert_eq!(status, Status::Completed);
}

#[tokio::test]
async fn release_on_tables_of_version_1_asks_to_migrate() {
    let (schema, _) = Old::begin().await;
    let Worker { store, policy } = Worker::of(&schema).await;
    let refused = store.arrive("order", &policy, 0.into(), Payload::new(7), Token::random());
    let error = refused.await.unwrap_err().error;
    let expected = "run `Postgres::migrate`: the tables have version 1, and this release needs 2";
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn process_of_version_1_goes_on_after_the_migration() {
    let (schema, old) = Old::begin().await;
    assert_eq!(old.arrive("before", 0, Token::random()).await, "waiting");
    schema.store().migrate().await.unwrap();
    let worker = Worker::of(&schema).await;

    let token = Token::random();
    assert_eq!(old.arrive("before", 1, token).await, "run");
    assert!(worker.settle("before", token, Settlement::Completed).await);
    worker.waits("after", 0).await;
    let token = Token::random();
    assert_eq!(old.arrive("after", 1, token).await, "run");
    old.settle("after", token, true).await;
    assert!(worker.is_empty().await);
}

/// That process does not know what this release has added to the replies, with which it counts parked joins.
#[tokio::test]
async fn process_of_version_1_parks_joins_after_the_migration() {
    let (schema, old) = Old::begin().await;
    schema.store().migrate().await.unwrap();
    let worker = Worker::of(&schema).await;
    let mut parked = Vec::new();
    for way in ["arrival", "claim_due", "claim_expired"] {
        old.completes(way).await;
        schema.pass(POLICY.timeout + POLICY.lease).await;
        let (token, lease) = (bytes(Token::random()), POLICY.lease.as_millis());
        match way {
            "arrival" => {
                let reply = old.arrive_with(way, 0, Token::random(), 1).await;
                assert_eq!(reply, "parked");
            }
            "claim_due" => {
                let arguments = format!(", '{token}', {lease}, 1, 10, 10");
                let row = old.call(way, &arguments).await;
                assert_eq!(row.get::<Option<&str>, _>("reply"), Some("claimed"));
                assert_eq!(row.len(), 8);
            }
            _ => {
                let arguments = format!(", 'own', '{token}', {lease}, 1, 10");
                let row = old.call(way, &arguments).await;
                assert_eq!(row.get::<Option<&str>, _>("reply"), None);
                assert_eq!(row.len(), 8);
            }
        }
        parked.push(way);
        let listed = worker.list(JoinQuery::Parked(Page::first(10))).await;
        let keys: Vec<_> = listed.iter().map(|join| join.key.as_str()).collect();
        assert_eq!(keys, parked);
    }
}

#[tokio::test]
async fn plain_statement_of_version_1_stores_an_input_after_the_migration() {
    let (schema, old) = Old::begin().await;
    schema.store().migrate().await.unwrap();
    let worker = Worker::of(&schema).await;
    worker.waits("order", 0).await;
    let token = Token::random();
    let milliseconds = |span: std::time::Duration| i64::try_from(span.as_millis()).unwrap();
    let arrive = sqlx::query(ARRIVE_1)
        .bind("ship")
        .bind(b"order".as_slice())
        .bind(milliseconds(POLICY.timeout))
        .bind(2_i32)
        .bind(payload(1))
        .bind("arrive_1")
        .bind(INPUTS)
        .bind(1_i32)
        .bind(token.0.to_be_bytes())
        .bind(milliseconds(POLICY.lease));
    let row = arrive.fetch_one(&old.pool).await.unwrap();
    assert_eq!(row.get::<i32, _>("came"), 3);
    assert!(worker.settle("order", token, Settlement::Completed).await);
}
