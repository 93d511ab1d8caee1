//! The suite for joins in `PostgreSQL`, and tests of this store only.

mod borrowed;
mod bounds;
mod connections;
mod declarations;
mod encodings;
mod full_statement;
mod incompressible;
mod keys;
mod list_steps;
mod lists;
mod locks;
mod migrations;
mod other_joins;
mod own_connections;
mod pinned;
mod pooled;
mod pooler;
mod proxy;
mod rights;
mod schema;
mod server;
mod statements;
mod steps;
mod transactions;
mod upgrades;

use linked_span_tests_stores::{conformance, durable_conformance, durable_joined, joined};

use crate::schema::Schema;

conformance!(Schema);
durable_conformance!(Schema);
joined!(Schema);
durable_joined!(Schema);
conformance!(Schema:
    ends::ten_thousand_joins_leave_no_rows,
    rules::store_keeps_the_rules_of_lists,
);
joined!(Schema:
    measured::joins_in_a_database_record_the_metrics_of_joins,
    measured::join_that_a_store_parks_is_counted_once,
);
