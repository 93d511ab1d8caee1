//! The suite with connections of the pool, each call of which is a procedure.

use linked_span::fan_in::Postgres;
use linked_span_tests_stores::{conformance, durable_conformance, durable_joined, joined};

use crate::schema::{Schema, around_a_schema};

pub(crate) struct Borrowed(Schema);

around_a_schema!(Borrowed, Schema::begin, |store: Postgres| store
    .own_connections(0));

conformance!(Borrowed);
durable_conformance!(Borrowed);
joined!(Borrowed);
durable_joined!(Borrowed);
conformance!(Borrowed:
    ends::ten_thousand_joins_leave_no_rows,
    rules::store_keeps_the_rules_of_lists,
);
