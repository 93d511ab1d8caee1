//! Real handlers, and what was exported of them.

mod article;
mod attributes;
mod batches;
mod context;
mod events;
mod futures;
mod installed;
mod options;
mod origins;
mod outcomes;
mod pages;
mod sampler;
mod several;
mod tracing;
