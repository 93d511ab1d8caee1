//! Amazon SQS, through the crate `aws_sdk_sqs`, from its version 1 on.
//!
#![doc = concat!("```ignore\n", include_str!("pages/aws_sdk_sqs.rs"), "```\n")]
//!
//! # What to switch on
//!
//! SQS returns only the attributes that `receive_message` asks for:
//!
//! | in `receive_message` | without it |
//! | --- | --- |
//! | `.message_attribute_names("All")` | No span has a link: the context is in these attributes. |
//! | `.message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount)` | No span has a delivery count. |
//! | `.message_system_attribute_names(MessageSystemAttributeName::AwsTraceHeader)` | A context that only X-Ray wrote is not read. |
//!
//! A message does not contain the name of its queue, so give `destination = …`.
//!
//! # Where the context is
//!
//! The span links to the first context in this order:
//!
//! 1. The message's attributes, where OpenTelemetry's instrumentations and `headers!` write it.
//! 2. The attributes in the body of a message from SNS. SNS writes them there unless the subscription has raw message
//!    delivery. This needs the feature `json` of `linked-span`.
//! 3. The system attribute `AWSTraceHeader`, if the installed propagator reads X-Ray's header, as `XrayPropagator` of
//!    `opentelemetry-aws` does.
//!
//! # At most ten attributes
//!
//! SQS rejects a message with more than ten attributes. `headers!(replacing attributes)` therefore omits baggage,
//! then `tracestate`, and then the context, until the rest fits. No warning is logged: the consumer's span then has no
//! link. Give it your own attributes, so that it counts them: attributes that you add later are not counted. SQS also
//! counts attributes as a part of the message's size, so leave a kilobyte for them.
//!
//! # Lambda
//!
//! Lambda's runtime receives a `SqsMessage` of the crate `aws_lambda_events`, always with all attributes. A function describes
//! it. Only the messages that the response lists come again:
//!
#![doc = concat!("```ignore\n", include_str!("pages/aws_lambda_events.rs"), "```\n")]

use std::collections::HashMap;

use super::fallback::or;
use super::{Injected, Message};
use crate::Origin;
use crate::message::{Field, FieldValue};

/// Fills in the properties of a message.
#[doc(hidden)]
pub fn read<'m>(
    message: &mut Message<'m>,
    id: Option<&'m str>,
    body: Option<&str>,
    receive_count: Option<&str>,
) {
    message.set_text(Field::Id, id.unwrap_or_default().into());
    if let Some(body) = body {
        message.set_body_size(body.len());
    }
    let count = receive_count.and_then(|count| count.parse().ok());
    if let Some(count) = count {
        message.set_number(Field::DeliveryCount, count, FieldValue::Number);
    }
}

/// Returns the origin of a message that another client has received, such as Lambda's runtime.
///
/// ```
/// use linked_span::messaging::aws_sdk_sqs::origin;
///
/// let attributes = [("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")];
/// let origin = origin(attributes, Some("{}"), None);
/// assert!(origin.span_context().is_sampled());
/// ```
///
/// It reads the message's attributes, then the body, if SNS wrapped the message, and then `AWSTraceHeader`.
pub fn origin<'h, N, V>(
    attributes: impl IntoIterator<Item = (&'h N, &'h V)>,
    body: Option<&str>,
    trace_header: Option<&str>,
) -> Origin
where
    N: AsRef<str> + ?Sized + 'h,
    V: AsRef<[u8]> + ?Sized + 'h,
{
    let of_attributes = Origin::from_fields(attributes);
    let of_body = or(of_attributes, || {
        body.map(of_notification).unwrap_or_default()
    });
    or(of_body, || {
        Origin::from_fields(trace_header.map(|header| ("x-amzn-trace-id", header)))
    })
}

/// Returns the origin in the body of a message that SNS wrapped.
#[cfg(feature = "json")]
fn of_notification(body: &str) -> Origin {
    use serde_json::Value;

    // Other bodies are not parsed.
    if !body.starts_with('{') || !body.contains("\"MessageAttributes\"") {
        return Origin::default();
    }
    let notification: Value = serde_json::from_str(body).unwrap_or_default();
    if notification.get("Type").and_then(Value::as_str) != Some("Notification") {
        return Origin::default();
    }
    let attributes = notification.get("MessageAttributes");
    let attributes = attributes.and_then(Value::as_object).into_iter().flatten();
    Origin::from_fields(attributes.filter_map(|(name, attribute)| {
        let value = attribute.get("Value").and_then(Value::as_str)?;
        Some((name, value))
    }))
}

#[cfg(not(feature = "json"))]
fn of_notification(_: &str) -> Origin {
    Origin::default()
}

/// The number of attributes that SQS accepts in a message.
const MAX_ATTRIBUTES: usize = 10;

