//! The drawn data of a span.

use std::fmt;
use std::sync::Arc;

use crate::id::{SpanId, TraceId};

/// A span that has ended.
#[derive(Clone, Debug)]
pub struct Span {
    /// The trace it is in.
    pub trace: TraceId,
    /// Its id, unique in its trace.
    pub id: SpanId,
    /// The parent, which may be in another process, and may never arrive.
    pub parent: Option<SpanId>,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// The service that recorded it.
    pub service: Arc<str>,
    /// Nanoseconds since the epoch.
    pub start: u64,
    /// Nanoseconds since the epoch. A broken clock puts it before the start.
    pub end: u64,
    /// Its status.
    pub status: Status,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
    /// Its events.
    pub events: Vec<Event>,
    /// Its links.
    pub links: Vec<Link>,
}

/// A link from a span to the span that caused it.
#[derive(Clone, Debug)]
pub struct Link {
    /// The span the link leads to, or `None` if the link has no valid context.
    pub to: Option<(TraceId, SpanId)>,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
}

/// An event during a span.
#[derive(Clone, Debug)]
pub struct Event {
    /// Nanoseconds since the epoch.
    pub time: u64,
    /// Its name.
    pub name: String,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
}

/// An attribute, with its value as text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Attribute {
    /// Its name.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// OpenTelemetry's kind of a span.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Kind {
    /// A part of a program's work.
    Internal,
    /// The handling of a call.
    Server,
    /// A call.
    Client,
    /// The sending of an event.
    Producer,
    /// The handling of an event.
    Consumer,
}

/// OpenTelemetry's status of a span.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Status {
    /// None was set.
    Unset,
    /// It was set to a success.
    Ok,
    /// With a description, which may be empty.
    Error(String),
}

/// The outcome of a span.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Outcome {
    /// With a success, or without a status.
    Fine,
    /// With an error.
    Failed,
    /// Before it was done.
    Cancelled,
}

impl Span {
    /// Returns the outcome, from the status and from what `linked-span` records for a dropped future.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let is_true = |key| value(&self.attributes, key) == Some("true");
        match self.status {
            Status::Error(_) => Outcome::Failed,
            _ if is_true("linked_span.cancelled") => Outcome::Cancelled,
            _ => Outcome::Fine,
        }
    }

    /// Returns `true` if the span is a fan-in's, which has no kind of its own in OpenTelemetry.
    #[must_use]
    pub fn is_fan_in(&self) -> bool {
        value(&self.attributes, "fan_in.key").is_some()
    }

    /// Returns the end, or the start if the end is before it.
    #[must_use]
    pub fn ended(&self) -> u64 {
        self.end.max(self.start)
    }
}

impl Link {
    /// Returns the relationship of the link, or an empty text if it has none.
    #[must_use]
    pub fn relationship(&self) -> &str {
        value(&self.attributes, "link.relationship").unwrap_or_default()
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Internal => "internal",
            Self::Server => "server",
            Self::Client => "client",
            Self::Producer => "producer",
            Self::Consumer => "consumer",
        })
    }
}

fn value<'a>(attributes: &'a [Attribute], key: &str) -> Option<&'a str> {
    let found = attributes.iter().find(|known| known.key == key);
    found.map(|known| known.value.as_str())
}
