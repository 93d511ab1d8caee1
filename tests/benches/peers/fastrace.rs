//! fastrace, whose contexts have no state, and whose links have no attributes.

use std::hint::black_box;

use fastrace::collector::{Config, Reporter, SpanRecord};
use fastrace::future::FutureExt;
use fastrace::prelude::{Span, SpanContext};

use super::Peer;
use crate::body;
use crate::events::Event;
use crate::sdk::{Sdk, count_links};

struct Fastrace {
    sampled: bool,
}

pub(super) fn install(sdk: Sdk) -> Box<dyn Peer> {
    if sdk != Sdk::Absent {
        fastrace::set_reporter(Links, Config::default());
    }
    Box::new(Fastrace {
        sampled: sdk == Sdk::Sampling,
    })
}

/// Counts the links of spans, and does nothing else.
struct Links;

impl Reporter for Links {
    fn report(&mut self, spans: Vec<SpanRecord>) {
        for span in &spans {
            count_links(span.links.len());
        }
        black_box(spans);
    }
}

fn producer(event: &Event) -> Option<SpanContext> {
    SpanContext::decode_w3c_traceparent(event.metadata.get("traceparent")?)
}

impl Fastrace {
    fn root(&self) -> Span {
        Span::root("handle", SpanContext::random().sampled(self.sampled))
    }

    fn start(&self, event: &Event) -> Span {
        let span = self.root().with_properties(|| {
            [
                ("event.id", event.id.clone()),
                ("event.type", event.kind.clone()),
            ]
        });
        linked_to(event, span)
    }
}

fn linked_to(event: &Event, span: Span) -> Span {
    match producer(event) {
        Some(producer) => span.with_link(producer),
        None => span,
    }
}

impl Peer for Fastrace {
    fn one(&self, event: &Event) -> usize {
        let span = self.start(event);
        let _guard = span.set_local_parent();
        body::one(event)
    }

    fn polled(&self, event: &Event, polls: usize) -> usize {
        body::to_its_end(async { body::polled(event, polls).in_span(self.start(event)).await })
    }

    fn batch(&self, events: &[Event]) -> usize {
        let span = self
            .root()
            .with_property(|| ("batch.size", events.len().to_string()));
        let span = events
            .iter()
            .fold(span, |span, event| linked_to(event, span))
            .with_property(|| ("batch.link_count", events.len().to_string()));
        let _guard = span.set_local_parent();
        body::batch(events)
    }

    fn extract(&self, event: &Event) -> usize {
        usize::from(producer(event).is_some())
    }

    fn finish(&self) {
        fastrace::flush();
    }
}
