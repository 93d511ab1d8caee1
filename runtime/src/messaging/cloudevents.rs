//! `CloudEvents`, through the crate `cloudevents` (`cloudevents-sdk`), from its version 0.8 on.
//!
#![doc = concat!("```ignore\n", include_str!("pages/cloudevents.rs"), "```\n")]
//!
//! The span records `cloudevents.event_id`, `cloudevents.event_source`, `cloudevents.event_type`,
//! `cloudevents.event_subject` and `cloudevents.event_spec_version`. An event does not contain its queue or topic:
//! `destination = …` makes it a part of the span's name, and `name = event.ty().to_owned()` takes the event's type
//! instead. `messaging.system` is `cloudevents`, unless you describe the event together with its transport.
//!
//! # The event's context and the transport's
//!
//! A context can be in the event, in the extension for [distributed
//! tracing](https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/distributed-tracing.md), and in the
//! headers of the message or the request that carries it. The order is always the same:
//!
//! 1. The extension, which the producer of the event wrote. Brokers and routers do not change it.
//! 2. The transport's headers, which each hop may replace. They count if the event has no extension.
//!
//! The client keeps only the event of a message. To read the transport's headers too, pass what describes it as the second
//! argument of [`describe!`]: the span then also has the transport's system, destination and offset.
//!
//! [`extended!`] keeps the extension of an event that is forwarded, and writes it into an event without one. Write this
//! hop's context into the transport's headers, with `headers!()` of its client.

use super::fallback::or;
use super::{Injected, Message};
use crate::Origin;

/// Returns a message with the attributes of an event.
#[doc(hidden)]
#[must_use]
pub fn message<'m>(
    id: &str,
    source: &str,
    ty: &str,
    spec_version: &str,
    subject: Option<&str>,
) -> Message<'m> {
    let message = Message::new("cloudevents")
        .attribute("cloudevents.event_id", id.to_owned())
        .attribute("cloudevents.event_source", source.to_owned())
        .attribute("cloudevents.event_type", ty.to_owned())
        .attribute("cloudevents.event_spec_version", spec_version.to_owned());
    match subject {
        Some(subject) => message.attribute("cloudevents.event_subject", subject.to_owned()),
        None => message,
    }
}

/// Returns the origin in an event's extensions.
#[doc(hidden)]
pub fn origin<'h>(extensions: impl Iterator<Item = (&'h str, &'h str)>) -> Origin {
    Origin::from_fields(extensions)
}

/// Adds an event's attributes to the message that carried it. The event's context is preferred to the message's.
#[doc(hidden)]
#[must_use]
pub fn carried<'m>(event: &Message<'_>, transport: Message<'m>) -> Message<'m> {
    let origin = or(event.origin_ref().clone(), || {
        transport.origin_ref().clone()
    });
    let attributes = event.others().iter();
    attributes.fold(transport.produced_at(origin), |message, attribute| {
        message.attribute(attribute.key.clone(), attribute.value.clone())
    })
}

/// Returns the extensions to set, or to remove for `None`. A creation context is kept.
#[doc(hidden)]
#[must_use]
pub fn extensions(
    injected: &Injected,
    origin: &Origin,
    existing: &[String],
) -> Vec<(String, Option<String>)> {
    if origin.span_context().is_valid() {
        return Vec::new();
    }
    let outdated = existing.iter().filter(|name| injected.replaces(name));
    let outdated = outdated.map(|name| (name.clone(), None));
    let written = injected.fields().filter(|(name, _)| is_accepted(name));
    let written = written.map(|(name, value)| (name.to_owned(), Some(value.to_owned())));
    outdated.chain(written).collect()
}

/// Returns `true` for the names that an extension may have.
fn is_accepted(name: &str) -> bool {
    name.bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// Expands to the adapter for events of `cloudevents`, at the given path of the client.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_cloudevents_adapter {
    ($($client:tt)+) => {{
        // The path has no more segments here, so that a missing client is one error.
        use $($client)+::{AttributesReader, Event, event};

        struct CloudEvents;

        impl $crate::messaging::Adapter<Event> for CloudEvents {
            const SYSTEM: &'static str = "cloudevents";

            fn read<'m>(
                &self,
                message: &'m Event,
                into: &mut $crate::messaging::Message<'m>,
            ) {
                *into = $crate::messaging::cloudevents::message(
                    AttributesReader::id(message),
                    AttributesReader::source(message).as_str(),
                    AttributesReader::ty(message),
                    AttributesReader::specversion(message).as_str(),
                    AttributesReader::subject(message),
                );
                let origin = $crate::messaging::WholeOrigin;
                into.linked_span_origin($crate::messaging::Adapter::headers(self, message, origin));
            }

            fn headers<R: $crate::messaging::ReadHeaders>(
                &self,
                message: &Event,
                read: R,
            ) -> R::Part {
                $crate::messaging::ReadHeaders::described(read, || {
                    let extensions = message.iter_extensions();
                    $crate::messaging::cloudevents::origin(extensions.filter_map(|(name, value)| {
                        match value {
                            event::ExtensionValue::String(value) => {
                                ::core::option::Option::Some((name, value.as_str()))
                            }
                            _ => ::core::option::Option::None,
                        }
                    }))
                })
            }
        }

        CloudEvents
    }};
}

