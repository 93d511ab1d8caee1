//! All tests of this program again, with every span inside `tracing`.

use linked_span_tests::{Sdk, producer, run_again_in_tracing};
use tracing::{Metadata, Span};

use crate::consume;

#[test]
fn program_runs_again_in_tracing() {
    run_again_in_tracing(&["in_tracing::program_runs_again"]);
}

#[test]
#[ignore = "run by `program_runs_again_in_tracing`"]
fn handler_of_the_second_run_is_inside_tracing() {
    let _sdk = Sdk::install();
    let look = || Span::current().metadata().map(Metadata::name);
    assert_eq!(consume(&producer(1).into(), look), Some("consume"));
}
