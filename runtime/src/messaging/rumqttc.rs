//! MQTT 5, through the crate `rumqttc`, from its version 0.24 on.
//!
#![doc = concat!("```ignore\n", include_str!("pages/rumqttc.rs"), "```\n")]
//!
//! A `Publish` of `rumqttc::v5` is a message. The context is in its user properties. MQTT 3 has none, so its messages
//! cannot carry a context: connect with the client in `rumqttc::v5`. A message's payload is never changed. A message with two
//! different contexts makes no link.
//!
//! # Topics and names
//!
//! Topics often contain the id of a device, and their number is unbounded. A topic with a number, a UUID or a digit in one
//! of its levels is therefore never a part of the span's name, except for a version such as `v1`. Add
//! `template = "devices/{id}/state"` to name such messages, or messages of a subscription with a wildcard.
//!
//! # What brokers do
//!
//! A broker passes user properties on unchanged, and keeps them with a retained message. A handler of a retained message
//! therefore links to a producer that may have sent it long ago. A bridge, or a subscriber with MQTT 3, loses them.

use super::{Injected, Message};
use crate::message::{Field, FieldValue};

/// Fills in the properties of a message.
#[doc(hidden)]
pub fn read<'m>(
    message: &mut Message<'m>,
    topic: &'m [u8],
    payload: usize,
    correlation: Option<&'m [u8]>,
) {
    // MQTT's topics are UTF-8, but the client does not check them.
    message.set_destination(String::from_utf8_lossy(topic));
    message.set_body_size(payload);
    if let Some(correlation) = correlation {
        message.set(Field::Conversation, FieldValue::Bytes(correlation));
    }
}

/// Returns user properties with the injected ones in place of an earlier hop's.
#[doc(hidden)]
#[must_use]
pub fn user_properties(
    injected: &Injected,
    existing: Option<&Vec<(String, String)>>,
) -> Vec<(String, String)> {
    let existing = existing.into_iter().flatten();
    let kept = existing.filter(|(name, _)| !injected.replaces(name));
    // The client would cut off the length of a longer text, and send a malformed packet.
    let written = injected
        .fields()
        .filter(|(_, value)| u16::try_from(value.len()).is_ok());
    let written = written.map(|(name, value)| (name.to_owned(), value.to_owned()));
    kept.cloned().chain(written).collect()
}

/// Expands to the adapter for messages of `rumqttc`, at the given path of the client.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_rumqttc_adapter {
    ($($client:tt)+) => {{
        use $($client)+::v5::mqttbytes::v5::Publish;

        struct RumqttcV5;

        impl $crate::messaging::Adapter<Publish> for RumqttcV5 {
            const SYSTEM: &'static str = "mqtt";

            fn read<'m>(
                &self,
                message: &'m Publish,
                into: &mut $crate::messaging::Message<'m>,
            ) {
                let properties = message.properties.as_ref();
                let correlation = properties.and_then(|properties| properties.correlation_data.as_ref());
                $crate::messaging::rumqttc::read(
                    into,
                    &message.topic,
                    message.payload.len(),
                    correlation.map(|data| &data[..]),
                );
                let origin = $crate::messaging::WholeOrigin;
                into.linked_span_origin($crate::messaging::Adapter::headers(self, message, origin));
            }

            fn headers<R: $crate::messaging::ReadHeaders>(
                &self,
                message: &Publish,
                read: R,
            ) -> R::Part {
                let properties = message.properties.iter();
                let properties = properties.flat_map(|properties| &properties.user_properties);
                let fields = properties.map(|(name, value)| (name.as_str(), value.as_bytes()));
                $crate::messaging::ReadHeaders::fields(read, fields)
            }
        }

        RumqttcV5
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_rumqttc_injected {
    ([$($client:tt)+] $injected:expr, $existing:expr) => {{
        use $($client)+::v5::mqttbytes::v5::PublishProperties;

        let injected = $injected;
        // Temporaries of the expression live until the properties are copied.
        match $existing {
            existing => {
                let existing: ::core::option::Option<&PublishProperties> = existing;
                $crate::messaging::rumqttc::user_properties(
                    &injected,
                    existing.map(|existing| &existing.user_properties),
                )
            }
        }
    }};
}

#[doc(hidden)]
pub use {__linked_span_rumqttc_adapter as adapter, __linked_span_rumqttc_injected as __headers};

/// Returns a message's user properties with the active context or another origin.
///
/// ```ignore
/// use linked_span::messaging::rumqttc::headers;
///
/// let properties = PublishProperties { user_properties: headers!(), ..Default::default() };
/// let forwarded = headers!(replacing publish.properties);   // keeps all other user properties
/// let from_an_outbox = headers!(of stored_origin);
/// ```
///
/// It returns the client's `Vec<(String, String)>`. With `replacing`, all other user properties keep their order, and
/// duplicates. The given properties do not change. Without an active span, no context is written and a forwarded one
/// remains.
///
/// If the client has another name, begin with `client = path::to::rumqttc`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_rumqttc_headers {
    ($($given:tt)*) => {
        $crate::messaging::__headers!(rumqttc [::rumqttc] "publish.properties" $($given)*)
    };
}

#[doc(inline)]
pub use __linked_span_rumqttc_headers as headers;

/// Describes a message, to keep its properties and its context with a decoded payload.
///
/// ```ignore
/// use linked_span::messaging::Received;
/// use linked_span::messaging::rumqttc::describe;
///
/// let payment = Received::new(describe!(&publish), serde_json::from_slice(&publish.payload)?);
/// ```
///
/// It takes a reference, and returns a [`Message`](crate::messaging::Message). See
/// [`Received`](crate::messaging::Received).
///
/// If the client has another name, begin with `client = path::to::rumqttc`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_rumqttc_describe {
    ($($arguments:tt)*) => {
        $crate::messaging::__describe!(rumqttc [::rumqttc] $($arguments)*)
    };
}

#[doc(inline)]
pub use __linked_span_rumqttc_describe as describe;
