//! The store, and what it is made of.

#[path = "../../../runtime/src/fan_in/inputs.rs"]
mod inputs;
#[path = "../../../runtime/src/fan_in/listed.rs"]
mod listed;
#[path = "../../../runtime/src/fan_in/memory/mod.rs"]
mod memory;
#[path = "../../../runtime/src/fan_in/state.rs"]
pub mod state;
#[path = "../../../runtime/src/fan_in/store.rs"]
mod store;
#[path = "../../../runtime/src/fan_in/token.rs"]
mod token;

pub use memory::{Memory, NO_LEASE};
pub use state::{Rules, Settlement, Token};
pub use store::{Due, Store, StoreError, Verdict, Work, ready};
