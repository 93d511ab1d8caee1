//! Converts fields of a carrier to origins, and contexts to fields.

mod global_propagator;
mod headers;
mod hop;
mod propagator;
mod read;
mod sdk_propagators;
#[cfg(feature = "serde")]
mod serialized;
mod w3c;
mod write;

pub(crate) use self::headers::BaggageAlone;
pub use self::headers::{ReadHeaders, WholeOrigin};
pub(crate) use self::hop::Repeated;
pub(crate) use self::propagator::{Part, part, propagation, propagation_at, reading};
pub use self::propagator::{Propagation, set_text_map_propagator};
pub(crate) use self::read::{baggage_in, origin_of};
pub(crate) use self::write::write;
