//! Flows: the connected components of traces over links.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use flow_drawing::{Outcome, Span, SpanId, TraceId};

use super::weight::weight;
use super::{Ids, Kept, Refused};

/// A span, with the number of its arrival.
type Arrived = (u64, Arc<Span>);

/// The bounds of the store.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) spans: usize,
    pub(crate) bytes: usize,
}

/// The traces that were received, and which of them are connected.
///
/// A trace that a link leads to is connected before any of its spans arrive, so the order of arrival does not matter.
#[derive(Debug)]
pub(super) struct Flows {
    traces: HashMap<TraceId, Trace>,
    by_number: BTreeMap<u64, Flow>,
    /// The arrival of the last span of each flow.
    arrivals: BTreeSet<(u64, u64)>,
    spans: usize,
    bytes: usize,
    arrived: u64,
    named: u64,
    evicted: usize,
    bounds: Bounds,
}

#[derive(Debug)]
struct Trace {
    flow: u64,
    /// With their arrival.
    spans: HashMap<SpanId, (u64, Arc<Span>)>,
}

#[derive(Debug)]
struct Flow {
    traces: Vec<TraceId>,
    spans: usize,
    failed: usize,
    received: usize,
    services: BTreeSet<Arc<str>>,
    start: u64,
    end: u64,
    /// The span that names the flow: the first one without a cause, or else the first one.
    first: Option<Arc<Span>>,
    last: Option<Ids>,
    last_arrival: u64,
}

/// The data of a flow in the list.
#[derive(Clone, Debug)]
pub(crate) struct Summary {
    pub(crate) name: String,
    /// A trace of the flow that was received.
    pub(crate) trace: TraceId,
    pub(crate) traces: usize,
    pub(crate) spans: usize,
    /// How many spans failed or were cancelled.
    pub(crate) failed: usize,
    pub(crate) services: Vec<Arc<str>>,
    pub(crate) start: u64,
    pub(crate) end: u64,
    /// The span that arrived last.
    pub(crate) last: Ids,
}

impl Flows {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self {
            traces: HashMap::new(),
            by_number: BTreeMap::new(),
            arrivals: BTreeSet::new(),
            spans: 0,
            bytes: 0,
            arrived: 0,
            named: 0,
            evicted: 0,
            bounds,
        }
    }

    pub(super) fn add(&mut self, span: Arc<Span>) {
        self.arrived += 1;
        let mut flow = self.flow_of(span.trace);
        for (trace, _) in span.links.iter().filter_map(|link| link.to) {
            let other = self.flow_of(trace);
            flow = self.merge(flow, other);
        }
        let arrived = self.arrived;
        let (Some(trace), Some(into)) = (
            self.traces.get_mut(&span.trace),
            self.by_number.get_mut(&flow),
        ) else {
            return;
        };
        self.bytes += weight(&span);
        let is_first = trace.spans.is_empty();
        into.received += usize::from(is_first);
        self.arrivals.remove(&(into.last_arrival, flow));
        self.arrivals.insert((arrived, flow));
        into.add(&span, arrived);
        // A span that is sent again replaces itself.
        if let Some((_, former)) = trace.spans.insert(span.id, (arrived, span)) {
            self.bytes -= weight(&former);
            into.failed -= usize::from(is_failed(&former));
            into.spans -= 1;
        } else {
            self.spans += 1;
        }
    }

    /// The flow of a trace, which has one from the first time it is named.
    fn flow_of(&mut self, trace: TraceId) -> u64 {
        if let Some(known) = self.traces.get(&trace) {
            return known.flow;
        }
        self.named += 1;
        let spans = HashMap::new();
        let flow = self.named;
        self.traces.insert(trace, Trace { flow, spans });
        self.by_number.insert(flow, Flow::of(trace));
        self.arrivals.insert((0, flow));
        flow
    }

    /// The smaller flow becomes a part of the larger one.
    fn merge(&mut self, one: u64, other: u64) -> u64 {
        if one == other {
            return one;
        }
        let size = |flow: u64| {
            self.by_number
                .get(&flow)
                .map_or(0, |flow| flow.traces.len())
        };
        let (into, from) = if size(one) < size(other) {
            (other, one)
        } else {
            (one, other)
        };
        let Some(gone) = self.by_number.remove(&from) else {
            return into;
        };
        self.arrivals.remove(&(gone.last_arrival, from));
        for trace in &gone.traces {
            if let Some(trace) = self.traces.get_mut(trace) {
                trace.flow = into;
            }
        }
        if let Some(flow) = self.by_number.get_mut(&into) {
            self.arrivals.remove(&(flow.last_arrival, into));
            flow.merge(gone);
            self.arrivals.insert((flow.last_arrival, into));
        }
        into
    }

    /// Evicts the flows whose last span arrived first, until the bounds hold.
    ///
    /// The clocks of spans are untrusted, so only arrivals count.
    pub(super) fn evict(&mut self) {
        while self.is_over(self.bounds) {
            let oldest = self.arrivals.first().map(|(_, flow)| *flow);
            match oldest {
                Some(flow) if self.by_number.len() > 1 => self.remove(flow),
                Some(_) => return self.trim(),
                None => return,
            }
        }
    }

    fn remove(&mut self, flow: u64) {
        let Some(gone) = self.by_number.remove(&flow) else {
            return;
        };
        self.arrivals.remove(&(gone.last_arrival, flow));
        for trace in gone.traces {
            let Some(trace) = self.traces.remove(&trace) else {
                continue;
            };
            for (_, span) in trace.spans.into_values() {
                self.spans -= 1;
                self.evicted += 1;
                self.bytes -= weight(&span);
            }
        }
    }

    /// Evicts the oldest spans of the only flow, and a tenth more, so that this is rare.
    fn trim(&mut self) {
        let spans = self
            .traces
            .drain()
            .flat_map(|(_, trace)| trace.spans.into_values());
        let mut spans: Vec<(u64, Arc<Span>)> = spans.collect();
        spans.sort_by_key(|(arrival, _)| std::cmp::Reverse(*arrival));
        let all = spans.len();
        let room = Bounds {
            spans: self.bounds.spans - self.bounds.spans / 10,
            bytes: self.bounds.bytes - self.bounds.bytes / 10,
        };
        let mut bytes = 0;
        let fits = |(_, span): &&(u64, Arc<Span>)| {
            bytes += weight(span);
            bytes <= room.bytes
        };
        let kept = spans
            .iter()
            .take(room.spans.max(1))
            .take_while(fits)
            .count();
        spans.truncate(kept);
        self.by_number.clear();
        self.arrivals.clear();
        (self.spans, self.bytes) = (0, 0);
        self.evicted += all - kept;
        for (_, span) in spans.into_iter().rev() {
            self.add(span);
        }
    }

    fn is_over(&self, bounds: Bounds) -> bool {
        self.spans > bounds.spans || self.bytes > bounds.bytes
    }

    pub(super) fn list(&self, after: usize, count: usize) -> Vec<Summary> {
        let newest = self.arrivals.iter().rev().map(|(_, flow)| flow);
        let flows = newest.filter_map(|flow| self.by_number.get(flow)?.summary());
        flows.skip(after).take(count).collect()
    }

    pub(super) fn flow(&self, trace: TraceId) -> Option<(Summary, Vec<Arrived>)> {
        let flow = self.by_number.get(&self.traces.get(&trace)?.flow)?;
        let traces = flow
            .traces
            .iter()
            .filter_map(|trace| self.traces.get(trace));
        let spans = traces.flat_map(|trace| trace.spans.values().cloned());
        Some((flow.summary()?, spans.collect()))
    }

    pub(super) fn kept(&self, refused: Refused, version: u64) -> Kept {
        Kept {
            spans: self.spans,
            bytes: self.bytes,
            bounds: self.bounds,
            evicted: self.evicted,
            refused,
            version,
        }
    }
}

