//! A test's own spans, among those of all tests of the process.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry_sdk::trace::SpanData;

use super::captured::{Captured, State};
use super::provider::{self, Installed};
use super::span::CapturedSpan;
use super::{producer, router, tree, unclaimed};
use crate::{LinkedEvent, Origin};

/// How long an assertion waits for a span, unless the test calls `patience`.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long `not_linked` waits for a span that must not come.
const QUIET: Duration = Duration::from_millis(100);

/// Begins to capture the spans of this test.
///
/// ```
/// use linked_span::{LinkedEvent, Origin, linked_span, testing};
///
/// #[derive(LinkedEvent)]
/// struct BookReturned { id: String, metadata: Origin }
///
/// #[linked_span(event)]
/// fn tell_next_reader(event: &BookReturned) {}
///
/// let spans = testing::capture();
/// let event = BookReturned { id: "return-1".to_owned(), metadata: spans.producer() };
/// tell_next_reader(&event);
/// spans.one("tell_next_reader").linked_to(&event).links(1).has("event.id", "return-1");
/// ```
///
/// The first call installs a tracer provider for the whole process. See [the module](super) for how it finds the test that
/// a span belongs to.
///
/// # Panics
///
/// If the program has installed a tracer provider of its own.
#[track_caller]
pub fn capture() -> Capture {
    provider::install();
    let captured = Arc::<Captured>::default();
    router::claim_thread(&captured);
    Capture {
        captured,
        patience: PATIENCE,
        unclaimed_before: unclaimed::count(),
    }
}

/// The spans of one test, until it is dropped.
///
/// ```
/// use linked_span::testing;
/// use opentelemetry::global;
/// use opentelemetry::trace::Tracer;
///
/// let spans = testing::capture();
/// global::tracer("shop").in_span("create_order", |_| {});
/// spans.one("create_order").links(0);
/// ```
#[derive(Debug)]
#[must_use = "a capture ends when it is dropped"]
pub struct Capture {
    captured: Arc<Captured>,
    patience: Duration,
    unclaimed_before: usize,
}

#[expect(
    clippy::must_use_candidate,
    reason = "an assertion is called for its panic"
)]
impl Capture {
    /// Waits for so long where an assertion has to wait, instead of 10 seconds.
    ///
    /// ```
    /// use std::time::Duration;
    /// use linked_span::testing;
    ///
    /// let spans = testing::capture().patience(Duration::from_secs(60));
    /// ```
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Returns the origin of an event that another process has produced, a new one at each call.
    ///
    /// ```
    /// let spans = linked_span::testing::capture();
    /// assert_ne!(spans.producer(), spans.producer());
    /// ```
    #[must_use]
    pub fn producer(&self) -> Origin {
        let context = producer::unique();
        router::claim_span(&context, &self.captured);
        self.captured.lock().producers.push(context.clone());
        context.into()
    }

    /// Captures what this thread does too, until the guard is dropped.
    ///
    /// Use it on a thread of the test's own whose spans have neither a parent nor a link.
    ///
    /// ```
    /// # use opentelemetry::global;
    /// # use opentelemetry::trace::Tracer;
    /// let spans = linked_span::testing::capture();
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| {
    ///         let _claimed = spans.claim_thread();
    ///         global::tracer("shop").in_span("nightly_report", |_| {});
    ///     });
    /// });
    /// spans.one("nightly_report");
    /// ```
    pub fn claim_thread(&self) -> ClaimedThread<'_> {
        router::claim_thread(&self.captured);
        ClaimedThread {
            captured: &self.captured,
            of_this_thread: PhantomData,
        }
    }

    /// Returns the only span of this name that has ended.
    ///
    /// # Panics
    ///
    /// If there is none, or more than one.
    #[track_caller]
    pub fn one(&self, name: &str) -> CapturedSpan {
        self.only(name, self.all(name))
    }

    /// Returns the spans of this name that have ended, in the order in which they ended.
    ///
    /// ```
    /// # use opentelemetry::global;
    /// # use opentelemetry::trace::Tracer;
    /// let spans = linked_span::testing::capture();
    /// for _ in 0..3 {
    ///     global::tracer("shop").in_span("create_order", |_| {});
    /// }
    /// assert_eq!(spans.all("create_order").len(), 3);
    /// ```
    ///
    /// # Panics
    ///
    /// If the program has replaced the provider that captures.
    #[must_use]
    #[track_caller]
    pub fn all(&self, name: &str) -> Vec<CapturedSpan> {
        assert_installed();
        self.in_order(named(&self.captured.lock(), name))
    }

    /// Waits for the only span of this name, which another thread may end.
    ///
    /// In an `async` test, use [`eventually_async`](Self::eventually_async).
    ///
    /// # Panics
    ///
    /// If there is none after the capture's patience, or more than one.
    #[track_caller]
    pub fn eventually(&self, name: &str) -> CapturedSpan {
        self.only(name, self.eventually_all(name, 1))
    }

    /// Waits until at least `count` spans of this name have ended, and returns them.
    ///
    /// # Panics
    ///
    /// If there are fewer after the capture's patience.
    #[must_use]
    #[track_caller]
    pub fn eventually_all(&self, name: &str, count: usize) -> Vec<CapturedSpan> {
        assert_installed();
        let enough = |state: &State| enough(state, name, count);
        match self.captured.wait(self.patience, enough) {
            Some(spans) => self.in_order(spans),
            None => self.too_few(name, count),
        }
    }

