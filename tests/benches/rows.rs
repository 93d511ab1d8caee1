//! The tables' rows: the work that each peer does.

use linked_span::LinkOverflow;

use crate::layers::Layers;
use crate::peers::Who;
use crate::sdk::Sdk;

/// The number of events after which a peer hands its work to another thread. Peers with a buffer have room for them.
const A_ROUND: usize = 512;

pub(crate) struct Row {
    pub(crate) title: &'static str,
    pub(crate) work: Work,
    pub(crate) sdk: Sdk,
    /// Whether the events have a `tracestate` too.
    pub(crate) with_state: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    One,
    /// A future that is ready at the poll of this number.
    Polled(usize),
    /// The number of events in a batch.
    Batch(usize),
    Extract,
    /// A broker's message.
    Message,
    /// The number of messages in a batch.
    Messages(usize),
    /// A batch that exceeds a span's links many times.
    Large(Producers, LinkOverflow),
}

/// Who produced the events of a large batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Producers {
    /// A producer for each event.
    Many,
    One,
    /// One, and all events have one id.
    OneOfEqualEvents,
}

/// The number of events in a large batch.
pub(crate) const LARGE: usize = 10_000;

pub(crate) const ROWS: &[Row] = &[
    row("one event", Work::One, Sdk::Sampling, false),
    row("one event with a state", Work::One, Sdk::Sampling, true),
    row("not sampled", Work::One, Sdk::NotSampling, false),
    row(
        "not sampled, with a state",
        Work::One,
        Sdk::NotSampling,
        true,
    ),
    row("without an SDK", Work::One, Sdk::Absent, false),
    row("without an SDK, with a state", Work::One, Sdk::Absent, true),
    row("async, 1 poll", Work::Polled(1), Sdk::Sampling, true),
    row("async, 10 polls", Work::Polled(10), Sdk::Sampling, true),
    row("a batch of 1", Work::Batch(1), Sdk::Sampling, true),
    row("a batch of 16", Work::Batch(16), Sdk::Sampling, true),
    row("a batch of 128", Work::Batch(128), Sdk::Sampling, true),
    row("a batch of 4,096", Work::Batch(4_096), Sdk::Sampling, true),
    row("a context, read", Work::Extract, Sdk::Absent, false),
    row(
        "a context with a state, read",
        Work::Extract,
        Sdk::Absent,
        true,
    ),
    #[cfg(feature = "metrics")]
    row("measured, four attributes", Work::One, Sdk::Measuring, true),
];

/// What is compared with a bound.
const BOUND: &[Row] = &[
    in_tracing("one event, layer alone", Work::One, Layers::Otel),
    in_tracing("one event, bare layer alone", Work::One, Layers::BareOtel),
    in_tracing(
        "one event, layer, EnvFilter and fmt",
        Work::One,
        Layers::Logs,
    ),
    in_tracing(
        "one event, bare layer, EnvFilter and fmt",
        Work::One,
        Layers::BareLogs,
    ),
    in_tracing(
        "async, 10 polls, layer alone",
        Work::Polled(10),
        Layers::Otel,
    ),
    in_tracing(
        "async, 10 polls, layer, EnvFilter and fmt",
        Work::Polled(10),
        Layers::Logs,
    ),
    in_tracing("a batch of 16, layer alone", Work::Batch(16), Layers::Otel),
    in_tracing(
        "a batch of 16, layer, EnvFilter and fmt",
        Work::Batch(16),
        Layers::Logs,
    ),
    in_tracing(
        "one event, span rejected by its target",
        Work::One,
        Layers::RejectedTarget,
    ),
    in_tracing(
        "one event, span rejected by its level",
        Work::One,
        Layers::RejectedLevel,
    ),
    in_tracing(
        "one event, span rejected, without a provider",
        Work::One,
        Layers::NoProvider,
    ),
    large(
        "many producers, links dropped",
        Producers::Many,
        LinkOverflow::Drop,
    ),
    large("many producers", Producers::Many, LinkOverflow::ChildSpans),
    large(
        "many producers, merged",
        Producers::Many,
        LinkOverflow::Merge,
    ),
    large("one producer", Producers::One, LinkOverflow::ChildSpans),
    large("one producer, merged", Producers::One, LinkOverflow::Merge),
    large(
        "one producer, equal events",
        Producers::OneOfEqualEvents,
        LinkOverflow::ChildSpans,
    ),
    row("a message", Work::Message, Sdk::Sampling, true),
    row(
        "a batch of 128 messages",
        Work::Messages(128),
        Sdk::Sampling,
        true,
    ),
    row(
        "a message, without an SDK",
        Work::Message,
        Sdk::Absent,
        true,
    ),
];

const fn in_tracing(title: &'static str, work: Work, layers: Layers) -> Row {
    row(title, work, Sdk::InTracing(layers), true)
}

const fn large(title: &'static str, producers: Producers, overflow: LinkOverflow) -> Row {
    row(title, Work::Large(producers, overflow), Sdk::Sampling, true)
}

const fn row(title: &'static str, work: Work, sdk: Sdk, with_state: bool) -> Row {
    Row {
        title,
        work,
        sdk,
        with_state,
    }
}

impl Row {
    pub(crate) fn called(title: &str) -> Option<&'static Self> {
        ROWS.iter().chain(BOUND).find(|row| row.title == title)
    }

    pub(crate) fn has(&self, who: Who) -> bool {
        self.work != Work::Extract || who.extracts()
    }

    /// Returns the number of events per call.
    pub(crate) fn events_a_call(&self) -> usize {
        match self.work {
            Work::One | Work::Polled(_) | Work::Extract | Work::Message => 1,
            Work::Batch(size) | Work::Messages(size) => size,
            Work::Large(..) => LARGE,
        }
    }

    /// Returns the number of calls that handle [`A_ROUND`].
    pub(crate) fn calls_a_round(&self) -> usize {
        (A_ROUND / self.events_a_call()).max(1)
    }

    /// Returns the number of links that the spans of a call keep.
    pub(crate) fn links_a_call(&self, who: Who) -> usize {
        let is_traced = who != Who::Body && self.sdk.samples();
        match self.work {
            Work::Extract => 0,
            _ if !is_traced => 0,
            Work::Large(_, LinkOverflow::Drop) => 128,
            Work::Large(Producers::One, LinkOverflow::Merge)
            | Work::Large(Producers::OneOfEqualEvents, _) => 1,
            Work::Batch(size) if who.loses_links() => size.min(128),
            _ => self.events_a_call(),
        }
    }
}
