//! The general statement of an arrival, in cases that usually take the fast statement.

use std::time::Duration;

use linked_span::fan_in::Postgres;
use linked_span_tests_stores::{Fixture, conformance};

use crate::schema::Schema;

/// A trigger delays each arrival at an existing join, so that the fast statement does not apply.
struct Rarer(Schema);

impl Fixture for Rarer {
    type Store = Postgres;

    async fn begin() -> Self {
        let schema = Schema::begin().await;
        let delay = "CREATE FUNCTION delay() RETURNS trigger LANGUAGE plpgsql AS \
                     $$ BEGIN \
                     IF EXISTS (SELECT FROM linked_span_joins WHERE name = new.name AND key = new.key) THEN new.at := new.at - 1000; END IF; \
                     RETURN new; END $$; \
                     CREATE TRIGGER delay BEFORE INSERT ON linked_span_joins FOR EACH ROW EXECUTE FUNCTION delay()";
        sqlx::raw_sql(delay).execute(&schema.pool).await.unwrap();
        Self(schema)
    }

    async fn open(&self, name: &str) -> Postgres {
        self.0.open(name).await
    }

    fn named(store: Postgres, name: &str) -> Postgres {
        store.named(name)
    }

    async fn lose_all(&self) {
        self.0.lose_all().await;
    }

    async fn pass(&self, span: Duration) {
        self.0.pass(span).await;
    }

    async fn rows(&self) -> usize {
        self.0.rows().await
    }

    async fn spoil(&self, name: &str, key: &str) {
        self.0.spoil(name, key).await;
    }

    async fn lose_payloads(&self, name: &str, key: &str) {
        self.0.lose_payloads(name, key).await;
    }
}

conformance!(Rarer:
    ends::arrival_with_any_reply_delivers_another_overdue_join,
    concurrent::many_workers_record_one_success_per_key,
    rules::store_keeps_the_rules_of_joins,
);
