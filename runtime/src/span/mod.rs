//! A handler's span: from the attribute's constants to the end of the body.
//!
//! A handled event passes these files in one direction. `handle` collects into a `request`, which `linked` fills.
//! `opener` splits off the overflowing links, makes the contexts, and has a `tracer` start the span. `active` runs the
//! body and ends the span. `future` does the same for a future.

mod active;
pub(crate) mod callsite;
mod counted;
pub(crate) mod counted_as;
pub(crate) mod future;
pub(crate) mod handle;
pub(crate) mod handoff;
#[cfg_attr(not(feature = "tracing"), path = "not_in_tracing.rs")]
pub(crate) mod in_tracing;
pub(crate) mod join;
#[cfg(feature = "tracing")]
mod layer_provider;
pub(crate) mod limit;
pub(crate) mod linked;
mod links;
mod merge;
mod messages;
pub(crate) mod noop;
mod opener;
pub(crate) mod outcome;
mod overflow;
pub(crate) mod provider;
pub(crate) mod request;
#[cfg(feature = "sampler")]
pub(crate) mod sampler;
mod timer;
mod tracer;
