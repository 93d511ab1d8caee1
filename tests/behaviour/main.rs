//! Handlers, and the spans that they export.

mod article;
mod attributes;
mod batches;
mod context;
mod destructors;
mod equal_links;
mod events;
mod full_spans;
mod futures;
mod hostile_sdk;
mod hostile_values;
mod in_tracing;
mod messages;
mod options;
mod origins;
mod outcomes;
mod overflow;
mod provider;
mod received;
mod sampler;
mod sends;
mod several_parameters;
mod tracing;
