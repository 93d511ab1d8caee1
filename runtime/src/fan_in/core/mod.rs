//! The rules of joins: the state machine, and what a store has to do.

pub(super) mod arriving_input;
pub(super) mod change;
pub(super) mod claim;
pub(super) mod error;
pub(super) mod identity;
pub(super) mod inputs;
pub(super) mod listing;
pub(super) mod lists;
pub(super) mod missing;
pub(super) mod operator;
pub(super) mod park_counts;
pub(super) mod policy;
pub(super) mod response;
pub mod state;
pub(super) mod store;
#[cfg(feature = "_durable")]
pub(super) mod stored_function;
pub(crate) mod time;
mod token;