#[doc(hidden)]
pub use __linked_span_cloudevents_adapter as adapter;

/// Returns an event with the active context or another origin in its extension.
///
/// ```ignore
/// use linked_span::messaging::cloudevents::extended;
///
/// let event = extended!(EventBuilderV10::new().id("7").ty("order.created").source("/shop").build()?);
/// let from_an_outbox = extended!(event, of stored_origin);
/// ```
///
/// An event that already has a context keeps it: the extension belongs to the producer of the event. Without an active
/// span, the event is unchanged.
///
/// If the client has another name, begin with `client = path::to::cloudevents`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_cloudevents_extended {
    (client = $(::)? $($client:ident)::+, $($rest:tt)+) => {
        $crate::messaging::cloudevents::extended!(@ [$($client)::+] $($rest)+)
    };
    (@ [$($client:tt)+] $event:expr, of $origin:expr $(,)?) => {
        $crate::messaging::cloudevents::extended!(
            @with [$($client)+] $crate::messaging::Injected::of($origin), $event
        )
    };
    (@ [$($client:tt)+] $event:expr $(,)?) => {
        $crate::messaging::cloudevents::extended!(
            @with [$($client)+] $crate::messaging::Injected::current(), $event
        )
    };
    (@ [$($client:tt)+] $($other:tt)*) => {
        ::core::compile_error!("write `extended!(event)` or `extended!(event, of origin)`")
    };
    (@with [$($client:tt)+] $injected:expr, $event:expr) => {{
        let injected = $injected;
        let mut event = $event;
        let origin = $crate::messaging::Adapter::headers(
            &$crate::messaging::cloudevents::adapter!($($client)+),
            &event,
            $crate::messaging::WholeOrigin,
        );
        let names = event.iter_extensions().map(|(name, _)| ::std::string::ToString::to_string(name));
        let names: ::std::vec::Vec<::std::string::String> = names.collect();
        for (name, value) in $crate::messaging::cloudevents::extensions(&injected, &origin, &names) {
            match value {
                ::core::option::Option::Some(value) => event.set_extension(&name, value),
                ::core::option::Option::None => {
                    event.remove_extension(&name);
                }
            }
        }
        event
    }};
    ($($rest:tt)*) => {
        $crate::messaging::cloudevents::extended!(@ [::cloudevents] $($rest)*)
    };
}

#[doc(inline)]
pub use __linked_span_cloudevents_extended as extended;

/// Describes an event, alone or with the message that carried it.
///
/// ```ignore
/// use linked_span::messaging::{Received, cloudevents, rdkafka};
///
/// let payment = Received::new(cloudevents::describe!(&event), payload);
/// let with_topic = cloudevents::describe!(&event, rdkafka::describe!(&message));
/// ```
///
/// It takes a reference, and returns a [`Message`](crate::messaging::Message). See
/// [`Received`](crate::messaging::Received). With a second argument, the result is that message with the event's
/// attributes added. Its context is the event's, or the message's if the event has none.
///
/// If the client has another name, begin with `client = path::to::cloudevents`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_cloudevents_describe {
    (client = $(::)? $($client:ident)::+, $event:expr $(, $transport:expr)? $(,)?) => {
        $crate::messaging::cloudevents::describe!(@ [$($client)::+] $event $(, $transport)?)
    };
    (@ [$($client:tt)+] $event:expr) => {
        $crate::messaging::described(
            &$crate::messaging::cloudevents::adapter!($($client)+),
            $event,
        )
    };
    (@ [$($client:tt)+] $event:expr, $transport:expr) => {
        $crate::messaging::cloudevents::carried(
            &$crate::messaging::cloudevents::describe!(@ [$($client)+] $event),
            $transport,
        )
    };
    ($event:expr $(, $transport:expr)? $(,)?) => {
        $crate::messaging::cloudevents::describe!(@ [::cloudevents] $event $(, $transport)?)
    };
}

#[doc(inline)]
pub use __linked_span_cloudevents_describe as describe;
