//! From the fields of a carrier to origins, and from contexts to fields.

mod global_propagator;
mod installed;
mod read;
mod recognized;
#[cfg(feature = "serde")]
mod serialized;
mod w3c;
mod write;

pub use self::installed::set_text_map_propagator;
pub(crate) use self::installed::{Part, Propagation, part, propagation, propagation_at, reading};
pub(crate) use self::read::{needed, origin_in, origin_of};
pub(crate) use self::write::write;
