//! What to check when you see no links.
//!
//! Start with what the handler sees. Its output leads to the section that applies:
//!
//! ```
//! use linked_span::{LinkedEvent, Origin, linked_span};
//! use opentelemetry::trace::get_active_span;
//!
//! # #[derive(LinkedEvent)] struct Event { metadata: Origin }
//! #[linked_span(event)]
//! fn handle(event: &Event) {
//!     get_active_span(|span| {
//!         println!("span {}", span.span_context().is_valid());
//!         println!("recording {}", span.is_recording());
//!     });
//!     println!("origin {}", event.origin().span_context().is_valid());
//! }
//! # handle(&Event { metadata: Origin::default() });
//! ```
//!
//! | it prints | cause |
//! | --- | --- |
//! | `span false` | [no tracer provider](#no-tracer-provider), or one of [another OpenTelemetry version](#two-versions-of-opentelemetry) |
//! | `recording false` | [the sampler](#the-sampler) dropped the span |
//! | `origin false` | the event has [no context](#the-event-has-no-context), or one in a format that the [propagator](#another-propagator) does not read |
//! | `true` three times | the link exists: check [the export](#the-span-is-not-exported), [the link limit](#more-links-than-a-span-keeps), and the [backend](#the-backend) |
//!
//! # No tracer provider
//!
//! Until a tracer provider is installed, handlers run without spans, and no warning is logged. Install a provider with an
//! exporter before the first event. A provider without an exporter drops its spans.
//!
//! ```
//! # use opentelemetry_sdk::trace::SdkTracerProvider;
//! # let exporter = opentelemetry_sdk::trace::InMemorySpanExporter::default();
//! let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).build();
//! linked_span::set_tracer_provider(provider.clone());
//! ```
//!
//! The program installs the provider; a library must not.
//!
//! # Two versions of OpenTelemetry
//!
//! Each version of the `opentelemetry` crate has its own globals. A provider or propagator installed in another version has
//! no effect, and the compiler does not warn. Check the versions:
//!
//! ```text
//! cargo tree --duplicates --depth 0
//! cargo tree --invert opentelemetry@0.32.0
//! ```
//!
//! If the first command lists `opentelemetry` more than once, the second shows which crate requires the wrong version. Use
//! 0.33, the version of this crate, for all OpenTelemetry crates. Pass the provider to
//! [`set_tracer_provider`](crate::set_tracer_provider): a provider of another version does not compile there.
//!
//! # The sampler
//!
//! A handler's span usually starts a new trace, so the sampler decides again. A sampler that keeps a tenth of all traces drops
//! handlers of sampled producers, and keeps handlers of dropped ones. To check, sample everything: set
//! `OTEL_TRACES_SAMPLER=always_on` if the code sets no sampler. To make handlers follow their producers, enable the feature
//! `sampler` and write:
//!
//! ```
//! # #[cfg(feature = "sampler")] {
//! use linked_span::LinksBased;
//! use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
//!
//! let otherwise = Sampler::TraceIdRatioBased(0.1);
//! let builder = SdkTracerProvider::builder()
//!     .with_sampler(Sampler::ParentBased(Box::new(LinksBased::any(otherwise))));
//! # }
//! ```
//!
//! A link can also point to a trace that was never exported, because the producer was not sampled. Check it with
//! `event.origin().span_context().is_sampled()`.
//!
//! # The event has no context
//!
//! Print the headers and what `extract` reads from them:
//!
//! ```
//! use linked_span::extract;
//!
//! let headers = [("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00F067AA0BA902B7-01")];
//! let origin = extract(&headers);
//! println!("{headers:?} is read as {origin:?}");
//! assert!(!origin.span_context().is_valid());     // hexadecimal digits must be lowercase
//! ```
//!
//! | what arrives | cause | fix |
//! | --- | --- | --- |
//! | no headers | no span was active where the event was made, for example in another task or thread | call `Origin::current()` or [`inject`](crate::inject) while the producer's span is active |
//! | no headers | the producer's span exists only in `tracing` | add tracing-opentelemetry's layer, with context activation on |
//! | no headers | a filter removes the producer's `tracing` span | filter the log layer only, with `with_filter` |
//! | no headers | the field with the context is not serialized, or the broker drops headers | serialize [`Origin`](crate::Origin) with the feature `serde`, or use headers that the broker keeps |
//! | no attributes from SQS | the consumer did not ask for them | add `.message_attribute_names("All")` to `receive_message`; see [SQS](crate::messaging::aws_sdk_sqs) |
//! | no context from SQS, but other attributes | the message had ten attributes, so that the context did not fit | send fewer of your own; see [SQS](crate::messaging::aws_sdk_sqs#at-most-ten-attributes) |
//! | an unreadable `traceparent` | it is truncated, uppercase, all zeros, or there are two different ones | write a complete one, as the [W3C](https://www.w3.org/TR/trace-context-1/#traceparent-header) specifies; replace the old one when you forward a message, as `inject` does |
//! | headers with other names, such as `b3` or `x-amzn-trace-id` | the producer uses another format | install the [propagator](#another-propagator) of that format |
//!
//! For a batch, compare the attributes `batch.link_count` and `batch.size`: they show how many events have a context.
//!
//! # Another propagator
//!
//! An installed global propagator alone decides what is read and written. Without one, the crate uses the W3C's format. An
//! empty composite propagator reads nothing. Check which one is installed:
//!
//! ```
//! use opentelemetry::global;
//!
//! global::get_text_map_propagator(|propagator| {
//!     println!("{propagator:?} with {:?}", propagator.fields().collect::<Vec<_>>());
//! });
//! ```
//!
//! `NoopTextMapPropagator` means that none is installed. If your producers write `traceparent` and the output does not list
//! it, install a propagator that reads it, together with the others that you need:
//!
//! ```
//! use opentelemetry::propagation::TextMapCompositePropagator;
//! use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};
//!
//! linked_span::set_text_map_propagator(TextMapCompositePropagator::new(vec![
//!     Box::new(TraceContextPropagator::new()),
//!     Box::new(BaggagePropagator::new()),
//! ]));
//! ```
//!
//! # The span is not exported
//!
//! The SDK exports spans in batches after their handlers end, every five seconds by default. A program that exits earlier
//! exports nothing. Shut the provider down at the end of `main`, and check the result:
//!
//! ```
//! # fn main() -> Result<(), opentelemetry_sdk::error::OTelSdkError> {
//! # let provider = opentelemetry_sdk::trace::SdkTracerProvider::builder().build();
//! provider.force_flush()?;    // fails if the exporter failed
//! provider.shutdown()?;
//! # Ok(())
//! # }
//! ```
//!
//! `std::process::exit` skips this. OpenTelemetry's crates log export errors through `tracing`, with their feature
//! `internal-logs`; a subscriber shows them. For OTLP over HTTP, check the address: `OTEL_EXPORTER_OTLP_ENDPOINT` is the base
//! address, `http://localhost:4318`, but `with_endpoint` takes the full one, with `/v1/traces`.
//!
//! To see the exported spans without a backend, export to memory, with the SDK's feature `testing`. Read the spans before
//! `shutdown`, because it empties the exporter:
//!
//! ```
//! use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
//!
//! # fn main() -> Result<(), opentelemetry_sdk::error::OTelSdkError> {
//! let exporter = InMemorySpanExporter::default();
//! let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
//! linked_span::set_tracer_provider(provider);
//! // … handle an event
//! for span in exporter.get_finished_spans()? {
//!     println!("{} has {} links", span.name, span.links.len());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # More links than a span keeps
//!
//! SDKs keep 128 links on a span by default, and drop the rest. This crate puts the rest on child spans named `NAME links`:
//! look below the handler's span. If `dropped_links_count` is not 0, the program set the provider's limit in code, where the
//! crate cannot read it. Set the same limit here:
//!
//! ```
//! # use opentelemetry_sdk::trace::SdkTracerProvider;
//! let builder = SdkTracerProvider::builder().with_max_links_per_span(32);
//! linked_span::set_link_limit(32);
//! # linked_span::set_link_limit(128);
//! ```
//!
//! Or set the environment variable `OTEL_SPAN_LINK_COUNT_LIMIT`, which the SDK and this crate both read.
//!
//! If identical links do not fit, they become one link with the attribute `link.count`. A handler gets at most 128 child spans
//! for links; the attribute `linked_span.links_left_out` counts the links beyond them. If such a child span is missing, the
//! sampler dropped it, or the span processor's queue was full: see [`LinkOverflow`](crate::LinkOverflow).
//!
//! # The backend
//!
//! The link is on the handler's span. Look for it in the span's details: as a link, a reference, or a span link. Start with
//! the handler's trace, because not every backend also shows the link on the producer's span. Some formats, such as
//! Zipkin's, cannot store links.
//!
//! If the [export to memory](#the-span-is-not-exported) has the link and the backend does not show it, check the collector
//! between them: its `debug` exporter prints links.
//!
//! If a backend shows no links at all, make the handler a child of the producer as well. Use `parent = event` in
//! [`#[linked_span]`](macro@crate::linked_span), for handlers of one event.
