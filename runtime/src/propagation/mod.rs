//! Converts fields of a carrier to origins, and contexts to fields.

mod global_propagator;
mod hop;
mod propagator;
mod read;
mod sdk_propagators;
#[cfg(feature = "serde")]
mod serialized;
mod w3c;
mod write;

pub(crate) use self::hop::{Repeated, origin_of_hop};
pub use self::propagator::set_text_map_propagator;
pub(crate) use self::propagator::{Part, Propagation, part, propagation, propagation_at, reading};
pub(crate) use self::read::{needed, origin_in, origin_of};
pub(crate) use self::write::write;
