//! Joins in a file: the suite of all stores, and tests of `SQLite` only.

#[cfg(feature = "servers")]
mod disks;
mod fixture;
mod full;
mod functions;
mod lists;
mod migrations;
mod payloads;
mod plans;
mod refused;
mod removed;
mod restart;
mod states;
mod transactions;

use linked_span_tests_stores::{conformance, durable_conformance, durable_joined, joined};

use self::fixture::File;

conformance!(File);
durable_conformance!(File);
conformance!(File:
    #[ignore = "takes as long as all other tests here; `.ci/run` runs it"]
    ends::ten_thousand_joins_leave_no_rows,
    rules::store_keeps_the_rules_of_lists,
);
joined!(File);
durable_joined!(File);

#[cfg(feature = "servers")] // which enables the metrics
mod measured {
    use super::File;

    linked_span_tests_stores::joined!(File:
        measured::joins_in_a_database_record_the_metrics_of_joins,
        measured::join_that_a_store_parks_is_counted_once,
    );
}
