//! The data that starts a handler's span.

use std::borrow::Cow;
use std::fmt;
use std::mem::take;
use std::slice;
use std::sync::Arc;
use std::time::SystemTime;

use opentelemetry::baggage::Baggage;
use opentelemetry::trace::{Link, SpanBuilder, SpanContext, TraceContextExt};
use opentelemetry::{Context, Key, Value};

use crate::span::callsite::{Callsite, Parent};
use crate::span::join::SpanOfJoin;
use crate::span::links;
use crate::span::tracer::{IntoTracer, OwnTracer, SpanContexts};
use crate::support::shield::shielded;
use crate::{AttributeValue, Attributes, LinkedEvent, Origin, origin};

/// The attribute with the number of messages in a batch, by OpenTelemetry's conventions.
pub(super) const BATCH_SIZE: &str = "messaging.batch.message_count";

/// The maximum number of links to reserve memory for; each takes about 100 bytes.
const MOST_RESERVED: usize = 4096;

/// Collects name, attributes and links in the attribute's order.
///
/// The user's values come last and replace this crate's.
pub struct SpanRequest {
    pub(crate) callsite: &'static Callsite,
    pub(crate) tracer: OwnTracer,
    pub(super) name: Cow<'static, str>,
    pub(super) attributes: Attributes,
    pub(super) links: Vec<Link>,
    /// The index of the first link of the latest parameter.
    pub(super) last_parameter: usize,
    pub(super) relationship: Option<Value>,
    pub(super) producer: Option<SpanContext>,
    joined: Option<Arc<dyn SpanOfJoin>>,
    pub(crate) baggage: Option<Arc<Baggage>>,
    makes_span: bool,
    /// `true` if the function sends messages.
    pub(super) sends: bool,
}

impl SpanRequest {
    pub(crate) fn new(callsite: &'static Callsite) -> Self {
        Self {
            callsite,
            tracer: OwnTracer::default(),
            name: Cow::Borrowed(callsite.name),
            attributes: Attributes::default(),
            links: Vec::new(),
            last_parameter: 0,
            relationship: None,
            producer: None,
            joined: None,
            baggage: None,
            makes_span: true,
            sends: false,
        }
    }

    /// Creates a request that collects only the event's baggage, for a body without a span.
    pub(crate) fn without_span(callsite: &'static Callsite) -> Self {
        Self {
            makes_span: false,
            ..Self::new(callsite)
        }
    }

    /// Returns `true` if the handler makes a span.
    ///
    /// Otherwise only the event's baggage is collected, and no other expression of the attribute runs.
    #[must_use]
    pub fn makes_span(&self) -> bool {
        self.makes_span
    }

    /// Returns the attributes of the span.
    #[cfg(feature = "tracing")]
    pub(super) fn attributes(&self) -> &[opentelemetry::KeyValue] {
        self.attributes.as_slice()
    }

    /// Sets the join whose function has this span.
    pub(super) fn joined(&mut self, joined: Arc<dyn SpanOfJoin>) {
        joined.add_to_span(&mut self.attributes);
        self.joined = Some(joined);
    }

    /// Sets `name = …`.
    pub fn name(&mut self, name: impl Name) {
        if let Some(name) = shielded(|| name.into()) {
            self.name = name;
        }
    }

    /// Sets `tracer = …`.
    pub fn tracer<T: IntoTracer<Form>, Form>(&mut self, tracer: T) {
        self.tracer = OwnTracer::new(tracer.into_tracer());
    }

    /// Sets `relationship = …` for the next parameter.
    pub fn relationship(&mut self, relationship: &(impl AttributeValue + ?Sized)) {
        self.relationship = shielded(|| relationship.to_value()).flatten();
    }

    /// Records the only event, and its origin if the user gave it.
    ///
    /// The origin comes last: if it panics, the other values remain.
    pub(crate) fn one(
        &mut self,
        event: Option<&dyn LinkedEvent>,
        given: Option<&mut dyn FnMut() -> Origin>,
    ) {
        // By the conventions, a sending span links to the messages it sends, which did not trigger it.
        let default = || (!self.sends).then(|| "triggered_by".into());
        let relationship = self.relationship.take().or_else(default);
        let mut event_type = None;
        if let Some(event) = event {
            if let Some(id) = links::said(|| event.id()) {
                self.attributes.make_room();
                self.attributes.push(links::EVENT_ID, id);
            }
            event_type = links::said(|| event.event_type());
            if let Some(event_type) = &event_type {
                self.attributes.push("event.type", event_type.clone());
            }
            shielded(|| event.attributes(&mut self.attributes));
        }
        let origin = match (given, event) {
            (Some(given), _) => given(),
            (None, Some(event)) => event.origin(),
            (None, None) => Origin::default(),
        };
        let (context, baggage) = origin.into_parts();
        self.baggage = baggage;
        if context.is_valid() {
            if self.callsite.parent == Parent::Event {
                self.producer = Some(context.clone());
            }
            let link = links::describing(context, relationship, None, event_type);
            self.links = vec![link];
        }
    }

    pub(crate) fn named(
        &mut self,
        name: &'static str,
        event: Option<&dyn LinkedEvent>,
        origin: Origin,
    ) {
        self.last_parameter = self.links.len();
        let relationship = self.relationship.take().unwrap_or_else(|| name.into());
        let (context, _) = origin.into_parts();
        let is_message = |event: &dyn LinkedEvent| event.linked_span_message().is_some();
        if context.is_valid() || event.is_some_and(is_message) {
            let event_type = event.and_then(|event| links::said(|| event.event_type()));
            let mut link = links::describing(context, Some(relationship), event, event_type);
            self.add_of_join(&mut link, name, 0);
            self.links.push(link);
        }
    }