/// Returns attributes with the injected fields, as many as SQS accepts.
#[doc(hidden)]
#[must_use]
#[expect(
    clippy::implicit_hasher,
    reason = "the client's map has the default one"
)]
pub fn attributes<V: Clone>(
    injected: &Injected,
    existing: Option<&HashMap<String, V>>,
    value: impl Fn(&str) -> Option<V>,
) -> HashMap<String, V> {
    let existing = existing.into_iter().flatten();
    let kept = existing.filter(|(name, _)| !injected.replaces(name));
    let mut attributes: HashMap<String, V> = kept
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let room = MAX_ATTRIBUTES.saturating_sub(attributes.len());
    for (name, text) in injected.fitting(room, is_accepted) {
        if let Some(value) = value(text) {
            attributes.insert(name.to_owned(), value);
        }
    }
    attributes
}

/// Returns `true` for the names and values that SQS accepts.
fn is_accepted(name: &str, value: &str) -> bool {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let is_text = |char: char| {
        char == '\t' || !(char.is_control() || matches!(char, '\u{fffe}' | '\u{ffff}'))
    };
    name.bytes().all(is_name) && !value.is_empty() && value.chars().all(is_text)
}

/// Expands to the adapter for messages of `aws_sdk_sqs`, at the given path of the client.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_aws_sdk_sqs_adapter {
    ($($client:tt)+) => {{
        use $($client)+::types::{Message, MessageSystemAttributeName};

        struct AwsSdkSqs;

        fn system_attribute(message: &Message, name: MessageSystemAttributeName) -> ::core::option::Option<&str> {
            let value = message.attributes.as_ref()?.get(&name)?;
            ::core::option::Option::Some(value.as_str())
        }

        impl $crate::messaging::Adapter<Message> for AwsSdkSqs {
            const SYSTEM: &'static str = "aws_sqs";

            fn read<'m>(
                &self,
                message: &'m Message,
                into: &mut $crate::messaging::Message<'m>,
            ) {
                $crate::messaging::aws_sdk_sqs::read(
                    into,
                    message.message_id.as_deref(),
                    message.body.as_deref(),
                    system_attribute(message, MessageSystemAttributeName::ApproximateReceiveCount),
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
                    let attributes = message.message_attributes.iter().flatten();
                    $crate::messaging::aws_sdk_sqs::origin(
                        attributes.filter_map(|(name, value)| {
                            let text = value.string_value.as_ref().map(|text| text.as_bytes());
                            let bytes = || value.binary_value.as_ref().map(|value| value.as_ref());
                            ::core::option::Option::Some((name.as_str(), text.or_else(bytes)?))
                        }),
                        message.body.as_deref(),
                        system_attribute(message, MessageSystemAttributeName::AwsTraceHeader),
                    )
                })
            }
        }

        AwsSdkSqs
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_aws_sdk_sqs_injected {
    ([$($client:tt)+] $injected:expr, $existing:expr) => {{
        use $($client)+::types::MessageAttributeValue;

        let injected = $injected;
        // Temporaries of the expression live until the attributes are copied.
        match $existing {
            existing => $crate::messaging::aws_sdk_sqs::attributes(&injected, existing, |text| {
                let value = MessageAttributeValue::builder().data_type("String");
                value.string_value(text).build().ok()
            }),
        }
    }};
}

#[doc(hidden)]
pub use {
    __linked_span_aws_sdk_sqs_adapter as adapter, __linked_span_aws_sdk_sqs_injected as __headers,
};

/// Returns a message's attributes with the active context or another origin.
///
/// ```ignore
/// use linked_span::messaging::aws_sdk_sqs::headers;
///
/// let request = client.send_message().set_message_attributes(Some(headers!()));
/// let forwarded = headers!(replacing message.message_attributes);   // keeps all other attributes
/// let from_an_outbox = headers!(of stored_origin);
/// ```
///
/// It returns the client's `HashMap<String, MessageAttributeValue>`, with at most ten attributes: what does not fit is
/// omitted. With `replacing`, all other attributes keep their values. The given map does not change. Without an active
/// span, no context is written and a forwarded one remains.
///
/// If the client has another name, begin with `client = path::to::aws_sdk_sqs`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_aws_sdk_sqs_headers {
    ($($given:tt)*) => {
        $crate::messaging::__headers!(
            aws_sdk_sqs [::aws_sdk_sqs] "message.message_attributes" $($given)*
        )
    };
}

#[doc(inline)]
pub use __linked_span_aws_sdk_sqs_headers as headers;

/// Describes a message, to keep its properties and its context with a decoded payload.
///
/// ```ignore
/// use linked_span::messaging::Received;
/// use linked_span::messaging::aws_sdk_sqs::describe;
///
/// let payment = Received::new(describe!(&message).destination("payments"), serde_json::from_str(body)?);
/// ```
///
/// It takes a reference, and returns a [`Message`](crate::messaging::Message). See
/// [`Received`](crate::messaging::Received).
///
/// If the client has another name, begin with `client = path::to::aws_sdk_sqs`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_aws_sdk_sqs_describe {
    ($($arguments:tt)*) => {
        $crate::messaging::__describe!(aws_sdk_sqs [::aws_sdk_sqs] $($arguments)*)
    };
}

#[doc(inline)]
pub use __linked_span_aws_sdk_sqs_describe as describe;
