//! Pulsar, through the crate `pulsar`, from its version 6 on.
//!
#![doc = concat!("```ignore\n", include_str!("pages/pulsar.rs"), "```\n")]
//!
//! `consumer::Message<T>` is a message. It may be deserialized to any type.
//!
//! | from the message | attribute |
//! | --- | --- |
//! | its own topic, without `-partition-3` | `messaging.destination.name` |
//! | the partition in its id, or else in its topic | `messaging.destination.partition.id` |
//! | ledger, entry, partition and place in a batch, as Java's client writes them: `26:0:-1:0` | `messaging.message.id` |
//! | the partition key as it was sent, which is Base64 for a key of bytes | `messaging.pulsar.message.key` |
//!
//! A consumer of several topics records the topic of each message. The subscription is not in the message: add
//! `group = "…"`.
//!
//! The context is in the properties of the message. The last of several equal properties counts. Nothing has to be
//! switched on.

use super::Message;
use crate::message::{Field, FieldValue};

/// Holds the parts of a message's id.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Id {
    pub ledger: u64,
    pub entry: u64,
    pub partition: Option<i32>,
    pub place_in_batch: Option<i32>,
}

impl Id {
    /// Returns the text by which Java's client and the tools of a broker know the message.
    fn text(self) -> String {
        let Self { ledger, entry, .. } = self;
        let partition = self.partition.unwrap_or(-1);
        match self.place_in_batch.filter(|place| *place >= 0) {
            Some(place) => format!("{ledger}:{entry}:{partition}:{place}"),
            None => format!("{ledger}:{entry}:{partition}"),
        }
    }
}

/// Fills in the properties of a message.
#[doc(hidden)]
pub fn read<'m>(
    message: &mut Message<'m>,
    topic: &'m str,
    id: Id,
    key: Option<&'m str>,
    payload: usize,
) {
    let (topic, of_topic) = without_partition(topic);
    message.set_destination(topic.into());
    let partition = id.partition.filter(|partition| *partition >= 0);
    if let Some(partition) = partition.map(i64::from).or(of_topic) {
        message.set_number(Field::Partition, partition, FieldValue::NumberAsText);
    }
    message.set_text(Field::Id, id.text().into());
    if let Some(key) = key {
        message.set(Field::MessageKey, FieldValue::Bytes(key.as_bytes()));
    }
    message.set_body_size(payload);
}

/// Splits `orders-partition-3`, the topic that a broker makes for a partition of `orders`.
fn without_partition(topic: &str) -> (&str, Option<i64>) {
    let Some((name, partition)) = topic.rsplit_once("-partition-") else {
        return (topic, None);
    };
    let is_number = partition.bytes().all(|byte| byte.is_ascii_digit());
    match partition.parse().ok().filter(|_| is_number) {
        Some(partition) => (name, Some(partition)),
        None => (topic, None),
    }
}

/// Expands to the adapter for messages of `pulsar`, at the given path of the client.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_pulsar_adapter {
    ($($client:tt)+) => {{
        use $($client)+::consumer;

        struct Pulsar;

        impl<T> $crate::messaging::Adapter<consumer::Message<T>> for Pulsar {
            const SYSTEM: &'static str = "pulsar";

            fn read<'m>(
                &self,
                message: &'m consumer::Message<T>,
                into: &mut $crate::messaging::Message<'m>,
            ) {
                let id = &message.message_id.id;
                $crate::messaging::pulsar::read(
                    into,
                    &message.topic,
                    $crate::messaging::pulsar::Id {
                        ledger: id.ledger_id,
                        entry: id.entry_id,
                        partition: id.partition,
                        place_in_batch: id.batch_index,
                    },
                    message.payload.metadata.partition_key.as_deref(),
                    message.payload.data.len(),
                );
                let origin = $crate::messaging::WholeOrigin;
                into.linked_span_origin($crate::messaging::Adapter::headers(self, message, origin));
            }

            fn headers<R: $crate::messaging::ReadHeaders>(
                &self,
                message: &consumer::Message<T>,
                read: R,
            ) -> R::Part {
                let properties = &message.payload.metadata.properties;
                $crate::messaging::read_last_hop(read, || {
                    let properties = properties.iter();
                    properties.map(|property| (property.key.as_str(), property.value.as_bytes()))
                })
            }
        }

        Pulsar
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_pulsar_write {
    ([$($client:tt)+] $injected:expr, $existing:expr) => {{
        use $($client)+::proto;

        let injected = $injected;
        // Temporaries of the expression live until the properties are copied.
        match $existing {
            existing => {
                let existing: ::core::option::Option<&::std::vec::Vec<proto::KeyValue>> = existing;
                let kept = existing.into_iter().flatten();
                let kept = kept.filter(|property| !injected.replaces(&property.key));
                let kept = kept.map(|property| (property.key.clone(), property.value.clone()));
                let mut headers: ::std::collections::HashMap<_, _> = kept.collect();
                for (name, value) in injected.fields() {
                    headers.insert(
                        ::std::string::String::from(name),
                        ::std::string::String::from(value),
                    );
                }
                headers
            }
        }
    }};
}

#[doc(hidden)]
pub use {__linked_span_pulsar_adapter as adapter, __linked_span_pulsar_write as __headers};

/// Returns a message's properties, a `HashMap<String, String>`, with the active context or another origin.
///
/// ```ignore
/// use linked_span::messaging::pulsar::headers;
///
/// let message = producer::Message { payload, properties: headers!(), ..Default::default() };
/// let forwarded = headers!(replacing received.metadata().properties);   // keeps all other properties
/// let from_an_outbox = headers!(of stored_origin);
/// ```
///
/// With `replacing`, the properties of a received message are copied, except the trace fields of its hop. Of several
/// equal properties, the last is kept, because a producer has one value per name. Without an active span, no context is
/// written and a forwarded one remains.
///
/// If the client has another name, begin with `client = path::to::pulsar`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_pulsar_headers {
    ($($arguments:tt)*) => {
        $crate::messaging::__headers!(
            pulsar [::pulsar] "message.metadata().properties" $($arguments)*
        )
    };
}

#[doc(inline)]
pub use __linked_span_pulsar_headers as headers;

/// Describes a message, to keep its properties and its context with a decoded payload.
///
/// ```ignore
/// use linked_span::messaging::Received;
/// use linked_span::messaging::pulsar::describe;
///
/// let payment = Received::new(describe!(&message).group("billing"), message.deserialize()?);
/// ```
///
/// It takes a reference, and returns a [`Message`](crate::messaging::Message). See
/// [`Received`](crate::messaging::Received).
///
/// If the client has another name, begin with `client = path::to::pulsar`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_pulsar_describe {
    ($($arguments:tt)*) => {
        $crate::messaging::__describe!(pulsar [::pulsar] $($arguments)*)
    };
}

#[doc(inline)]
pub use __linked_span_pulsar_describe as describe;
