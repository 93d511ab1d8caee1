//! AMQP 1.0, through the crate `fe2o3_amqp`, from its version 0.14 on.
//!
#![doc = concat!("```ignore\n", include_str!("pages/fe2o3_amqp.rs"), "```\n")]
//!
//! `Delivery<T>` and `Message<T>` are messages. Their body may have any type. A reference is enough, so the handler can
//! settle the delivery itself.
//!
//! A message does not contain the name of its broker or of its queue. Write `system = "rabbitmq"`, `"activemq"`,
//! `"servicebus"` or `"eventhubs"`, and `destination = …`. Without them, the system is `amqp`, and the destination is the
//! property `to`.
//!
//! | from the message | attribute |
//! | --- | --- |
//! | the property `message-id` | `messaging.message.id`; bytes are text, or `0x…` if they are not readable |
//! | the property `correlation-id` | `messaging.message.conversation_id` |
//! | `delivery-count` in the header, which counts failed deliveries | `messaging.{system}.message.delivery_count`, which includes this delivery |
//!
//! # Where the context is
//!
//! The context is in the application properties, as text. Bytes and symbols are read too. `Diagnostic-Id`, which older
//! clients of Azure write, is read if there is no `traceparent`. A message that is sent again has neither of the earlier
//! hop: `headers!(replacing …)` removes both. Nothing has to be switched on.

use std::borrow::Cow;

use super::fallback::or;
use super::{Injected, Message};
use crate::Origin;
use crate::message::{Field, FieldValue};

/// Holds an id, which has one of four types.
#[doc(hidden)]
#[derive(Debug)]
pub enum Id<'m> {
    Text(Cow<'m, str>),
    Bytes(&'m [u8]),
}

/// Fills in the properties of a message.
#[doc(hidden)]
pub fn read<'m>(
    message: &mut Message<'m>,
    to: Option<&'m str>,
    id: Option<Id<'m>>,
    conversation: Option<Id<'m>>,
    failed_deliveries: Option<u32>,
) {
    message.set_destination(to.unwrap_or_default().into());
    for (field, id) in [(Field::Id, id), (Field::Conversation, conversation)] {
        match id {
            Some(Id::Text(text)) => message.set_text(field, text),
            Some(Id::Bytes(bytes)) => message.set(field, FieldValue::Bytes(bytes)),
            None => {}
        }
    }
    if let Some(failed) = failed_deliveries {
        let count = i64::from(failed) + 1;
        message.set_number(Field::DeliveryCount, count, FieldValue::Number);
    }
}

/// The property in which older clients of Azure write a `traceparent`.
pub(super) const DIAGNOSTIC_ID: &str = "Diagnostic-Id";

/// Returns the origin in a message's application properties.
#[doc(hidden)]
pub fn origin<'h, I>(properties: impl Fn() -> I) -> Origin
where
    I: Iterator<Item = (&'h str, &'h [u8])>,
{
    or(Origin::from_fields(properties()), || {
        let mut properties = properties();
        let found = properties.find(|(name, _)| name.eq_ignore_ascii_case(DIAGNOSTIC_ID));
        Origin::from_fields(found.map(|(_, value)| ("traceparent", value)))
    })
}

/// Returns `true` if an application property belongs to an earlier hop.
#[doc(hidden)]
#[must_use]
pub fn is_outdated(injected: &Injected, name: &str) -> bool {
    injected.replaces(name) || (name.eq_ignore_ascii_case(DIAGNOSTIC_ID) && has_context(injected))
}

/// Returns `true` if there is more to write than baggage, which needs no span.
fn has_context(injected: &Injected) -> bool {
    let mut fields = injected.fields();
    fields.any(|(name, _)| !name.eq_ignore_ascii_case("baggage"))
}

