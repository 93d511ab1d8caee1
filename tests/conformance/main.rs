//! The W3C's trace context and baggage, read and written: tables after the specifications, and properties.
//!
//! No propagator is installed here; what other ones change is in `propagators.rs`, a program of its own.

mod baggage;
mod carriers;
mod json;
mod roundtrip;
mod sample;
mod serialized;
mod traceparent;
mod tracestate;
mod w3c_suite;