    pub(crate) fn batch(&mut self, events: impl Iterator<Item = impl LinkedEvent>) {
        let relationship = self.relationship.take().map(links::shared);
        let size = self.link_to_each(events, |_, context, event, _| {
            links::describing(context, relationship.clone(), Some(event), None)
        });
        let links = self.links.len();
        if self.sends {
            self.attributes.push(BATCH_SIZE, count(size));
        } else {
            self.attributes.push("batch.size", count(size));
            self.attributes.push("batch.link_count", count(links));
        }
    }

    pub(crate) fn named_batch(
        &mut self,
        name: &'static str,
        events: impl Iterator<Item = impl LinkedEvent>,
    ) {
        self.last_parameter = self.links.len();
        let relationship = self.relationship.take().map(links::shared);
        let relationship = relationship.unwrap_or_else(|| name.into());
        self.link_to_each(events, |request, context, event, place| {
            let relationship = Some(relationship.clone());
            let event_type = links::said(|| event.event_type());
            let mut link = links::describing(context, relationship, Some(event), event_type);
            request.add_of_join(&mut link, name, place);
            link
        });
    }

    /// Adds the join's attribute of an event of this parameter to its link.
    fn add_of_join(&self, link: &mut Link, name: &str, element: usize) {
        let joined = self.joined.as_ref();
        let attribute = joined.and_then(|joined| joined.of_input(name, element));
        if let Some((key, value)) = attribute {
            links::set(slice::from_mut(link), key.into(), value);
        }
    }

    /// Links to each event, and returns the number of events.
    ///
    /// `link` also gets the place of the event.
    fn link_to_each(
        &mut self,
        events: impl Iterator<Item = impl LinkedEvent>,
        link: impl Fn(&Self, SpanContext, &dyn LinkedEvent, usize) -> Link,
    ) -> usize {
        let mut events = events;
        // The size hint of a user's iterator may be wrong, so it is bounded.
        let expected = shielded(|| events.size_hint().0).unwrap_or_default();
        self.links.reserve(expected.min(MOST_RESERVED));
        let mut size = 0;
        loop {
            let before = size;
            let is_through = shielded(|| {
                for event in events.by_ref() {
                    let place = size;
                    size += 1;
                    let (context, _) = event.origin().into_parts();
                    // A message without a context keeps its link, which records its offset.
                    if context.is_valid() || event.linked_span_message().is_some() {
                        let link = link(self, context, &event, place);
                        self.links.push(link);
                    }
                }
            });
            // An event that panics loses its link. An iterator that panics would do so again, so the loop ends.
            if is_through.is_some() || size == before {
                break;
            }
        }
        shielded(|| drop(events));
        size
    }

    /// Sets `relationship = …` for the event that was read before.
    pub fn relate(&mut self, relationship: &(impl AttributeValue + ?Sized)) {
        self.link_attribute(links::RELATIONSHIP, relationship);
    }

    /// Sets an attribute of the span.
    pub fn attribute(&mut self, key: impl Into<Key>, value: &(impl AttributeValue + ?Sized)) {
        shielded(|| self.attributes.set(key, value));
    }

    /// Sets an attribute on the links of the latest parameter.
    pub fn link_attribute(&mut self, key: impl Into<Key>, value: &(impl AttributeValue + ?Sized)) {
        let links = self.links.get_mut(self.last_parameter..);
        shielded(|| {
            if let (Some(links), Some(value)) = (links, value.to_value()) {
                links::set(links, key.into(), value);
            }
        });
    }

    /// Returns the contexts of the body and of the parent.
    #[inline]
    pub(super) fn contexts(&mut self, ambient: Context) -> SpanContexts {
        let body = match &self.baggage {
            Some(baggage) => origin::with_baggage(&ambient, baggage),
            None => ambient,
        };
        let parent = match self.callsite.parent {
            Parent::Root => Some(Context::new()),
            Parent::Event => {
                let producer = self.producer.take();
                producer.map(|producer| body.with_remote_span_context(producer))
            }
            Parent::Current => None,
        };
        SpanContexts { body, parent }
    }

    /// Records the number of lost links.
    pub(super) fn left_out(&mut self, key: &'static str, links: usize) {
        self.attributes.push(key, count(links));
    }

    /// Returns the builder of the collected span.
    #[inline]
    pub(crate) fn builder(&mut self, now: SystemTime) -> SpanBuilder {
        SpanBuilder {
            name: take(&mut self.name),
            span_kind: Some(self.callsite.kind.clone()),
            start_time: Some(now),
            attributes: Some(take(&mut self.attributes).into_vec()),
            // The field is set directly, because `with_links` would silently remove links.
            links: Some(take(&mut self.links)),
            ..SpanBuilder::default()
        }
    }
}

/// Marks a valid value of `name = …`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the name of a span",
    label = "not `Into<Cow<'static, str>>`",
    note = "use a `&'static str` or a `String`; write `name = format!(…)` for a name that depends on the event"
)]
pub trait Name: Into<Cow<'static, str>> {}

#[diagnostic::do_not_recommend]
impl<N: Into<Cow<'static, str>>> Name for N {}

pub(super) fn count(events: usize) -> i64 {
    i64::try_from(events).unwrap_or(i64::MAX)
}

impl fmt::Debug for SpanRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SpanRequest")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
