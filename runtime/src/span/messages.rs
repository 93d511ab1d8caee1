//! The start of a message handler's span, by OpenTelemetry's messaging conventions.

use std::borrow::Cow;

use opentelemetry::trace::{Link, SpanContext};
use opentelemetry::{KeyValue, StringValue, Value};

use super::callsite::Parent;
use super::links;
use super::request::{BATCH_SIZE, SpanRequest, count};
use crate::event::given::{self, Given};
use crate::message::{self, Message, SYSTEM, Shared};
use crate::support::shield::shielded;
use crate::{AttributeValue, Attributes, LinkedEvent};

const OPERATION_NAME: &str = "messaging.operation.name";
const OPERATION_TYPE: &str = "messaging.operation.type";
const PROCESS: &str = "process";
const SEND: &str = "send";
const CREATE: &str = "create";

impl SpanRequest {
    /// Records `send(…)`: the function sends messages.
    pub fn send(&mut self, system: &(impl AttributeValue + ?Sized), given: &Given<'_>) {
        self.sends = true;
        shielded(|| {
            let system = given::text(Some(&system)).unwrap_or_else(|| "".into());
            let mut message = Message::new(system);
            given.complete(&mut message);
            self.operation(SEND, Some(message.system()));
            add_fields(&mut self.attributes, &message);
            if !self.callsite.is_named {
                self.name = message.span_name(SEND);
            }
        });
    }

    /// Records the span that creates a message.
    pub(crate) fn create(&mut self, message: &Message<'_>) {
        self.operation(CREATE, Some(message.system()));
        add_fields(&mut self.attributes, message);
        self.name = message.span_name(CREATE);
    }

    /// Records the only event, which is a message.
    pub(super) fn message(&mut self, message: &mut Cow<'_, Message<'_>>) {
        let relationship = self.relationship.take();
        let relationship = relationship.unwrap_or_else(|| "triggered_by".into());
        let (context, baggage) = Message::take_origin(message).into_parts();
        self.baggage = baggage;
        if self.callsite.parent == Parent::Event && context.is_valid() {
            self.producer = Some(context.clone());
        }
        if self.sends {
            self.received(context, message, Some(relationship));
            return;
        }
        self.operation(PROCESS, Some(message.system()));
        add_fields(&mut self.attributes, message);
        if !self.callsite.is_named {
            self.name = message.span_name(PROCESS);
        }
        if context.is_valid() {
            self.links = vec![links::describing(context, Some(relationship), None, None)];
        }
    }

    /// Records a batch of messages: shared values on the span, and other values on the links.
    pub(super) fn messages(
        &mut self,
        batch: &Message<'_>,
        events: impl Iterator<Item = impl LinkedEvent>,
    ) {
        let relationship = self.relationship.take().map(links::shared);
        let events = collected(events);
        let mut messages = Vec::with_capacity(events.len());
        for event in &events {
            // An unreadable message is counted, and the others keep their links.
            shielded(|| messages.extend(event.linked_span_message()));
        }
        let origins: Vec<_> = messages.iter_mut().map(Message::take_origin).collect();
        if self.sends {
            self.attributes.push(BATCH_SIZE, count(events.len()));
            for (message, origin) in messages.iter().zip(origins) {
                let (context, _) = origin.into_parts();
                self.received(context, message, relationship.clone());
            }
            return;
        }
        let shared = Shared::of(messages.iter().map(AsRef::as_ref));
        let is_empty = messages.is_empty();
        self.operation(
            PROCESS,
            if is_empty {
                Some(batch.system())
            } else {
                shared.system()
            },
        );
        self.attributes.push(BATCH_SIZE, count(events.len()));
        if is_empty {
            add_fields(&mut self.attributes, batch);
        } else {
            shared.each_equal(|key, value| self.attributes.replace(KeyValue::new(key, value)));
        }
        if !self.callsite.is_named {
            self.name = if is_empty {
                batch.span_name(PROCESS)
            } else {
                message::span_name(PROCESS, shared.low_cardinality())
            };
        }
        self.links.reserve(messages.len());
        for (message, origin) in messages.iter().zip(origins) {
            let (context, _) = origin.into_parts();
            let mut attributes = Attributes::with_capacity(4);
            if let Some(relationship) = &relationship {
                attributes.push(links::RELATIONSHIP, relationship.clone());
            }
            shared.each_varying(message, |key, value| {
                attributes.replace(KeyValue::new(key, value));
            });
            self.link_or_record(context, attributes);
        }
    }

    /// Adds the link to a received message of a function that sends others, which the span describes.
    fn received(
        &mut self,
        context: SpanContext,
        message: &Message<'_>,
        relationship: Option<Value>,
    ) {
        let mut attributes = Attributes::with_capacity(8);
        if let Some(relationship) = relationship {
            attributes.push(links::RELATIONSHIP, relationship);
        }
        attributes.push(SYSTEM, message.system().clone());
        add_fields(&mut attributes, message);
        self.link_or_record(context, attributes);
    }

    /// Adds a link to the message.
    ///
    /// A message without a context gets a link without one, which records its id and offset.
    fn link_or_record(&mut self, context: SpanContext, attributes: Attributes) {
        let attributes = attributes.into_vec();
        if context.is_valid() || !attributes.is_empty() {
            self.links.push(Link::new(context, attributes, 0));
        }
    }

    fn operation(&mut self, operation: &'static str, system: Option<&StringValue>) {
        self.attributes.reserve(12);
        // An empty batch of a view has no system.
        if let Some(system) = system.filter(|system| !system.as_str().is_empty()) {
            self.attributes.push(SYSTEM, system.clone());
        }
        self.attributes.push(OPERATION_NAME, operation);
        self.attributes.push(OPERATION_TYPE, operation);
    }
}

fn add_fields(attributes: &mut Attributes, message: &Message<'_>) {
    message.each_field(|key, value| attributes.append(KeyValue::new(key, value)));
    for other in message.others() {
        attributes.replace(other.clone());
    }
}

/// Collects all events of a user's iterator, which may panic.
fn collected<E>(events: impl Iterator<Item = E>) -> Vec<E> {
    let mut events = events;
    let mut all = Vec::new();
    loop {
        let before = all.len();
        let is_through = shielded(|| all.extend(events.by_ref()));
        if is_through.is_some() || all.len() == before {
            break;
        }
    }
    shielded(|| drop(events));
    all
}
