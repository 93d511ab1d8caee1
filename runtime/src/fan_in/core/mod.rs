//! The rules of joins: the state machine, and what a store has to do.

pub(super) mod identity;
pub(super) mod inputs;
pub(super) mod listing;
pub(super) mod missing;
pub mod state;
pub(super) mod store;
#[cfg(feature = "_durable")]
pub(super) mod stored_function;
mod token;
