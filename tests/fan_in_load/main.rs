//! Joins under load, as a service has it: many threads, events that come twice or too late, bodies that fail, and a store
//! that is full.
//!
//! What is left to chance depends on a seed, which a test that fails prints; `FAN_IN_LOAD_SEED=…` has it again, for all but
//! the order in which the threads run.

mod chance;
mod flood;
mod orders;
mod redelivery;
mod worker;
