//! The behaviour suite, with every handler's span inside `tracing`.
//!
//! Left out is `tracing`, whose layers have another tracer: see `in_tracing`'s rows.

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
#[path = "../../../behaviour/installed.rs"]
mod installed;
#[path = "../../../behaviour/options.rs"]
mod options;
#[path = "../../../behaviour/origins.rs"]
mod origins;
#[path = "../../../behaviour/outcomes.rs"]
mod outcomes;
#[path = "../../../behaviour/pages.rs"]
mod pages;
#[path = "../../../behaviour/sampler.rs"]
mod sampler;
#[path = "../../../behaviour/several.rs"]
mod several;
