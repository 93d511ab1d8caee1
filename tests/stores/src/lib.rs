//! What every store of joins has to do, whatever it is: a suite that is run on each.

pub mod conformance;
mod fixture;
#[expect(
    clippy::missing_panics_doc,
    reason = "a check that does not hold panics"
)]
pub mod joined;
pub mod killed;
#[cfg(feature = "servers")]
pub mod servers;
pub mod table;

pub use fixture::{Fixture, MINUTE, Payload, RULES};
