//! The W3C's fields: `traceparent`, `tracestate` and `baggage`.

pub(super) mod baggage;
pub(super) mod fields;
mod hex;
mod one_or_many;
pub(super) mod traceparent;
pub(super) mod tracestate;
mod trim;
