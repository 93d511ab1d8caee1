//! Assertions about one span.

use std::fmt;
use std::sync::Arc;

use opentelemetry::Value;
use opentelemetry::trace::{Link, SpanId, Status};
use opentelemetry_sdk::trace::SpanData;

use super::captured::Captured;
use super::tree;
use crate::{LinkedEvent, Origin};

const CANCELLED: &str = "linked_span.cancelled";
const RELATIONSHIP: &str = "link.relationship";

/// A span that has ended, with assertions about it.
///
/// Each assertion returns the span, so that they are chained. A failed one prints the whole capture.
///
/// ```
/// use linked_span::{Origin, linked_span, testing};
///
/// #[linked_span(event, attributes(stock = 3))]
/// fn reserve(event: &Origin) -> Result<(), String> {
///     Err("out of stock".to_owned())
/// }
///
/// let spans = testing::capture();
/// let event = spans.producer();
/// assert!(reserve(&event).is_err());
/// spans.one("reserve").linked_to(&event).has("stock", 3).failed_with("out of stock");
/// ```
#[derive(Clone)]
pub struct CapturedSpan {
    data: SpanData,
    captured: Arc<Captured>,
}

#[expect(
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "an assertion is called for its panic"
)]
impl CapturedSpan {
    pub(super) fn new(data: SpanData, captured: Arc<Captured>) -> Self {
        Self { data, captured }
    }

    /// Returns all that was recorded.
    #[must_use]
    pub fn data(&self) -> &SpanData {
        &self.data
    }

    /// Returns all links: those of the span, and those that found no room on it.
    ///
    /// More than 128 links of a handler are on child spans called `NAME links`.
    #[must_use]
    pub fn all_links(&self) -> Vec<Link> {
        let mut links = self.data.links.links.clone();
        let overflow = format!("{} links", self.data.name);
        let id = self.data.span_context.span_id();
        for child in &self.captured.lock().ended {
            if child.data.parent_span_id == id && child.data.name == overflow {
                links.extend_from_slice(&child.data.links.links);
            }
        }
        links
    }

    /// Asserts a link to the event's producer, or to another captured span.
    ///
    /// # Panics
    ///
    /// If there is no such link, or the event has no origin.
    #[track_caller]
    pub fn linked_to(self, event: &(impl LinkedEvent + ?Sized)) -> Self {
        let origin = origin_of(event);
        let count = self.links_to(&origin).len();
        self.check(count > 0, || "is not linked to the event".to_owned())
    }

    /// Asserts a link to the event's producer with this `link.relationship`.
    ///
    /// # Panics
    ///
    /// If there is no such link, or the event has no origin.
    #[track_caller]
    pub fn linked_as(self, event: &(impl LinkedEvent + ?Sized), relationship: &str) -> Self {
        let links = self.links_to(&origin_of(event));
        let is_related = links.iter().any(|link| {
            let mut attributes = link.attributes.iter();
            let expected = Value::from(relationship.to_owned());
            attributes.any(|pair| pair.key.as_str() == RELATIONSHIP && pair.value == expected)
        });
        self.check(is_related, || {
            format!("is not linked to the event as `{relationship}`")
        })
    }

    /// Asserts that there is no link to the event's producer.
    ///
    /// # Panics
    ///
    /// If there is such a link, or the event has no origin.
    #[track_caller]
    pub fn not_linked_to(self, event: &(impl LinkedEvent + ?Sized)) -> Self {
        let origin = origin_of(event);
        let count = self.links_to(&origin).len();
        self.check(count == 0, || "is linked to the event".to_owned())
    }

    /// Asserts the number of links.
    ///
    /// # Panics
    ///
    /// If the number differs.
    #[track_caller]
    pub fn links(self, count: usize) -> Self {
        let links = self.all_links().len();
        self.check(links == count, || format!("has {links} links, not {count}"))
    }

    /// Asserts this attribute with this value.
    ///
    /// # Panics
    ///
    /// If the attribute is missing or has another value.
    #[track_caller]
    pub fn has(self, key: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        let mut attributes = self.data.attributes.iter();
        let found = attributes.find(|pair| pair.key.as_str() == key);
        let found = found.map(|pair| pair.value.clone());
        let is_there = found.as_ref().is_some_and(|found| *found == value);
        self.check(is_there, || match found {
            Some(found) => format!("has {key}={}, not {}", quoted(&found), quoted(&value)),
            None => format!("has no attribute `{key}`"),
        })
    }

