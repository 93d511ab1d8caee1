//! The memory of a span.

use std::mem::size_of;

use flow_drawing::{Attribute, Event, Link, Span};

/// The bytes in the tables for each span, and for each trace that a link leads to.
const ENTRY: usize = 160;

/// Returns about how many bytes a span takes, with its places in the tables.
pub(super) fn weight(span: &Span) -> usize {
    let events = span
        .events
        .iter()
        .map(|event| size_of::<Event>() + event.name.capacity() + attributes(&event.attributes));
    let links = span
        .links
        .iter()
        .map(|link| size_of::<Link>() + ENTRY + attributes(&link.attributes));
    size_of::<Span>()
        + ENTRY
        + span.name.capacity()
        + attributes(&span.attributes)
        + events.sum::<usize>()
        + links.sum::<usize>()
}

fn attributes(attributes: &[Attribute]) -> usize {
    let attributes = attributes
        .iter()
        .map(|Attribute { key, value }| size_of::<Attribute>() + key.capacity() + value.capacity());
    attributes.sum()
}
