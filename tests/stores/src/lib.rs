//! The suite that each store of joins must pass.

#![allow(
    clippy::unchecked_time_subtraction,
    reason = "the spans are constants of the tests"
)]

pub mod conformance;
mod fixture;
#[expect(
    clippy::missing_panics_doc,
    reason = "a check that does not hold panics"
)]
pub mod joined;
#[cfg(feature = "servers")]
pub mod killed;
pub mod list_table;
#[cfg(feature = "servers")]
pub mod servers;
pub mod table;

pub use fixture::{Fixture, MINUTE, POLICY, Payload};
