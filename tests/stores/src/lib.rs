//! What every store of joins has to do, whatever it is: a suite that is run on each.

pub mod conformance;
mod fixture;
pub mod killed;
#[cfg(feature = "servers")]
pub mod servers;
pub mod table;

pub use fixture::{Fixture, MINUTE, Payload, RULES};
