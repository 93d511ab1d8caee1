//! Link the OpenTelemetry span of an event's handler to the producer of the event, in one line:
//!
//! ```
//! use linked_span::{LinkedEvent, Origin, linked_span};
//!
//! #[derive(LinkedEvent)]
//! struct PaymentConfirmed {
//!     id: String,
//!     metadata: Origin,       // {"traceparent": "…", "tracestate": "…"}
//! }
//!
//! #[linked_span(event)]
//! async fn send_receipt(event: &PaymentConfirmed) -> Result<(), std::io::Error> {
//!     // …
//!     Ok(())
//! }
//! ```
#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc(test(attr(deny(warnings), allow(dead_code, unused))))]

mod attributes;
mod batch;
mod callsite;
mod carrier;
mod describe;
mod event;
#[doc(hidden)]
pub mod fan_in;
mod future;
mod installed;
#[cfg(feature = "json")]
mod json;
mod limit;
mod link;
mod origin;
mod outcome;
mod pages;
mod propagation;
#[cfg(feature = "sampler")]
mod sampler;
#[cfg(feature = "serde")]
mod serialized;
mod span;
mod start;
mod tracer;
mod with_origin;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use linked_span_macros::{LinkedEvent, linked_span};

pub use crate::attributes::{AttributeValue, Attributes, set_attribute};
pub use crate::batch::Events;
pub use crate::carrier::{Carrier, CarrierMut};
pub use crate::event::{Keyed, LinkedEvent};
pub use crate::installed::set_tracer_provider;
pub use crate::limit::{LinkOverflow, set_link_limit, set_link_overflow};
pub use crate::origin::Origin;
pub use crate::propagation::{extract, inject};
#[cfg(feature = "sampler")]
pub use crate::sampler::LinksBased;
pub use crate::with_origin::WithOrigin;
