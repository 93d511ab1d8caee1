//! Roles with few rights, servers that reject writes, and strict isolation.

use std::time::Duration;

use linked_span::fan_in::{Postgres, Settlement, Store, StoreError, Token, Verdict};
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::{Fixture, POLICY, Payload};
use sqlx::AssertSqlSafe;
use sqlx::postgres::{PgConnectOptions, PgPool};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::schema::{Schema, declare};
use crate::server::{SERVER, connect};

async fn run(pool: &PgPool, statements: &str) {
    let run = sqlx::raw_sql(AssertSqlSafe(statements)).execute(pool);
    run.await.unwrap();
}

/// Opens the schema's store with a new role that has these rights.
async fn with_role(schema: &Schema, rights: &str) -> Postgres {
    let name = schema.name().await;
    let role = format!("role_{name}");
    let rights = rights.replace("ROLE", &role).replace("NAME", &name);
    run(&schema.pool, &format!("CREATE ROLE {role} LOGIN; {rights}")).await;
    let options = (*schema.pool.connect_options()).clone();
    let store = Postgres::new(connect(options.username(&role)).await);
    declare(&store);
    store
}

const USE: &str = "GRANT USAGE ON SCHEMA NAME TO ROLE;";

const WRITE: &str = "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA NAME TO ROLE;";

fn says(error: &StoreError, part: &str) {
    assert!(matches!(error, StoreError::Misconfigured(_)), "{error:?}");
    assert!(error.to_string().starts_with(part), "{error}");
}

async fn refusal(store: &Postgres) -> StoreError {
    let refused = store.arrive("order", &POLICY, 0.into(), Payload::new(7), Token::random());
    let refused = refused.await.unwrap_err();
    assert_eq!(refused.payload, Payload::new(7));
    refused.error
}

#[tokio::test]
async fn role_that_may_not_create_uses_tables_that_are_there() {
    let schema = Schema::begin().await;
    let store = with_role(&schema, &[USE, WRITE].concat()).await;
    store.migrate().await.unwrap();
    let worker = Worker {
        store,
        policy: POLICY,
    };
    let (token, _) = worker.complete("order").await;
    assert!(worker.settle("order", token, Settlement::Completed).await);
    assert!(worker.due(10).await.is_empty());
}

#[tokio::test]
async fn role_that_may_not_create_without_tables_is_an_error() {
    let schema = Schema::empty().await;
    let store = with_role(&schema, USE).await;
    let error = store.migrate().await.unwrap_err();
    says(&error, "run `Postgres::migrate` as a role that may CREATE");
    says(&refusal(&store).await, "run `Postgres::migrate`");
}

#[tokio::test]
async fn role_that_may_not_write_is_an_error_that_names_the_rights() {
    let schema = Schema::begin().await;
    let read = "GRANT SELECT ON ALL TABLES IN SCHEMA NAME TO ROLE;";
    for rights in ["", USE, &[USE, read].concat()] {
        let part = match rights {
            "" => "run `Postgres::migrate`",
            _ => "grant the role",
        };
        let store = with_role(&schema, rights).await;
        says(
            &store.migrate().await.unwrap_err(),
            if rights.is_empty() { "" } else { part },
        );
        let error = refusal(&store).await;
        says(&error, if rights.is_empty() { "" } else { part });
        run(&schema.pool, &drop_role(&schema).await).await;
    }
}

async fn drop_role(schema: &Schema) -> String {
    let name = schema.name().await;
    format!("DROP OWNED BY role_{name}; DROP ROLE role_{name}")
}

#[tokio::test]
async fn store_without_tables_is_an_error_that_names_migrate() {
    let schema = Schema::empty().await;
    let store = schema.store();
    declare(&store);
    says(&refusal(&store).await, "run `Postgres::migrate`");
}

#[tokio::test]
async fn replica_is_refused_when_opened() {
    let schema = Schema::begin().await;
    let standby = SERVER.standby();
    let options: PgConnectOptions = standby.url().parse().unwrap();
    let name = schema.name().await;
    let pool = connect(options.options([("search_path", name)])).await;
    let store = Postgres::new(pool);
    declare(&store);
    let error = store.migrate().await.unwrap_err();
    says(&error, "connect to the primary server");
    says(&refusal(&store).await, "connect to the primary server");
}

/// The connection leads to a server that was the primary until now.
#[tokio::test]
async fn connection_whose_server_takes_no_more_writes_is_replaced() {
    let schema = Schema::begin().await;
    let store = schema.store();
    declare(&store);
    let worker = Worker {
        store,
        policy: POLICY,
    };
    worker.waits("order", 0).await;
    let mut connections = Vec::new();
    for _ in 0..4 {
        let mut connection = schema.pool.acquire().await.unwrap();
        let demote = "SET default_transaction_read_only = on";
        sqlx::raw_sql(demote)
            .execute(&mut *connection)
            .await
            .unwrap();
        connections.push(connection);
    }
    drop(connections);
    sleep(Duration::from_millis(50)).await;
    worker.runs("order", 1).await;
}

/// Each call sets the isolation that its statement was written for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn call_under_serializable_isolation_is_never_refused() {
    let schema = Schema::begin().await;
    let options = (*schema.pool.connect_options()).clone();
    let options = options.options([("default_transaction_isolation", "serializable")]);
    let mut tasks = JoinSet::new();
    for task in 0..6 {
        let store = Postgres::new(connect(options.clone()).await);
        declare(&store);
        let worker = Worker {
            store,
            policy: POLICY,
        };
        tasks.spawn(async move {
            for key in 0..40 {
                let name = key.to_string();
                let token = Token::random();
                let input = u8::try_from((task + key) % 2).unwrap();
                let arrived = worker.arrive(&name, input, token).await;
                if matches!(arrived.verdict, Verdict::Run(_)) {
                    assert!(worker.settle(&name, token, Settlement::Released).await);
                }
                for due in worker.due(4).await {
                    worker
                        .settle(&due.key, due.token, Settlement::Completed)
                        .await;
                }
            }
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.unwrap();
    }
}