/// Expands to the adapter for messages of `fe2o3_amqp`, at the given path of the client.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_fe2o3_amqp_adapter {
    ($($client:tt)+) => {{
        // The client has one mention here, so that a missing client is one error.
        use $($client)+::{Delivery, types};

        struct Fe2o3Amqp;

        fn id(
            id: &::core::option::Option<types::messaging::MessageId>,
        ) -> ::core::option::Option<$crate::messaging::fe2o3_amqp::Id<'_>> {
            use $crate::messaging::fe2o3_amqp::Id;

            ::core::option::Option::Some(match id.as_ref()? {
                types::messaging::MessageId::String(text) => Id::Text(text.as_str().into()),
                types::messaging::MessageId::Binary(bytes) => Id::Bytes(bytes.as_slice()),
                types::messaging::MessageId::Ulong(number) => Id::Text(::std::format!("{number}").into()),
                types::messaging::MessageId::Uuid(uuid) => Id::Text(::std::format!("{uuid:x}").into()),
            })
        }

        impl<B> $crate::messaging::Adapter<types::messaging::Message<B>> for Fe2o3Amqp {
            const SYSTEM: &'static str = "amqp";

            fn read<'m>(
                &self,
                message: &'m types::messaging::Message<B>,
                into: &mut $crate::messaging::Message<'m>,
            ) {
                let properties = message.properties.as_ref();
                $crate::messaging::fe2o3_amqp::read(
                    into,
                    properties.and_then(|properties| properties.to.as_deref()),
                    properties.and_then(|properties| id(&properties.message_id)),
                    properties.and_then(|properties| id(&properties.correlation_id)),
                    message.header.as_ref().map(|header| header.delivery_count),
                );
                let origin = $crate::messaging::WholeOrigin;
                into.linked_span_origin($crate::messaging::Adapter::headers(self, message, origin));
            }

            fn headers<R: $crate::messaging::ReadHeaders>(
                &self,
                message: &types::messaging::Message<B>,
                read: R,
            ) -> R::Part {
                $crate::messaging::ReadHeaders::described(read, || {
                    let properties = message.application_properties.as_ref();
                    $crate::messaging::fe2o3_amqp::origin(|| {
                        let properties = properties.into_iter().flat_map(|properties| &properties.0);
                        properties.filter_map(|(name, value)| {
                            let value = match value {
                                types::primitives::SimpleValue::String(text) => text.as_bytes(),
                                types::primitives::SimpleValue::Binary(bytes) => bytes.as_slice(),
                                types::primitives::SimpleValue::Symbol(symbol) => symbol.as_bytes(),
                                _ => return ::core::option::Option::None,
                            };
                            ::core::option::Option::Some((name.as_str(), value))
                        })
                    })
                })
            }
        }

        impl<B> $crate::messaging::Adapter<Delivery<B>> for Fe2o3Amqp {
            const SYSTEM: &'static str = "amqp";

            fn read<'m>(
                &self,
                delivery: &'m Delivery<B>,
                into: &mut $crate::messaging::Message<'m>,
            ) {
                $crate::messaging::Adapter::read(self, delivery.message(), into);
            }

            fn headers<R: $crate::messaging::ReadHeaders>(
                &self,
                delivery: &Delivery<B>,
                read: R,
            ) -> R::Part {
                $crate::messaging::Adapter::headers(self, delivery.message(), read)
            }
        }

        Fe2o3Amqp
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_fe2o3_amqp_write {
    ([$($client:tt)+] $injected:expr, $existing:expr) => {{
        use $($client)+::types;

        let injected = $injected;
        // Temporaries of the expression live until the properties are copied.
        match $existing {
            existing => {
                let existing: ::core::option::Option<&types::messaging::ApplicationProperties> = existing;
                let mut headers = types::messaging::ApplicationProperties::default();
                for (name, value) in existing.into_iter().flat_map(|existing| &existing.0) {
                    if !$crate::messaging::fe2o3_amqp::is_outdated(&injected, name) {
                        headers.0.insert(name.clone(), value.clone());
                    }
                }
                for (name, value) in injected.fields() {
                    let value = types::primitives::SimpleValue::String(value.into());
                    headers.0.insert(name.into(), value);
                }
                headers
            }
        }
    }};
}

#[doc(hidden)]
pub use {
    __linked_span_fe2o3_amqp_adapter as adapter, __linked_span_fe2o3_amqp_write as __headers,
};

/// Returns a message's `ApplicationProperties` with the active context or another origin.
///
/// ```ignore
/// use linked_span::messaging::fe2o3_amqp::headers;
///
/// let message = Message::builder().application_properties(headers!()).value(order).build();
/// let forwarded = headers!(replacing message.application_properties);   // keeps all other properties
/// let from_an_outbox = headers!(of stored_origin);
/// ```
///
/// With `replacing`, all other properties keep their values and their order. The given properties do not change.
/// Without an active span, no context is written and a forwarded one remains.
///
/// If the client has another name, begin with `client = path::to::fe2o3_amqp`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_fe2o3_amqp_headers {
    ($($arguments:tt)*) => {
        $crate::messaging::__headers!(
            fe2o3_amqp [::fe2o3_amqp] "message.application_properties" $($arguments)*
        )
    };
}

#[doc(inline)]
pub use __linked_span_fe2o3_amqp_headers as headers;

/// Describes a message, to keep its properties and its context with a decoded payload.
///
/// ```ignore
/// use linked_span::messaging::Received;
/// use linked_span::messaging::fe2o3_amqp::describe;
///
/// let payment = Received::new(describe!(&delivery).destination("payments"), delivery.into_body());
/// ```
///
/// It takes a reference, and returns a [`Message`](crate::messaging::Message), whose system is `amqp`. See
/// [`Received`](crate::messaging::Received).
///
/// If the client has another name, begin with `client = path::to::fe2o3_amqp`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_fe2o3_amqp_describe {
    ($($arguments:tt)*) => {
        $crate::messaging::__describe!(fe2o3_amqp [::fe2o3_amqp] $($arguments)*)
    };
}

#[doc(inline)]
pub use __linked_span_fe2o3_amqp_describe as describe;
