//! Joins: what runs once all its inputs have come.

mod memory;
pub mod state;
mod store;
mod token;

pub use memory::{Memory, NO_LEASE};
pub use state::{Inputs, Moment, Rules, Settlement, Token};
pub use store::{
    Arrived, BlockingStore, Claim, Due, Input, Rejected, Store, StoreError, Verdict, Work, ready,
};
