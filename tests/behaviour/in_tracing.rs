//! All tests of this program again, with every handler's span inside `tracing`.

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, is_second_run, producer, run_again_in_tracing};
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
fn handler_is_inside_tracing_in_the_second_run_alone() {
    let _sdk = Sdk::install();
    let expected = is_second_run().then_some("look");
    assert_eq!(look(&producer(1).into()), expected);
}
