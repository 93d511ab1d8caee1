//! Kafka, through the crate `rskafka`, from its version 0.5 on.
//!
#![doc = concat!("```ignore\n", include_str!("pages/rskafka.rs"), "```\n")]
//!
//! `RecordAndOffset` and `Record` are messages. They contain neither a topic nor a partition: name the topic by
//! `destination = …`, and add the partition as an attribute if you need it. A `Record` has no offset either.
//!
//! `rskafka` keeps one value per header name, the last one. It cannot read a record that has a header without a value:
//! `fetch_records` fails. Nothing has to be switched on.
//!
//! The span records the key as text, or as `0x…` if it is not readable.

/// Expands to the adapter for records of `rskafka`, at the given path of the client.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_rskafka_adapter {
    ($($client:tt)+) => {{
        // The client has one mention here, so that a missing client is one error.
        use $($client)+::record as client;

        struct Rskafka;

        fn read<'m>(
            record: &'m client::Record,
            offset: i64,
            into: &mut $crate::messaging::Message<'m>,
        ) {
            let (key, value) = (record.key.as_deref(), record.value.as_deref());
            $crate::messaging::rdkafka::read(into, "", (-1, offset), key, value);
            into.linked_span_origin(headers(record, $crate::messaging::WholeOrigin));
        }

        fn headers<R>(record: &client::Record, read: R) -> R::Part
        where
            R: $crate::messaging::ReadHeaders,
        {
            let headers = &record.headers;
            // Names that differ in case may repeat.
            $crate::messaging::read_last_hop(read, || {
                headers.iter().map(|(name, value)| (name.as_str(), value.as_slice()))
            })
        }

        impl $crate::messaging::Adapter<client::RecordAndOffset> for Rskafka {
            const SYSTEM: &'static str = "kafka";

            fn read<'m>(
                &self,
                message: &'m client::RecordAndOffset,
                into: &mut $crate::messaging::Message<'m>,
            ) {
                read(&message.record, message.offset, into);
            }

            fn headers<R: $crate::messaging::ReadHeaders>(
                &self,
                message: &client::RecordAndOffset,
                read: R,
            ) -> R::Part {
                headers(&message.record, read)
            }
        }

        impl $crate::messaging::Adapter<client::Record> for Rskafka {
            const SYSTEM: &'static str = "kafka";

            fn read<'m>(
                &self,
                message: &'m client::Record,
                into: &mut $crate::messaging::Message<'m>,
            ) {
                // A negative offset is unknown.
                read(message, -1, into);
            }

            fn headers<R: $crate::messaging::ReadHeaders>(
                &self,
                message: &client::Record,
                read: R,
            ) -> R::Part {
                headers(message, read)
            }
        }

        Rskafka
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_rskafka_write {
    ([$($client:tt)+] $injected:expr, $existing:expr) => {{
        type Headers = ::std::collections::BTreeMap<::std::string::String, ::std::vec::Vec<u8>>;

        let injected = $injected;
        // Temporaries of the expression live until the headers are copied.
        match $existing {
            existing => {
                let existing: ::core::option::Option<&Headers> = existing;
                let existing = existing.into_iter().flatten();
                let kept = existing.filter(|(name, _)| !injected.replaces(name.as_str()));
                let mut headers: Headers = kept
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect();
                for (name, value) in injected.fields() {
                    headers.insert(name.into(), value.into());
                }
                headers
            }
        }
    }};
}

#[doc(hidden)]
pub use {__linked_span_rskafka_adapter as adapter, __linked_span_rskafka_write as __headers};

/// Returns a record's headers, a `BTreeMap<String, Vec<u8>>`, with the active context or another origin.
///
/// ```ignore
/// use linked_span::messaging::rskafka::headers;
///
/// let record = Record { key, value, headers: headers!(), timestamp: Utc::now() };
/// let forwarded = headers!(replacing record.headers);   // keeps all other headers
/// let from_an_outbox = headers!(of stored_origin);
/// ```
///
/// With `replacing`, all other headers keep their values. The given headers do not change. Without an active span, no
/// context is written and a forwarded one remains.
///
/// If the client has another name, begin with `client = path::to::rskafka`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_rskafka_headers {
    ($($arguments:tt)*) => {
        $crate::messaging::__headers!(rskafka [::rskafka] "record.headers" $($arguments)*)
    };
}

#[doc(inline)]
pub use __linked_span_rskafka_headers as headers;

/// Describes a record, to keep its properties and its context with a decoded payload.
///
/// ```ignore
/// use linked_span::messaging::Received;
/// use linked_span::messaging::rskafka::describe;
///
/// let payment = Received::new(describe!(&record).destination("payments"), serde_json::from_slice(value)?);
/// ```
///
/// It takes a reference, and returns a [`Message`](crate::messaging::Message). See
/// [`Received`](crate::messaging::Received).
///
/// If the client has another name, begin with `client = path::to::rskafka`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_rskafka_describe {
    ($($arguments:tt)*) => {
        $crate::messaging::__describe!(rskafka [::rskafka] $($arguments)*)
    };
}

#[doc(inline)]
pub use __linked_span_rskafka_describe as describe;
