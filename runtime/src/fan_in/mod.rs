//! Joins: what runs once all its inputs have come.

mod inputs;
mod listed;
mod memory;
pub mod state;
mod store;
mod token;

pub use listed::{Listed, Page, Status, Which};
pub use memory::{Memory, NO_LEASE};
pub use state::{Inputs, Moment, ParkReason, Rules, Settlement, Token};
pub use store::{
    Arrived, BlockingStore, Claim, Due, Input, Rejected, Store, StoreError, Verdict, Work, ready,
};
