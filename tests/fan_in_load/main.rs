//! Joins under the load of a service: many threads, repeated and late events, failing bodies, and a full store.
//!
//! Random choices depend on a seed, which a failing test prints. `FAN_IN_LOAD_SEED=…` reproduces everything except the
//! order in which threads run.

mod chance;
mod flood;
mod orders;
mod redelivery;
mod worker;
