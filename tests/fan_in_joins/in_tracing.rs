//! All tests of this program again, with every span inside `tracing`.

use linked_span_tests::{Sdk, is_second_run, producer, run_again_in_tracing};
use tracing::{Metadata, Span};

use crate::consume;

#[test]
fn program_runs_again_in_tracing() {
    run_again_in_tracing(&["in_tracing::program_runs_again"]);
}

#[test]
fn handler_is_inside_tracing_in_the_second_run_alone() {
    let _sdk = Sdk::install();
    let look = || Span::current().metadata().map(Metadata::name);
    let expected = is_second_run().then_some("consume");
    assert_eq!(consume(&producer(1).into(), look), expected);
}
