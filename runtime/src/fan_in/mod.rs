//! Joins: what runs once all its inputs have come.

mod ack;
mod arrival;
mod arriving;
mod came;
mod caught;
mod declared;
mod expired;
mod held;
mod input;
mod join;
pub(crate) mod lent;
mod memory;
mod missing;
mod one_of;
mod options;
pub mod state;
mod store;
mod sweep;
mod token;

pub use ack::{Ack, ack};
pub use arrival::{Arrival, ArriveError, ArriveErrorKind, Closed};
pub use expired::{Expired, HandedOver};
pub use held::Settled;
pub use join::Join;
pub use memory::{Memory, NO_LEASE};
pub use missing::Missing;
pub use one_of::{
    OneOf2, OneOf3, OneOf4, OneOf5, OneOf6, OneOf7, OneOf8, OneOf9, OneOf10, OneOf11, OneOf12,
};
pub use options::Options;
pub use state::{Inputs, Moment, Rules, Settlement, Token};
pub use store::{
    Arrived, BlockingStore, Claim, Due, Input, Rejected, Store, StoreError, Verdict, Work, ready,
};
pub use sweep::Swept;

#[doc(hidden)]
pub use came::Came;
pub(crate) use came::Joined;
#[doc(hidden)]
pub use declared::Declared;
#[doc(hidden)]
pub use held::{Ended, Held};
#[doc(hidden)]
pub use input::{Cloned, cloned, keyed};
#[doc(hidden)]
pub use lent::{Called, call, call_async};
#[doc(hidden)]
pub use one_of::Nth;
#[doc(hidden)]
pub use sweep::Sweeping;
