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
//!
//! The handler runs in a span of its own, which has a link to the span that was active where the event was made, be it
//! minutes ago and in another process.
//!
//! # Where the event is made
//!
//! Store the context in the event, or in the headers of the message that carries it:
//!
//! ```
//! # use linked_span::{LinkedEvent, Origin, inject};
//! # struct PaymentConfirmed { id: String, metadata: Origin }
//! let event = PaymentConfirmed { id: "payment-7".to_owned(), metadata: Origin::current() };
//!
//! let mut headers: Vec<(String, String)> = Vec::new();
//! inject(&mut headers);
//! ```
//!
//! Both take the span that is active there. What is written and read is the global propagator's choice, and the W3C's if
//! none is installed; see [`extract`].
//!
//! # Where the handler finds it
//!
//! | the event | what to write |
//! | --- | --- |
//! | your own struct or enum | [`#[derive(LinkedEvent)]`](derive@LinkedEvent), with a field `metadata`: an [`Origin`], a map, headers |
//! | your own, computed | [`impl LinkedEvent`](trait@LinkedEvent) |
//! | a type of somebody else's | [`#[linked_span(message(origin = extract(message.headers())))]`](macro@linked_span) |
//! | a payload in a queue of the process | [`WithOrigin`] |
//! | raw JSON | `serde_json::Value`, with the feature `json` |
//!
//! # Install a provider
//!
//! Without one there are no spans, and nobody says so. Any will do; this one exports to where the exporter says:
//!
//! ```
//! # use opentelemetry_sdk::trace::SdkTracerProvider;
//! # let exporter = opentelemetry_sdk::trace::InMemorySpanExporter::default();
//! let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).build();
//! linked_span::set_tracer_provider(provider.clone());
//! // … the program; then, so that the last spans are exported:
//! provider.shutdown()?;
//! # Ok::<(), opentelemetry_sdk::error::OTelSdkError>(())
//! ```
//!
//! # See it
//!
//! In a checkout of this repository, the first command serves a page on `http://127.0.0.1:4318/`, and the second sends it
//! spans:
//!
//! ```text
//! cargo run --package flow
//! OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 cargo run --example order_fulfillment
//! ```
//!
//! The page shows flows: the traces that links connect, with an arrow from each producer to its handlers.
//!
//! If you see no links all the same, there is a page on [what to check](troubleshooting).
//!
//! # Several events
//!
//! ```
//! # use linked_span::{LinkedEvent, Origin, fan_in, linked_span};
//! # #[derive(Clone, LinkedEvent)] struct PaymentConfirmed { #[event(key)] order_id: u64, metadata: Origin }
//! # #[derive(Clone, LinkedEvent)] struct InventoryReserved { #[event(key)] order_id: u64, metadata: Origin }
//! #[linked_span(payments)]
//! fn record(payments: &[PaymentConfirmed]) {} // a link to each
//!
//! #[fan_in(payment, inventory)]
//! fn fulfill_order(payment: PaymentConfirmed, inventory: InventoryReserved) {} // runs once both have come
//! ```
//!
//! Whether a parameter is a batch is told by [its type](Events). Of what runs once all its inputs have come, `FulfillOrder`
//! here, there is [more to say](mod@fan_in).
//!
//! # Beside `tracing`
//!
//! Spans are opened through OpenTelemetry. With tracing-opentelemetry, a handler that is called in a
//! `#[tracing::instrument]`ed function is its child, and an `#[tracing::instrument]`ed function that is called in a
//! handler is the handler's, as long as its layer's context activation is on, as it is by default. Without it the two do
//! not see each other: the handler begins a trace of its own, [`Origin::current()`] does not see the `tracing` span that
//! is entered, and what is instrumented in the handler becomes a child of the `tracing` span around it, if there is one.
//! Of both attributes on one function, the one above is expanded first, and so its span is the inner one.
//!
//! # What it costs
//!
//! Without an SDK a handler allocates nothing, and of the expressions in its attribute only `origin = …` runs. An event
//! that has baggage is the exception: its baggage is active in the body in every case.
//!
//! A thread asks OpenTelemetry for the tracer provider and the propagator at most once in a millisecond, by a monotonic
//! clock. [`set_tracer_provider`] and [`set_text_map_propagator`] let all threads know at once.
//!
//! # Features
//!
//! None is on by default.
//!
//! | feature | what it adds |
//! | --- | --- |
//! | `http` | `http::HeaderMap` as a carrier |
//! | `json` | `serde_json::Value` as an event and as a carrier; implies `serde` |
//! | `metrics` | `metrics`: how long handlers take, and what becomes of joins |
//! | `postgres` | `fan_in::Postgres`, which keeps [joins](mod@fan_in#where-joins-are-kept) in `PostgreSQL`; implies `serde` |
//! | `redis` | `fan_in::Redis`, which keeps them in Redis; implies `serde` |
//! | `sampler` | `LinksBased`, a sampler for the SDK that samples what was sampled where its events were made |
//! | `serde` | [`Origin`] as a field of events that are serialized |
//! | `sqlite` | `fan_in::Sqlite`, which keeps joins in a file; implies `serde` |
//! | `testing` | `testing`, assertions about spans and links for your own tests |
//! | `tokio` | `fan_in::sweep_every`; each store in a database implies it |
#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc(test(attr(deny(warnings), allow(dead_code, unused))))]

mod carrier;
mod event;
pub mod fan_in;
#[cfg(feature = "metrics")]
pub mod metrics;
#[cfg(not(feature = "metrics"))]
#[path = "metrics/off.rs"]
mod metrics;
mod origin;
mod propagation;
mod span;
mod support;
#[cfg(feature = "testing")]
pub mod testing;
pub mod troubleshooting;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use linked_span_macros::{LinkedEvent, fan_in, linked_span};

pub use crate::carrier::{Carrier, CarrierMut, extract, inject};
pub use crate::event::attributes::{AttributeValue, Attributes, set_attribute};
pub use crate::event::events::Events;
pub use crate::event::with_origin::WithOrigin;
pub use crate::event::{Keyed, LinkedEvent};
pub use crate::origin::Origin;
pub use crate::propagation::set_text_map_propagator;
pub use crate::span::limit::{LinkOverflow, set_link_limit, set_link_overflow};
pub use crate::span::provider::set_tracer_provider;
#[cfg(feature = "sampler")]
pub use crate::span::sampler::LinksBased;
