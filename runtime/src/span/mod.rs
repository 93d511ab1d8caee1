//! A handler's span: from the attribute's constants to the end of the body.

pub(crate) mod callsite;
mod counted;
pub(crate) mod future;
pub(crate) mod handle;
pub(crate) mod limit;
pub(crate) mod links;
mod merge;
pub(crate) mod outcome;
mod overflow;
pub(crate) mod provider;
pub(crate) mod request;
#[cfg(feature = "sampler")]
pub(crate) mod sampler;
mod timer;
pub(crate) mod tracer;
