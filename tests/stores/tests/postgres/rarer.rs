//! The statement that knows all cases, where a shorter one knows the usual ones.

use linked_span::fan_in::{Moment, Postgres};
use linked_span_tests_stores::{Fixture, conformance};

use crate::schema::Schema;

/// Where whatever arrives at a join that there is seems to have waited too long for the shorter one.
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

    async fn pass(&self, milliseconds: Moment) {
        self.0.pass(milliseconds).await;
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
    ends::whatever_an_arrival_is_it_hands_over_another_in_passing,
    inputs::all_that_came_is_handed_out_in_the_order_of_the_declaration,
    inputs::the_first_of_an_input_is_kept,
    inputs::a_large_input_is_kept_as_it_is,
    inputs::twelve_inputs,
    lost::an_arrival_that_is_made_again_claims_the_same,
    together::many_workers_record_one_success_a_key,
    model::does_what_the_state_machine_says,
);
