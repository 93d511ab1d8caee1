//! Assertions about spans and links, a clock, and a suite for stores of joins, for your own tests.
//!
//! ```
//! use linked_span::{LinkedEvent, Origin, linked_span, testing};
//!
//! #[derive(LinkedEvent)]
//! struct BookReturned { id: String, metadata: Origin }
//!
//! #[linked_span(event)]
//! fn tell_next_reader(event: &BookReturned) {}
//!
//! let spans = testing::capture();
//! let event = BookReturned { id: "return-1".to_owned(), metadata: spans.producer() };
//! tell_next_reader(&event);
//! spans.one("tell_next_reader").linked_to(&event).links(1).has("event.id", "return-1");
//! ```
//!
//! Enable the feature `testing` in `[dev-dependencies]`. Tests may run in parallel in one process, with threads, tasks and
//! runtimes of their own. They need no lock, and no test sees the spans of another.
//!
//! # Which test a span belongs to
//!
//! [`capture`] installs one tracer provider for the process. It gives each span to a capture, by the first of these that is
//! captured:
//!
//! 1. its parent, a span or a [`producer`](Capture::producer) of the capture;
//! 2. its thread: the one that called [`capture`], until the capture is dropped, or
//!    [`claim_thread`](Capture::claim_thread);
//! 3. what its links lead to. A batch with events of two tests belongs to both.
//!
//! A span without any of these belongs to no test. A failed assertion lists it, and so does
//! [`unclaimed`](Capture::unclaimed).
//!
//! Use [`producer`](Capture::producer) for the origin of each event. A fixed `traceparent` that several tests share
//! belongs to none of them.
//!
//! # A fan-in and its expiry
//!
//! ```
//! use std::time::Duration;
//! use linked_span::{LinkedEvent, Origin, fan_in, testing};
//!
//! #[derive(Clone, LinkedEvent)]
//! struct Event { #[event(key)] order: u64, metadata: Origin }
//!
//! #[fan_in(payment, inventory)]
//! fn fulfill_order(payment: Event, inventory: Event) {}
//!
//! let spans = testing::capture();
//! let fulfill = FulfillOrder::in_memory(Duration::from_secs(60));
//! let [payment, inventory] = [1, 1].map(|order| Event { order, metadata: spans.producer() });
//! let _waiting = fulfill.payment(payment.clone());
//! let _ran = fulfill.inventory(inventory.clone());
//! spans.one("fulfill_order").linked_as(&payment, "payment").linked_to(&inventory).links(2);
//! ```
//!
//! A [`Clock`] lets a join expire without waiting:
//!
//! ```
//! use linked_span::fan_in::{JoinOptions, Memory};
//! # use std::time::Duration;
//! # use linked_span::{LinkedEvent, Origin, fan_in, testing};
//!
//! # #[derive(Clone, LinkedEvent)]
//! # struct Event { #[event(key)] order: u64, metadata: Origin }
//! # #[fan_in(payment, inventory)]
//! # fn fulfill_order(payment: Event, inventory: Event) {}
//! let (spans, clock) = (testing::capture(), testing::Clock::new());
//! let options = JoinOptions::timeout(Duration::from_secs(600));
//! let fulfill = FulfillOrder::new(Memory::with_clock(&clock), options)
//!     .on_expired(|expired| assert_eq!(expired.missing.to_string(), "inventory"));
//! let payment = Event { order: 7, metadata: spans.producer() };
//! let _waiting = fulfill.payment(payment.clone())?;
//! clock.advance(Duration::from_secs(600));
//! assert_eq!(fulfill.sweep()?.expired, 1);
//! spans.one("fulfill_order expired").linked_to(&payment);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`conformance`] checks a [`Store`](crate::fan_in::Store) of your own against the rules that all stores keep, and
//! [`list_conformance`] those of lists and optional inputs.
//!
//! # In an `async` test
//!
//! [`eventually`](Capture::eventually) blocks its thread. On a runtime with one thread, await
//! [`eventually_async`](Capture::eventually_async), so that spawned tasks run meanwhile.
//!
//! # Beside `tracing`
//!
//! A subscriber that a test installs for its own thread misses other threads. Install one registry for the process, once,
//! after the first capture, with a layer over the global tracer: `tracing` spans then reach the same captures.
//!
//! ```ignore
//! use std::sync::Once;
//! use linked_span::testing::{self, Capture};
//! use opentelemetry::global;
//! use tracing_subscriber::layer::SubscriberExt;
//! use tracing_subscriber::util::SubscriberInitExt;
//!
//! fn capture() -> Capture {
//!     static REGISTRY: Once = Once::new();
//!     let spans = testing::capture();
//!     REGISTRY.call_once(|| {
//!         let layer = tracing_opentelemetry::layer().with_tracer(global::tracer("tests"));
//!         tracing_subscriber::registry().with(layer).init();
//!     });
//!     spans
//! }
//!
//! let spans = capture();
//! tracing::info_span!("import").in_scope(|| {});
//! spans.one("import").root();
//! ```

mod capture;
mod captured;
mod clock;
mod conformance;
mod key;
mod producer;
mod provider;
mod router;
mod span;
mod tree;
mod unclaimed;

pub use self::capture::{Capture, ClaimedThread, capture};
pub use self::clock::Clock;
#[doc(hidden)]
pub use self::conformance::Model;
pub use self::conformance::{conformance, list_conformance};
pub use self::span::CapturedSpan;
