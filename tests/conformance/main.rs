//! The W3C's trace context and baggage: tables from the specifications, and properties.
//!
//! No propagator is installed here. `propagators`, a separate program, tests other propagators.

mod baggage;
mod carriers;
mod json;
mod roundtrip;
mod sample;
mod serialized;
mod traceparent;
mod tracestate;
mod w3c_suite;
