//! Azure Service Bus, through the crate `azservicebus`, from its version 0.25 on.
//!
#![doc = concat!("```ignore\n", include_str!("pages/azservicebus.rs"), "```\n")]
//!
//! `ServiceBusReceivedMessage` and `ServiceBusPeekedMessage` are messages. A reference is enough, so the handler can
//! renew the message's lock, and complete or abandon it. A retried message has the same context, and each attempt has
//! a span of its own.
//!
//! A message does not contain the name of its queue: write `destination = …`, and `group = …` for a subscription.
//!
//! | from the message | attribute |
//! | --- | --- |
//! | its delivery count, which begins with 1 | `messaging.servicebus.message.delivery_count` |
//! | its enqueued time, in seconds since 1970 | `messaging.servicebus.message.enqueued_time` |
//!
//! # Where the context is
//!
//! The context is in the application properties. `Diagnostic-Id`, which older clients of Azure write, is read if there
//! is no `traceparent`. `headers!` writes both, because Azure's client for JavaScript reads and writes only
//! `Diagnostic-Id`. A message that is sent again gets the new value. Nothing has to be switched on.

use super::fe2o3_amqp::{self, DIAGNOSTIC_ID};
use super::{Injected, Message};
use crate::Origin;
use crate::propagation::{self, Part, Propagation};
use crate::support::shield::shielded;

/// Returns `true` if the value of a property is read: the client only lends copies.
#[doc(hidden)]
#[must_use]
pub fn is_read(name: &str) -> bool {
    let names: &[&str] = match (propagation::propagation(), propagation::part()) {
        (Propagation::Foreign, _) => return true,
        (_, Part::Baggage) => &["baggage"],
        _ => &["traceparent", "tracestate", "baggage", DIAGNOSTIC_ID],
    };
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Returns the origin in the names and values of a message's application properties.
#[doc(hidden)]
#[must_use]
pub fn origin(properties: &[(&str, String)]) -> Origin {
    fe2o3_amqp::origin(|| {
        let properties = properties.iter();
        properties.map(|(name, value)| (*name, value.as_bytes()))
    })
}

/// Adds what the client computes. It panics on annotations of another type than the service writes.
#[doc(hidden)]
#[must_use]
pub fn with_annotations(
    message: Message<'_>,
    delivery_count: impl FnOnce() -> Option<u32>,
    enqueued_seconds: impl FnOnce() -> i64,
) -> Message<'_> {
    let message = match shielded(delivery_count).flatten() {
        Some(count) => message.delivery_count(count),
        None => message,
    };
    // Without an annotation, the client returns a time before 1970.
    match shielded(enqueued_seconds).filter(|seconds| *seconds > 0) {
        Some(seconds) => message.attribute("messaging.servicebus.message.enqueued_time", seconds),
        None => message,
    }
}

/// Returns the fields to write: also the spelling that older clients of Azure read.
#[doc(hidden)]
pub fn fields(injected: &Injected) -> impl Iterator<Item = (&str, &str)> {
    let is_context = |field: &(&str, &str)| field.0.eq_ignore_ascii_case("traceparent");
    let contexts = injected.fields().filter(is_context);
    let spelled_otherwise = contexts.map(|(_, value)| (DIAGNOSTIC_ID, value));
    injected.fields().chain(spelled_otherwise)
}

/// Gives the headers of a message the type of other headers: a type that the client does not name.
#[doc(hidden)]
#[must_use]
pub fn of_same_type<'h, Headers>(
    existing: Option<&'h Headers>,
    _headers: &Headers,
) -> Option<&'h Headers> {
    existing
}

