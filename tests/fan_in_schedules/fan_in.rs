//! What threads share of joins: the store in memory, and what it stands on.

#[path = "../../runtime/src/fan_in/identity.rs"]
mod identity;
#[path = "../../runtime/src/fan_in/inputs.rs"]
mod inputs;
#[path = "../../runtime/src/fan_in/listed.rs"]
mod listed;
#[path = "../../runtime/src/fan_in/memory/mod.rs"]
mod memory;
#[path = "../../runtime/src/fan_in/state.rs"]
mod state;
#[path = "../../runtime/src/fan_in/store.rs"]
mod store;
#[path = "../../runtime/src/fan_in/token.rs"]
mod token;

pub(crate) use memory::{Memory, NO_LEASE};
pub(crate) use state::{Rules, Settlement, Token};
pub(crate) use store::{Due, Store, StoreError, Verdict, Work, ready};
