//! The body without a span: the base of each figure.

use super::Peer;
use crate::body;
use crate::events::Event;

pub(super) struct Body;

impl Peer for Body {
    fn one(&self, event: &Event) -> usize {
        body::one(event)
    }

    fn polled(&self, event: &Event, polls: usize) -> usize {
        body::to_its_end(body::polled(event, polls))
    }

    fn batch(&self, events: &[Event]) -> usize {
        body::batch(events)
    }

    fn extract(&self, event: &Event) -> usize {
        event.metadata.len()
    }
}
