//! Google Cloud Pub/Sub, through the crate `google_cloud_pubsub`, from its version 1 on.
//!
#![doc = concat!("```ignore\n", include_str!("pages/google_cloud_pubsub.rs"), "```\n")]
//!
//! A message does not contain the name of its subscription, so give it as `destination = …`. Add `group = …` with the same
//! name if your backend groups consumers by it. The span records the ordering key.
//!
//! # What to switch on
//!
//! Nothing for links. The number of deliveries is in the client's `Handler`, and only for a subscription with a dead-letter
//! topic. Describe the message with it, as `on_attempt` above does.
//!
//! # Where the context is
//!
//! The span links to the context in the message's attributes: `traceparent`, `tracestate` and `baggage`. If there is none,
//! it links to the one in `googclient_traceparent`, which Google's clients in other languages write. A message that is
//! forwarded with `headers!(replacing …)` loses the latter, because it belongs to an earlier hop.
//!
//! Pub/Sub rejects a message with an attribute of more than 1,024 bytes, or with more than 100 attributes. `headers!`
//! therefore omits a longer `tracestate` or longer baggage, and what does not fit.
//!
//! # Push subscriptions
//!
//! A push subscription sends a message as JSON in an HTTP request. [`origin()`] reads the attributes in it, for a function
//! that describes the message:
//!
#![doc = concat!("```ignore\n", include_str!("pages/pubsub_push.rs"), "```\n")]

use std::collections::HashMap;

use super::fallback::or;
use super::{Injected, Message};
use crate::Origin;
use crate::message::Field;

/// What Google's clients prefix the names of the W3C's fields with.
const PREFIX: &str = "googclient_";

/// Fills in the properties of a message.
#[doc(hidden)]
pub fn read<'m>(message: &mut Message<'m>, id: &'m str, data: usize, ordering_key: &'m str) {
    message.set_text(Field::Id, id.into());
    message.set_body_size(data);
    message.set_text(Field::MessageKey, ordering_key.into());
}

/// Returns the origin in the attributes of a message.
///
/// ```
/// use linked_span::messaging::google_cloud_pubsub::origin;
/// use std::collections::HashMap;
///
/// let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// let attributes = HashMap::from([("googclient_traceparent".to_owned(), parent.to_owned())]);
/// assert!(origin(&attributes).span_context().is_sampled());
/// ```
#[must_use]
#[expect(
    clippy::implicit_hasher,
    reason = "the client's attributes have the default one"
)]
pub fn origin(attributes: &HashMap<String, String>) -> Origin {
    or(Origin::from_fields(attributes), || {
        Origin::from_fields(attributes.iter().filter_map(|(name, value)| {
            let name = name.strip_prefix(PREFIX)?;
            Some((name, value))
        }))
    })
}

/// The limits of a message's attributes.
const MAX_ATTRIBUTES: usize = 100;
const LONGEST_NAME: usize = 256;
const LONGEST_VALUE: usize = 1024;

/// Returns attributes with the injected ones in place of an earlier hop's.
#[doc(hidden)]
#[must_use]
#[expect(
    clippy::implicit_hasher,
    reason = "the client's attributes have the default one"
)]
pub fn attributes(
    injected: &Injected,
    existing: Option<&HashMap<String, String>>,
) -> HashMap<String, String> {
    let is_outdated = |name: &str| {
        let own_name = name.strip_prefix(PREFIX).unwrap_or(name);
        injected.replaces(own_name)
    };
    let existing = existing.into_iter().flatten();
    let kept = existing.filter(|(name, _)| !is_outdated(name));
    let mut attributes: HashMap<_, _> = kept
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let room = MAX_ATTRIBUTES.saturating_sub(attributes.len());
    for (name, value) in injected.fitting(room, is_accepted) {
        attributes.insert(name.to_owned(), value.to_owned());
    }
    attributes
}

/// Returns `true` for the names and values that Pub/Sub accepts.
fn is_accepted(name: &str, value: &str) -> bool {
    let is_reserved = name
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("goog"));
    !is_reserved && name.len() <= LONGEST_NAME && value.len() <= LONGEST_VALUE
}

/// Expands to the adapter for messages of `google_cloud_pubsub`, at the given path of the client.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_google_cloud_pubsub_adapter {
    ($($client:tt)+) => {{
        use $($client)+::model::Message;

        struct GoogleCloudPubsub;

        impl $crate::messaging::Adapter<Message> for GoogleCloudPubsub {
            const SYSTEM: &'static str = "gcp_pubsub";

            fn read<'m>(
                &self,
                message: &'m Message,
                into: &mut $crate::messaging::Message<'m>,
            ) {
                $crate::messaging::google_cloud_pubsub::read(
                    into,
                    message.message_id.as_str(),
                    message.data.len(),
                    message.ordering_key.as_str(),
                );
                let origin = $crate::messaging::WholeOrigin;
                into.linked_span_origin($crate::messaging::Adapter::headers(self, message, origin));
            }

            fn headers<R: $crate::messaging::ReadHeaders>(
                &self,
                message: &Message,
                read: R,
            ) -> R::Part {
                $crate::messaging::ReadHeaders::described(read, || {
                    $crate::messaging::google_cloud_pubsub::origin(&message.attributes)
                })
            }
        }

        GoogleCloudPubsub
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_google_cloud_pubsub_injected {
    ([$($client:tt)+] $injected:expr, $existing:expr) => {{
        let injected = $injected;
        // Temporaries of the expression live until the attributes are copied.
        match $existing {
            existing => $crate::messaging::google_cloud_pubsub::attributes(&injected, existing),
        }
    }};
}

#[doc(hidden)]
pub use {
    __linked_span_google_cloud_pubsub_adapter as adapter,
    __linked_span_google_cloud_pubsub_injected as __headers,
};

/// Returns a message's attributes with the active context or another origin.
///
/// ```ignore
/// use linked_span::messaging::google_cloud_pubsub::headers;
///
/// let message = Message::new().set_data(order).set_attributes(headers!());
/// let forwarded = headers!(replacing message.attributes);   // keeps all other attributes
/// let from_an_outbox = headers!(of stored_origin);
/// ```
///
/// It returns a `HashMap<String, String>`. With `replacing`, all other attributes keep their values. The given map does
/// not change. Without an active span, no context is written and a forwarded one remains.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_google_cloud_pubsub_headers {
    ($($given:tt)*) => {
        $crate::messaging::__headers!(
            google_cloud_pubsub [::google_cloud_pubsub] "message.attributes" $($given)*
        )
    };
}

#[doc(inline)]
pub use __linked_span_google_cloud_pubsub_headers as headers;

/// Describes a message, to keep its properties and its context with a decoded payload.
///
/// ```ignore
/// use linked_span::messaging::Received;
/// use linked_span::messaging::google_cloud_pubsub::describe;
///
/// let payment = Received::new(describe!(&message).destination("payments"), serde_json::from_slice(&message.data)?);
/// ```
///
/// It takes a reference, and returns a [`Message`](crate::messaging::Message). See
/// [`Received`](crate::messaging::Received).
///
/// If the client has another name, begin with `client = path::to::google_cloud_pubsub`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_google_cloud_pubsub_describe {
    ($($arguments:tt)*) => {
        $crate::messaging::__describe!(google_cloud_pubsub [::google_cloud_pubsub] $($arguments)*)
    };
}

#[doc(inline)]
pub use __linked_span_google_cloud_pubsub_describe as describe;
