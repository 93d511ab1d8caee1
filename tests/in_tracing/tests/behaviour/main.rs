//! The behaviour suite, with every handler's span inside `tracing`.
//!
//! The module `tracing` is left out, because its layers have another tracer. `in_tracing/rows.rs` tests such layers.

#[path = "../../../behaviour/article.rs"]
mod article;
#[path = "../../../behaviour/attributes.rs"]
mod attributes;
#[path = "../../../behaviour/batches.rs"]
mod batches;
#[path = "../../../behaviour/context.rs"]
mod context;
#[path = "../../../behaviour/destructors.rs"]
mod destructors;
#[path = "../../../behaviour/equal_links.rs"]
mod equal_links;
#[path = "../../../behaviour/events.rs"]
mod events;
#[path = "../../../behaviour/full_spans.rs"]
mod full_spans;
#[path = "../../../behaviour/futures.rs"]
mod futures;
#[path = "../../../behaviour/hostile_sdk.rs"]
mod hostile_sdk;
#[path = "../../../behaviour/hostile_values.rs"]
mod hostile_values;
#[path = "../../../behaviour/messages.rs"]
mod messages;
#[path = "../../../behaviour/options.rs"]
mod options;
#[path = "../../../behaviour/origins.rs"]
mod origins;
#[path = "../../../behaviour/outcomes.rs"]
mod outcomes;
#[path = "../../../behaviour/overflow.rs"]
mod overflow;
#[path = "../../../behaviour/provider.rs"]
mod provider;
#[path = "../../../behaviour/received.rs"]
mod received;
#[path = "../../../behaviour/sampler.rs"]
mod sampler;
#[path = "../../../behaviour/sends.rs"]
mod sends;
#[path = "../../../behaviour/several_parameters.rs"]
mod several_parameters;

use std::collections::BTreeSet;

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, producer};

/// Returns the modules that a test program declares.
fn modules(program: &str) -> BTreeSet<&str> {
    let lines = program.lines();
    let modules = lines.filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
    modules.collect()
}

#[test]
fn every_module_of_the_suite_is_here_but_one() {
    let suite = modules(include_str!("../../../behaviour/main.rs"));
    let here = modules(include_str!("main.rs"));
    let missing: Vec<_> = suite.difference(&here).copied().collect();
    assert_eq!(missing, ["tracing"]);
}

#[linked_span(event)]
fn look(event: &Origin) -> Option<&'static str> {
    tracing::Span::current()
        .metadata()
        .map(tracing::Metadata::name)
}

#[test]
fn handler_of_the_suite_is_inside_tracing() {
    let _sdk = Sdk::install();
    assert_eq!(look(&producer(1).into()), Some("look"));
}