impl Flow {
    fn of(trace: TraceId) -> Self {
        Self {
            traces: vec![trace],
            spans: 0,
            failed: 0,
            received: 0,
            services: BTreeSet::new(),
            start: u64::MAX,
            end: 0,
            first: None,
            last: None,
            last_arrival: 0,
        }
    }

    fn add(&mut self, span: &Arc<Span>, arrived: u64) {
        self.spans += 1;
        self.failed += usize::from(is_failed(span));
        self.services.insert(Arc::clone(&span.service));
        self.start = self.start.min(span.start);
        self.end = self.end.max(span.ended());
        if self
            .first
            .as_ref()
            .is_none_or(|first| order(span) < order(first))
        {
            self.first = Some(Arc::clone(span));
        }
        self.last = Some((span.trace, span.id));
        self.last_arrival = arrived;
    }

    fn merge(&mut self, other: Self) {
        self.traces.extend(other.traces);
        self.spans += other.spans;
        self.failed += other.failed;
        self.received += other.received;
        self.services.extend(other.services);
        self.start = self.start.min(other.start);
        self.end = self.end.max(other.end);
        self.first = match (self.first.take(), other.first) {
            (Some(one), Some(two)) => Some(if order(&two) < order(&one) { two } else { one }),
            (one, two) => one.or(two),
        };
        if other.last_arrival > self.last_arrival {
            self.last = other.last;
            self.last_arrival = other.last_arrival;
        }
    }

    /// `None` until a span has arrived.
    fn summary(&self) -> Option<Summary> {
        let first = self.first.as_ref()?;
        Some(Summary {
            name: first.name.clone(),
            trace: first.trace,
            traces: self.received,
            spans: self.spans,
            failed: self.failed,
            services: self.services.iter().cloned().collect(),
            start: self.start,
            end: self.end,
            last: self.last?,
        })
    }
}

/// A wrong clock may put an effect before its cause, so causes come first.
fn order(span: &Span) -> (bool, u64, bool) {
    (!span.links.is_empty(), span.start, span.parent.is_some())
}

fn is_failed(span: &Span) -> bool {
    span.outcome() != Outcome::Fine
}