    /// Asserts that the parent is this captured span or this event's producer.
    ///
    /// # Panics
    ///
    /// If the parent differs, or the event has no origin.
    #[track_caller]
    pub fn child_of(self, parent: &(impl LinkedEvent + ?Sized)) -> Self {
        let origin = origin_of(parent);
        let parent = origin.span_context();
        let is_child = self.data.parent_span_id == parent.span_id()
            && self.data.span_context.trace_id() == parent.trace_id();
        self.check(is_child, || "is not a child of that span".to_owned())
    }

    /// Asserts that the span starts a trace.
    ///
    /// # Panics
    ///
    /// If the span has a parent.
    #[track_caller]
    pub fn root(self) -> Self {
        let is_root = self.data.parent_span_id == SpanId::INVALID;
        self.check(is_root, || "has a parent".to_owned())
    }

    /// Asserts the status of an error, with this text in its description or in its `exception` event.
    ///
    /// # Panics
    ///
    /// If the status is not an error, or the text differs.
    #[track_caller]
    pub fn failed_with(self, text: &str) -> Self {
        let Status::Error { description } = &self.data.status else {
            return self.check(false, || "has not failed".to_owned());
        };
        let exceptions = self
            .data
            .events
            .iter()
            .filter(|event| event.name == "exception");
        let mut values = exceptions.flat_map(|event| &event.attributes);
        let is_in = |value: &Value| value.as_str().contains(text);
        let found = description.contains(text) || values.any(|pair| is_in(&pair.value));
        self.check(found, || format!("has not failed with `{text}`"))
    }

    /// Asserts that the span ended without an error and without a cancellation.
    ///
    /// # Panics
    ///
    /// If the span failed or was cancelled.
    #[track_caller]
    pub fn succeeded(self) -> Self {
        let failed = matches!(self.data.status, Status::Error { .. });
        let cancelled = self.is_cancelled();
        self.check(!failed && !cancelled, || "has not succeeded".to_owned())
    }

    /// Asserts that the handler's future was dropped before its end.
    ///
    /// # Panics
    ///
    /// If the future was not dropped early.
    #[track_caller]
    pub fn cancelled(self) -> Self {
        let cancelled = self.is_cancelled();
        self.check(cancelled, || "was not cancelled".to_owned())
    }

    fn is_cancelled(&self) -> bool {
        let mut events = self.data.events.iter();
        events.any(|event| event.name == CANCELLED)
            || self
                .data
                .attributes
                .iter()
                .any(|pair| pair.key.as_str() == CANCELLED)
    }

    fn links_to(&self, origin: &Origin) -> Vec<Link> {
        let ids = origin.span_context();
        let is_to = |link: &Link| {
            link.span_context.trace_id() == ids.trace_id()
                && link.span_context.span_id() == ids.span_id()
        };
        self.all_links().into_iter().filter(is_to).collect()
    }

    #[track_caller]
    fn check(self, holds: bool, why: impl FnOnce() -> String) -> Self {
        if !holds {
            let (name, why) = (&self.data.name, why());
            panic!("`{name}` {why}\n\n{}", tree::of(&self.captured, &[]));
        }
        self
    }
}

/// Distinguishes `"3"` from `3`.
fn quoted(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{:?}", text.as_str()),
        value => value.to_string(),
    }
}

#[track_caller]
fn origin_of(event: &(impl LinkedEvent + ?Sized)) -> Origin {
    let origin = event.origin();
    assert!(
        origin.span_context().is_valid(),
        "give the event an origin, such as `spans.producer()`: it has none, so that no span can be linked to it"
    );
    origin
}

/// Lets assertions use a captured span as the target of a link or as a parent.
impl LinkedEvent for CapturedSpan {
    fn origin(&self) -> Origin {
        self.data.span_context.clone().into()
    }
}

impl fmt::Debug for CapturedSpan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.data.fmt(formatter)
    }
}