    /// Waits for the only span of this name, while the test's runtime goes on.
    ///
    /// ```
    /// # use linked_span::{Origin, linked_span};
    /// # #[linked_span(event)]
    /// # async fn consume(event: Origin) {}
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let spans = linked_span::testing::capture();
    /// let event = spans.producer();
    /// tokio::spawn(consume(event.clone()));
    /// spans.eventually_async("consume").await.linked_to(&event);
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// If there is none after the capture's patience, or more than one.
    pub async fn eventually_async(&self, name: &str) -> CapturedSpan {
        let spans = self.eventually_all_async(name, 1).await;
        self.only(name, spans)
    }

    /// Waits until at least `count` spans of this name have ended, without blocking the test's runtime.
    ///
    /// # Panics
    ///
    /// If there are fewer after the capture's patience.
    pub async fn eventually_all_async(&self, name: &str, count: usize) -> Vec<CapturedSpan> {
        assert_installed();
        let enough = |state: &State| enough(state, name, count);
        match self.captured.wait_async(self.patience, enough).await {
            Some(spans) => self.in_order(spans),
            None => self.too_few(name, count),
        }
    }

    /// Waits for 100 milliseconds, and no span is linked to this event.
    ///
    /// ```
    /// let spans = linked_span::testing::capture();
    /// let event = spans.producer(); // rejected before a handler sees it
    /// spans.not_linked(&event);
    /// ```
    ///
    /// # Panics
    ///
    /// If a span is linked to it, in this capture or in none.
    #[track_caller]
    pub fn not_linked(&self, event: &(impl LinkedEvent + ?Sized)) {
        self.not_linked_within(event, QUIET);
    }

    /// Waits for this time, and no span is linked to this event.
    ///
    /// # Panics
    ///
    /// If a span is linked to it, in this capture or in none.
    #[track_caller]
    pub fn not_linked_within(&self, event: &(impl LinkedEvent + ?Sized), time: Duration) {
        assert_installed();
        let origin = event.origin();
        let links = |span: &SpanData| {
            let mut links = span.links.iter();
            links.any(|link| link.span_context == *origin.span_context())
        };
        let captured = |state: &State| {
            let span = state.ended.iter().find(|span| links(&span.data));
            span.map(|span| span.data.name.clone())
        };
        let found = self.captured.wait(time, captured).or_else(|| {
            let unclaimed = unclaimed::since(self.unclaimed_before);
            let span = unclaimed.into_iter().find(links);
            span.map(|span| span.name)
        });
        if let Some(name) = found {
            self.fail(&format!("`{name}` is linked to the event"));
        }
    }

    /// Returns the names of the spans that ended since the capture began and that belong to no capture.
    ///
    /// Such a span has neither a captured parent nor a captured link, and ran on a thread without a capture.
    ///
    /// ```
    /// let spans = linked_span::testing::capture();
    /// assert_eq!(spans.unclaimed().len(), 0);
    /// ```
    #[must_use]
    pub fn unclaimed(&self) -> Vec<String> {
        let unclaimed = unclaimed::since(self.unclaimed_before);
        unclaimed
            .into_iter()
            .map(|span| span.name.into_owned())
            .collect()
    }

    /// Returns everything that was captured, as a failed assertion prints it: a tree with the links of each span.
    #[must_use]
    pub fn tree(&self) -> String {
        tree::of(&self.captured, &self.unclaimed())
    }

    fn in_order(&self, spans: Vec<SpanData>) -> Vec<CapturedSpan> {
        let captured = |data| CapturedSpan::new(data, Arc::clone(&self.captured));
        spans.into_iter().map(captured).collect()
    }

    #[track_caller]
    fn only(&self, name: &str, spans: Vec<CapturedSpan>) -> CapturedSpan {
        match <[CapturedSpan; 1]>::try_from(spans) {
            Ok([span]) => span,
            Err(spans) if spans.is_empty() => {
                self.fail(&format!("no span `{name}` has ended"));
            }
            Err(spans) => self.fail(&format!("{} spans `{name}` have ended, not 1", spans.len())),
        }
    }

    #[track_caller]
    fn too_few(&self, name: &str, count: usize) -> ! {
        let found = self.all(name).len();
        self.fail(&format!(
            "{found} spans `{name}` have ended after {:?}, not {count} \
(in an `async` test on one thread, await `eventually_async`, so that tasks run meanwhile)",
            self.patience
        ))
    }

    #[track_caller]
    fn fail(&self, why: &str) -> ! {
        panic!("{why}\n\n{}", self.tree());
    }
}

#[track_caller]
fn assert_installed() {
    let found = provider::installed();
    assert!(found == Installed::Ours, "{}", provider::ANOTHER);
}

fn named(state: &State, name: &str) -> Vec<SpanData> {
    let spans = state.ended.iter().filter(|span| span.data.name == name);
    spans.map(|span| span.data.clone()).collect()
}

fn enough(state: &State, name: &str, count: usize) -> Option<Vec<SpanData>> {
    let found = state.ended.iter().filter(|span| span.data.name == name);
    (found.count() >= count).then(|| named(state, name))
}

/// Routing by thread ends with the capture, also where another test has the thread next.
impl Drop for Capture {
    fn drop(&mut self) {
        router::release_thread(&self.captured);
    }
}

/// A thread whose spans a capture receives, until it is dropped.
#[derive(Debug)]
#[must_use = "the claim ends when this is dropped"]
pub struct ClaimedThread<'c> {
    captured: &'c Arc<Captured>,
    /// Dropped on another thread, it would end the claim of that one.
    of_this_thread: PhantomData<*const ()>,
}

impl Drop for ClaimedThread<'_> {
    fn drop(&mut self) {
        router::release_thread(self.captured);
    }
}
