//! All tests of this program again, with every handler's span inside `tracing`.

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, producer, run_again_in_tracing};
use tracing::{Metadata, Span};

/// The module `tracing` is left out, because its layers have another tracer. `in_tracing/rows.rs` tests such layers.
#[test]
fn program_runs_again_in_tracing() {
    run_again_in_tracing(&["in_tracing::program_runs_again", "tracing::"]);
}

#[linked_span(event)]
fn look(event: &Origin) -> Option<&'static str> {
    Span::current().metadata().map(Metadata::name)
}

#[test]
#[ignore = "run by `program_runs_again_in_tracing`"]
fn handler_of_the_second_run_is_inside_tracing() {
    let _sdk = Sdk::install();
    assert_eq!(look(&producer(1).into()), Some("look"));
}