/// Expands to the adapter for messages of `azservicebus`, at the given path of the client.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_azservicebus_adapter {
    ($($client:tt)+) => {{
        use $($client)+::{ServiceBusPeekedMessage, ServiceBusReceivedMessage};

        struct Azservicebus;

        $crate::messaging::azservicebus::__adapters! {
            ServiceBusReceivedMessage,
            ServiceBusPeekedMessage,
        }

        Azservicebus
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_azservicebus_adapters {
    ($($message:ty,)*) => { $(
        impl $crate::messaging::Adapter<$message> for Azservicebus {
            const SYSTEM: &'static str = "servicebus";

            fn read<'m>(
                &self,
                message: &'m $message,
                into: &mut $crate::messaging::Message<'m>,
            ) {
                let described = $crate::messaging::Message::new("servicebus")
                    .message_id(message.message_id().unwrap_or_default())
                    .conversation_id(message.correlation_id().unwrap_or_default());
                let described = match message.body() {
                    ::core::result::Result::Ok(body) => described.body_size(body.len()),
                    ::core::result::Result::Err(_) => described,
                };
                *into = $crate::messaging::azservicebus::with_annotations(
                    described,
                    || message.delivery_count(),
                    || message.enqueued_time().unix_timestamp(),
                );
                let origin = $crate::messaging::WholeOrigin;
                into.linked_span_origin($crate::messaging::Adapter::headers(self, message, origin));
            }

            fn headers<R: $crate::messaging::ReadHeaders>(
                &self,
                message: &$message,
                read: R,
            ) -> R::Part {
                $crate::messaging::ReadHeaders::described(read, || {
                    let properties = message.application_properties().into_iter();
                    let properties = properties.flat_map(|properties| properties.iter());
                    let properties = properties.filter_map(|(name, value): (&::std::string::String, _)| {
                        if !$crate::messaging::azservicebus::is_read(name) {
                            return ::core::option::Option::None;
                        }
                        let value = ::core::convert::TryFrom::try_from(value.clone());
                        ::core::option::Option::Some((name.as_str(), value.ok()?))
                    });
                    let properties: ::std::vec::Vec<(&str, ::std::string::String)> =
                        properties.collect();
                    $crate::messaging::azservicebus::origin(&properties)
                })
            }
        }
    )* };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_azservicebus_write {
    ([$($client:tt)+] $injected:expr, $existing:expr) => {{
        use $($client)+::ServiceBusMessage;

        let injected = $injected;
        // Temporaries of the expression live until the properties are copied.
        match $existing {
            existing => {
                let mut message = ServiceBusMessage::default();
                let properties = message.application_properties_mut();
                let mut headers = properties.take().unwrap_or_default();
                let existing = $crate::messaging::azservicebus::of_same_type(existing, &headers);
                for (name, value) in existing.into_iter().flat_map(|existing| existing.iter()) {
                    if !$crate::messaging::fe2o3_amqp::is_outdated(&injected, name) {
                        headers.insert(name.clone(), value.clone());
                    }
                }
                for (name, value) in $crate::messaging::azservicebus::fields(&injected) {
                    headers.insert(name.into(), value.into());
                }
                headers
            }
        }
    }};
}

#[doc(hidden)]
pub use {
    __linked_span_azservicebus_adapter as adapter,
    __linked_span_azservicebus_adapters as __adapters,
    __linked_span_azservicebus_write as __headers,
};

/// Returns a message's `ApplicationProperties` with the active context or another origin.
///
/// ```ignore
/// use linked_span::messaging::azservicebus::headers;
///
/// let mut message = ServiceBusMessage::new(order);
/// *message.application_properties_mut() = Some(headers!());
/// let forwarded = headers!(replacing received.application_properties());   // keeps all other properties
/// let from_an_outbox = headers!(of stored_origin);
/// ```
///
/// With `replacing`, all other properties keep their values and their order. The given properties do not change.
/// Without an active span, no context is written and a forwarded one remains.
///
/// If the client has another name, begin with `client = path::to::azservicebus`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_azservicebus_headers {
    ($($arguments:tt)*) => {
        $crate::messaging::__headers!(
            azservicebus [::azservicebus] "message.application_properties()" $($arguments)*
        )
    };
}

#[doc(inline)]
pub use __linked_span_azservicebus_headers as headers;

/// Describes a message, to keep its properties and its context with a decoded payload.
///
/// ```ignore
/// use linked_span::messaging::Received;
/// use linked_span::messaging::azservicebus::describe;
///
/// let payment = Received::new(describe!(&message).destination("payments"), serde_json::from_slice(body)?);
/// ```
///
/// It takes a reference, and returns a [`Message`](crate::messaging::Message). See
/// [`Received`](crate::messaging::Received).
///
/// If the client has another name, begin with `client = path::to::azservicebus`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_azservicebus_describe {
    ($($arguments:tt)*) => {
        $crate::messaging::__describe!(azservicebus [::azservicebus] $($arguments)*)
    };
}

#[doc(inline)]
pub use __linked_span_azservicebus_describe as describe;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Attributes, LinkedEvent};

    /// Returns the number of attributes of a message with these annotations, beside its system.
    fn added(delivery_count: impl FnOnce() -> Option<u32>, seconds: impl FnOnce() -> i64) -> usize {
        let message = with_annotations(Message::new("servicebus"), delivery_count, seconds);
        let mut attributes = Attributes::default();
        LinkedEvent::attributes(&message, &mut attributes);
        attributes.into_vec().len() - 1
    }

    #[test]
    fn annotations_that_are_missing_or_cannot_be_read_are_left_out() {
        assert_eq!(added(|| Some(1), || 1), 2);
        assert_eq!(added(|| None, || 1), 1);
        // Without an annotation, the client returns a time before 1970.
        assert_eq!(added(|| Some(1), || 0), 1);
        assert_eq!(added(|| Some(1), || -1), 1);
        assert_eq!(added(|| panic!("another type"), || 1), 1);
        assert_eq!(added(|| Some(1), || panic!("another type")), 1);
    }

    fn names_read(propagation: Propagation, part: Part) -> Vec<&'static str> {
        let names = [
            "traceparent",
            "TraceState",
            "baggage",
            "diagnostic-id",
            "b3",
        ];
        propagation::reading(propagation, part, || {
            names.into_iter().filter(|name| is_read(name)).collect()
        })
    }

    #[test]
    fn property_is_copied_only_if_it_is_read() {
        let w3c = Propagation::W3c { baggage: true };
        assert_eq!(
            names_read(w3c, Part::All),
            ["traceparent", "TraceState", "baggage", "diagnostic-id"]
        );
        assert_eq!(names_read(w3c, Part::Baggage), ["baggage"]);
        for part in [Part::All, Part::Baggage] {
            assert_eq!(names_read(Propagation::Foreign, part).len(), 5);
        }
    }
}
