//! I see no links: what to check, and what to write.
//!
//! First let the handler say what it sees. Its answer leads to the section that matters:
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
//! | it prints | then |
//! | --- | --- |
//! | `span false` | there is [no provider](#no-provider), or one of [another version](#two-versions-of-opentelemetry) |
//! | `recording false` | [the sampler](#the-sampler) has said no |
//! | `origin false` | the event carries [no context](#the-event-carries-no-context), or one that is [read otherwise](#another-propagator) |
//! | three times `true` | the link was made: was it [exported](#the-span-is-not-exported), did it [fit](#more-links-than-a-span-keeps), does the [backend](#the-backend) show it? |
//!
//! # No provider
//!
//! Handlers do nothing until a tracer provider is installed, and nobody says so. Install it before the first event, with an
//! exporter: a provider without one drops what it records.
//!
//! ```
//! # use opentelemetry_sdk::trace::SdkTracerProvider;
//! # let exporter = opentelemetry_sdk::trace::InMemorySpanExporter::default();
//! let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).build();
//! linked_span::set_tracer_provider(provider.clone());
//! ```
//!
//! A library installs none: that is for the program that uses it to do.
//!
//! # Two versions of OpenTelemetry
//!
//! OpenTelemetry's globals belong to one version of its crate. A provider or a propagator that was installed in another is
//! not seen, and no compiler minds. Check:
//!
//! ```text
//! cargo tree --duplicates --depth 0
//! cargo tree --invert opentelemetry@0.32.0
//! ```
//!
//! If the first names `opentelemetry` more than once, the second says who wants the version that should not be there.
//! Write the one that this crate is for, 0.33, for all of OpenTelemetry's crates, and give the provider to
//! [`set_tracer_provider`](crate::set_tracer_provider): one of another version does not compile there.
//!
//! # The sampler
//!
//! A handler's span mostly is the first of a trace, and so the sampler decides anew: one that keeps a tenth of all traces
//! keeps a handler whose producer it has dropped, and drops one whose producer it has kept. Check with a sampler that keeps
//! everything, `OTEL_TRACES_SAMPLER=always_on` if none is set in code. Where handlers are to follow their events, write,
//! with the feature `sampler`:
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
//! A link may also lead to a trace that was never exported, since its producer was not sampled. The link says so:
//! `event.origin().span_context().is_sampled()`.
//!
//! # The event carries no context
//!
//! Look at what arrives, and at what is read of it:
//!
//! ```
//! use linked_span::extract;
//!
//! let headers = [("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00F067AA0BA902B7-01")];
//! let origin = extract(&headers);
//! println!("{headers:?} is read as {origin:?}");
//! assert!(!origin.span_context().is_valid());     // hexadecimal digits are lowercase
//! ```
//!
//! | what arrives | why | what to write |
//! | --- | --- | --- |
//! | nothing | no span was active where the event was made, in a task or a thread of its own perhaps | make it where the producer's span is active: `Origin::current()`, or [`inject`](crate::inject) |
//! | nothing | the producer's span is `tracing`'s alone | tracing-opentelemetry's layer, with its context activation on |
//! | nothing | the field that carries it is not serialized, or a broker drops headers | send it: [`Origin`](crate::Origin) with the feature `serde`, or headers that are kept |
//! | a `traceparent` that is not read | it is cut off, in uppercase, all zeros, or there are two different ones | whole ones, as the [W3C](https://www.w3.org/TR/trace-context-1/#traceparent-header) has them; who passes a message on replaces the old one, as `inject` does |
//! | headers with other names, `b3` or `x-amzn-trace-id` | the producer writes another format | that format's [propagator](#another-propagator) |
//!
//! A batch says how many of its events have a context: `batch.link_count` beside `batch.size`.
//!
//! # Another propagator
//!
//! Where a global propagator is installed, it alone decides what is read and written; where none is, it is the W3C's
//! format. An empty composite is a propagator that reads nothing. Check which it is:
//!
//! ```
//! use opentelemetry::global;
//!
//! global::get_text_map_propagator(|propagator| {
//!     println!("{propagator:?} with {:?}", propagator.fields().collect::<Vec<_>>());
//! });
//! ```
//!
//! `NoopTextMapPropagator` means that none is installed. Where your producers write `traceparent` and that is not among them, install a
//! propagator that knows it, perhaps beside the other:
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
//! A span is exported once its handler has ended, in batches, every five seconds by default: a program that ends before
//! has exported nothing. Shut the provider down at the end of `main`, and ask it whether all went well:
//!
//! ```
//! # fn main() -> Result<(), opentelemetry_sdk::error::OTelSdkError> {
//! # let provider = opentelemetry_sdk::trace::SdkTracerProvider::builder().build();
//! provider.force_flush()?;    // fails if nobody took the spans
//! provider.shutdown()?;
//! # Ok(())
//! # }
//! ```
//!
//! `std::process::exit` in between leaves that out. What goes wrong in between, OpenTelemetry's crates say through
//! `tracing`, with their feature `internal-logs`: a subscriber shows it. Of OTLP over HTTP, mind the address:
//! `OTEL_EXPORTER_OTLP_ENDPOINT` is its beginning, `http://localhost:4318`, and `with_endpoint` takes all of it, with
//! `/v1/traces`.
//!
//! To see what leaves the program without any backend, export to memory, with the SDK's feature `testing`, and look:
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
//! An SDK keeps 128 links on a span by default, and drops the rest. This crate knows that, and puts the rest on child spans
//! called `NAME links`: look for them below the handler's. If `dropped_links_count` is not 0 all the same, the provider's
//! limit was set in code, where nobody else can see it. Write it a second time:
//!
//! ```
//! # use opentelemetry_sdk::trace::SdkTracerProvider;
//! let builder = SdkTracerProvider::builder().with_max_links_per_span(32);
//! linked_span::set_link_limit(32);
//! # linked_span::set_link_limit(128);
//! ```
//!
//! or use the environment variable `OTEL_SPAN_LINK_COUNT_LIMIT`, which both read.
//!
//! Links that are equal in all they say become one where they find no room, with their number as `link.count`. A handler
//! has 128 pages at most; `linked_span.links_left_out` on its span counts the links beyond these. If pages are missing, the
//! sampler has dropped them, or the span processor's queue was full: see [`LinkOverflow`](crate::LinkOverflow).
//!
//! # The backend
//!
//! A link is on the handler's span, and shows where a backend shows a span's details: as a link, a reference, a span link.
//! It leads to the producer; not every backend also shows it there, so look at the handler's trace first. Some have no
//! place for links in what they store, as Zipkin's format has none, and show the span without them. If the
//! [export to memory](#the-span-is-not-exported) has the link and a backend does not show it, ask the collector between
//! them what it receives: its `debug` exporter prints links too.
//!
//! Where a backend shows none at all, a handler can be a child of the producer as well: `parent = event` in
//! [`#[linked_span]`](macro@crate::linked_span) does that, for handlers of one event.
