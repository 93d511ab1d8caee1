//! Runs an event handler in a span that links to the span that produced the event.
//!
//! ```
//! use linked_span::{LinkedEvent, Origin, linked_span};
//!
//! #[derive(LinkedEvent)]
//! struct PaymentConfirmed {
//!     id: String,
//!     metadata: Origin,       // serialized as {"traceparent": "…", "tracestate": "…"}
//! }
//!
//! #[linked_span(event)]
//! async fn send_receipt(event: &PaymentConfirmed) -> Result<(), std::io::Error> {
//!     // …
//!     Ok(())
//! }
//! ```
//!
//! The producer may have run hours earlier in another process. The link shows what caused the handler to run, without
//! making the handler a part of the producer's trace.
//!
//! # In the producer: store the context
//!
//! Store the active context in the event, or in the headers of the message that carries it:
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
//! The global propagator decides which fields are written and read. Without one, the crate uses the W3C's fields; see
//! [`extract`].
//!
//! # In the handler: name the event
//!
//! | the event is | write |
//! | --- | --- |
//! | your own struct or enum | [`#[derive(LinkedEvent)]`](derive@LinkedEvent), with a field `metadata`: an [`Origin`], a map, headers |
//! | your own type, with a computed origin | [`impl LinkedEvent`](trait@LinkedEvent) |
//! | a message of Kafka, NATS, `RabbitMQ`, SQS, Redis, MQTT or Pub/Sub | [`#[linked_span(message(rdkafka))]`](messaging) |
//! | a type of another crate | [`#[linked_span(message(origin = extract(message.headers())))]`](macro@linked_span) |
//! | in headers of another client | `origin = Origin::from_fields(…)`, with [their names and values](Origin::from_fields) |
//! | a decoded message, to be stored | [`messaging::Received`] |
//! | a payload in a queue inside the process | [`WithOrigin`] |
//! | raw JSON | `serde_json::Value`, with the feature `json` |
//!
//! # Install a tracer provider
//!
//! Without a tracer provider no spans are created, and no warning is logged. Install one when the program starts:
//!
//! ```
//! # use opentelemetry_sdk::trace::SdkTracerProvider;
//! # let exporter = opentelemetry_sdk::trace::InMemorySpanExporter::default();
//! let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).build();
//! linked_span::set_tracer_provider(provider.clone());
//! // … the program
//! provider.shutdown()?; // exports the last spans
//! # Ok::<(), opentelemetry_sdk::error::OTelSdkError>(())
//! ```
//!
//! # See the links
//!
//! In a checkout of this repository, the first command serves a page on `http://127.0.0.1:4318/`. The second sends spans to
//! it:
//!
//! ```text
//! cargo run --package flow
//! OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 cargo run --example order_fulfillment
//! ```
//!
//! The page draws each flow across its traces, with an arrow from each producer to its handlers. If you see no links, follow
//! the [troubleshooting] page.
//!
//! # Several events
//!
//! ```
//! # use linked_span::{LinkedEvent, Origin, fan_in, linked_span};
//! # #[derive(Clone, LinkedEvent)] struct PaymentConfirmed { #[event(key)] order_id: u64, metadata: Origin }
//! # #[derive(Clone, LinkedEvent)] struct InventoryReserved { #[event(key)] order_id: u64, metadata: Origin }
//! #[linked_span(payments)]
//! fn record(payments: &[PaymentConfirmed]) {} // one span, with a link to each event
//!
//! #[fan_in(payment, inventory)]
//! fn fulfill_order(payment: PaymentConfirmed, inventory: InventoryReserved) {} // runs once both have arrived
//! ```
//!
//! The type of a parameter decides whether it is [a batch](Events). The page of [`fan_in`](mod@fan_in) describes joins, such
//! as `FulfillOrder` here.
//!
//! # Inside `tracing`
//!
//! With the feature `tracing`, each handler's span is a `tracing` span too. A program, not a library, switches that on, once,
//! at its start:
//!
//! ```
//! # #[cfg(feature = "tracing")] {
//! # use opentelemetry_sdk::trace::SdkTracerProvider;
//! use tracing_subscriber::prelude::*;
//! use tracing_subscriber::{EnvFilter, fmt};
//!
//! # let provider = SdkTracerProvider::builder().build();
//! let otel = tracing_opentelemetry::layer()
//!     .with_tracer(linked_span::layer_tracer(provider.clone(), "shop"));
//! tracing_subscriber::registry()
//!     .with(fmt::layer().with_filter(EnvFilter::from_default_env()))
//!     .with(otel)
//!     .init();
//! # linked_span::use_tracing(false);
//! # }
//! ```
//!
//! Set `RUST_LOG=info`: without it, this filter shows only errors. A filter for all layers can remove a producer's `tracing`
//! span, and then its consumer has no link.
//!
//! Handlers stay as they are. Their OpenTelemetry spans stay too, with links, kind, attributes and scope, all visible to the
//! sampler. What `info!` logs in the body belongs to the handler:
//!
//! ```text
//! INFO send_receipt{event.id="payment-7" event.type="payment.confirmed" order.id=7}: sent
//! ```
//!
//! The `tracing` span has the handler's name, and the target, file and line of your code. Its fields are the attributes that
//! are named in `attributes(…)` by a dotted name or a string, and the crate's own, such as `event.id` and `batch.size`: 32 at
//! most. A handler of a broker's messages has no `messaging.…` fields: name those that you need in `attributes(…)`. `level` and `target` are [options](macro@linked_span#options), as in `#[tracing::instrument]`; without the feature they are compile errors.
//!
//! A filter of `tracing` never removes the OpenTelemetry span: only the sampler does.
//!
//! | the subscriber has | logs | OpenTelemetry |
//! | --- | --- | --- |
//! | tracing-opentelemetry's layer with `layer_tracer` | show the handler | the handler's span, with what the body logs as its events |
//! | no such layer, after `use_tracing(true)` | show the handler | the handler's span |
//! | a layer with another tracer, after `use_tracing(true)` | do not show the handler | the handler's span, and no second one |
//! | a filter of the layer's own that rejects the handler | show the handler | the handler's span |
//! | a filter or a level that rejects the handler everywhere | do not show the handler | the handler's span |
//! | a layer with context activation off | show the handler | the handler's span; it does not see the `tracing` span around it, and what its body logs is not recorded as its events |
//! | two of the layers | tracing-opentelemetry panics at every span | the handler's span; the handler does not fail |
//! | no provider anywhere | show the handler | nothing |
//!
//! What the layer adds to its spans itself, such as the thread or the idle time, it does not add to a handler's. A second
//! layer with another tracer in the same program, under another subscriber, starts a second span.
//!
//! | linked-span | `opentelemetry` | `tracing-opentelemetry` |
//! | --- | --- | --- |
//! | 0.1 | 0.33 | 0.34 |
//!
//! # Beside `tracing`
//!
//! Without the feature, handlers open their spans through OpenTelemetry alone, and formatted logs do not show them. With
//! tracing-opentelemetry's context activation on (the default), spans nest both ways:
//!
//! - A handler called in a `#[tracing::instrument]`ed function is a child of that function's span.
//! - A `#[tracing::instrument]`ed function called in a handler is a child of the handler's span.
//!
//! With context activation off, the two do not see each other. The handler starts a new trace, [`Origin::current()`] ignores
//! the entered `tracing` span, and instrumented functions inside the handler are children of the `tracing` span around it.
//!
//! With both attributes on one function, the upper attribute expands first, so its span is the inner one.
//!
//! # Cost
//!
//! Without an SDK a handler allocates nothing, and of the expressions in its attribute only `origin = …` runs. The one
//! exception is an event's baggage: it is active in the body in every case.
//!
//! Each thread re-checks the global provider and propagator at most once per millisecond, by a monotonic clock.
//! [`set_tracer_provider`] and [`set_text_map_propagator`] reach every thread at once.
//!
//! # Features
//!
//! No feature is on by default.
//!
//! | feature | what it adds |
//! | --- | --- |
//! | `http` | `http::HeaderMap` as a carrier |
//! | `json` | `serde_json::Value` as an event and as a carrier; enables `serde` |
//! | `metrics` | `metrics`, which records the durations of handlers and the outcomes of joins |
//! | `postgres` | `fan_in::Postgres`, which keeps [joins](mod@fan_in#where-joins-are-kept) in `PostgreSQL`; enables `serde` and `tokio` |
//! | `redis` | `fan_in::Redis`, which keeps joins in Redis; enables `serde` and `tokio` |
//! | `sampler` | `LinksBased`, an SDK sampler that samples a handler if the producer of its event was sampled |
//! | `serde` | [`Origin`] as a field of serialized events |
//! | `sqlite` | `fan_in::Sqlite`, which keeps joins in a file; enables `serde` and `tokio` |
//! | `testing` | `testing`, assertions about spans and links in your own tests |
//! | `tokio` | `fan_in::sweep_every` |
//! | `tracing` | [handlers inside `tracing`](#inside-tracing) |
#![cfg_attr(docsrs, feature(doc_cfg))]
// `_durable` is internal: the three stores enable it.
#![cfg_attr(docsrs, doc(auto_cfg(hide(feature = "_durable"))))]
#![doc(test(attr(deny(warnings), allow(dead_code, unused))))]

mod carrier;
mod event;
pub mod fan_in;
mod macros;
mod message;
pub mod messaging;
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

pub use crate::macros::{LinkedEvent, fan_in, linked_span};

pub use crate::carrier::{Carrier, CarrierMut, extract, inject, inject_origin};
pub use crate::event::attributes::{AttributeValue, Attributes, set_attribute};
pub use crate::event::events::Events;
pub use crate::event::with_origin::WithOrigin;
pub use crate::event::{Keyed, LinkedEvent};
pub use crate::origin::Origin;
pub use crate::propagation::set_text_map_propagator;
#[cfg(feature = "tracing")]
pub use crate::span::in_tracing::{LayerTracer, layer_tracer, use_tracing};
pub use crate::span::limit::{LinkOverflow, set_link_limit, set_link_overflow};
pub use crate::span::provider::set_tracer_provider;
#[cfg(feature = "sampler")]
pub use crate::span::sampler::LinksBased;
