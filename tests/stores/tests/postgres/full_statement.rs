//! The general statement of an arrival, in cases that usually take the fast statement.

use linked_span_tests_stores::{Fixture, conformance};

use crate::schema::{Schema, around_a_schema};

/// A trigger delays each arrival at an existing join, so that the fast statement does not apply.
struct Rarer(Schema);

async fn begin() -> Schema {
    let schema = Schema::begin().await;
    let delay = "CREATE FUNCTION delay() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN \
                 IF EXISTS (SELECT FROM linked_span_joins WHERE name = new.name AND key = new.key) THEN new.at := new.at - 1000; END IF; \
                 RETURN new; END $$; \
                 CREATE TRIGGER delay BEFORE INSERT ON linked_span_joins FOR EACH ROW EXECUTE FUNCTION delay()";
    sqlx::raw_sql(delay).execute(&schema.pool).await.unwrap();
    schema
}

around_a_schema!(Rarer, begin, |store| store);

conformance!(Rarer:
    ends::arrival_with_any_reply_delivers_another_overdue_join,
    concurrent::many_workers_record_one_success_per_key,
    rules::store_keeps_the_rules_of_joins,
);
