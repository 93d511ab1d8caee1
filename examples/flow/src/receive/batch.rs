//! The contents of a request.

use flow_drawing::{Attribute, Event, Link, Span};

/// The number of attributes, events or links that a span keeps. SDKs keep 128.
pub(super) const PARTS: usize = 4_096;

/// The spans of a request.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) spans: Vec<Span>,
    /// How many have no valid id, so that nothing can be linked to them.
    pub(crate) invalid: usize,
}

impl Batch {
    pub(super) fn add(&mut self, span: Option<Span>) {
        match span {
            Some(span) => self.spans.push(span),
            None => self.invalid += 1,
        }
    }
}

/// Keeps a part of a span unless it is empty, up to the limit.
pub(super) fn keep<T: Part>(parts: &mut Vec<T>, part: T) {
    if parts.len() < PARTS && part.says_anything() {
        parts.push(part);
    }
}

/// An attribute, an event or a link.
pub(super) trait Part {
    fn says_anything(&self) -> bool;
}

impl Part for Attribute {
    fn says_anything(&self) -> bool {
        !self.key.is_empty()
    }
}

impl Part for Event {
    fn says_anything(&self) -> bool {
        self.time > 0 || !self.name.is_empty() || !self.attributes.is_empty()
    }
}

impl Part for Link {
    fn says_anything(&self) -> bool {
        self.to.is_some() || !self.attributes.is_empty()
    }
}
