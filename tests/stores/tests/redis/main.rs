//! The suite for joins in Redis, and tests of this store only.

mod arrivals;
mod calls;
mod cluster;
mod fail_over;
mod fixture;
mod lists;
mod long_values;
mod lost_data;
mod memory;
mod nodes;
mod proxy;
mod replicas;
mod rights;
mod script_arguments;
mod sentinel;
mod server;
mod ship;
mod steps;
mod stopped_server;
mod stored_joins;
mod versions;

use linked_span_tests_stores::{conformance, durable_conformance, durable_joined, joined};
use server::Database;

conformance!(Database);
durable_conformance!(Database);
conformance!(Database:
    ends::ten_thousand_joins_leave_no_rows,
    rules::store_keeps_the_rules_of_lists,
);
joined!(Database);
durable_joined!(Database);
joined!(Database:
    measured::joins_in_a_database_record_the_metrics_of_joins,
    measured::join_that_a_store_parks_is_counted_once,
);
