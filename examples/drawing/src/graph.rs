//! The spans of a flow, with their parents and links.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::forest::Forest;
use crate::id::{SpanId, TraceId};
use crate::span::{Link, Outcome, Span};
use crate::time::Between;

/// The spans of a flow by index, with their parents and their links.
///
/// The target of a link that was not received is a node too, called a ghost.
#[derive(Debug)]
pub struct Graph<'s> {
    nodes: Vec<Node<'s>>,
    /// In the order in which they started.
    traces: Vec<Vec<usize>>,
    trace_of: Vec<usize>,
    forest: Forest,
    /// By handler.
    links: Vec<Vec<SpanLink<'s>>>,
    /// By producer.
    handlers: Vec<Vec<usize>>,
    index: HashMap<(TraceId, SpanId), usize>,
    /// For each trace, the number of spans that are not in this part of a graph.
    left_out: Vec<usize>,
}

/// A span, or a ghost.
#[derive(Clone, Copy, Debug)]
pub enum Node<'s> {
    /// A span that was received.
    Span(&'s Span),
    /// A span that a link leads to, and that was not received.
    Ghost(TraceId, SpanId),
}

/// A link between two spans of a flow.
#[derive(Clone, Copy, Debug)]
pub struct SpanLink<'s> {
    /// The index of the span that the link leads to.
    pub producer: usize,
    /// The link, which the handler's span holds.
    pub link: &'s Link,
}

impl<'s> Graph<'s> {
    /// Connects spans. No span may occur twice.
    pub fn of(spans: impl IntoIterator<Item = &'s Span>) -> Self {
        Self::connect(spans, |_| true)
    }

    /// Connects some of these spans. A span that is left out was received too, so it is no ghost.
    pub(crate) fn part(&self, spans: impl IntoIterator<Item = &'s Span>) -> Self {
        let was_received = |(trace, span)| {
            let found = self.find(trace, span);
            found.is_some_and(|node| self.node(node).span().is_some())
        };
        let mut part = Self::connect(spans, |ids| !was_received(ids));
        let received = |graph: &Self, trace: &[usize]| {
            let spans = trace.iter().filter_map(|&node| graph.node(node).span());
            spans.count()
        };
        let left_out = part.traces.iter().map(|trace| {
            let (id, span) = part.node(trace[0]).ids();
            let whole = self
                .find(id, span)
                .map(|node| &self.traces[self.trace_of(node)]);
            whole.map_or(0, |whole| received(self, whole) - received(&part, trace))
        });
        part.left_out = left_out.collect();
        part
    }

    fn connect(
        spans: impl IntoIterator<Item = &'s Span>,
        is_ghost: impl Fn((TraceId, SpanId)) -> bool,
    ) -> Self {
        let mut nodes: Vec<Node<'s>> = spans.into_iter().map(Node::Span).collect();
        let mut index = HashMap::with_capacity(nodes.len());
        for (number, node) in nodes.iter().enumerate() {
            index.entry(node.ids()).or_insert(number);
        }
        let mut links = Vec::with_capacity(nodes.len());
        for number in 0..nodes.len() {
            links.push(Self::links_of(number, &mut nodes, &mut index, &is_ghost));
        }
        links.resize_with(nodes.len(), Vec::new);
        let mut handlers = vec![Vec::new(); nodes.len()];
        for (handler, links) in links.iter().enumerate() {
            for link in links {
                let known: &mut Vec<usize> = &mut handlers[link.producer];
                if known.last() != Some(&handler) {
                    known.push(handler);
                }
            }
        }
        for known in &mut handlers {
            known.sort_by_key(|&handler| (nodes[handler].start(), handler));
        }
        let traces = traces(&nodes);
        let mut trace_of = vec![0; nodes.len()];
        for (trace, spans) in traces.iter().enumerate() {
            for &span in spans {
                trace_of[span] = trace;
            }
        }
        let forest = Forest::of(&nodes, &traces, &index);
        Self {
            nodes,
            traces,
            trace_of,
            forest,
            links,
            handlers,
            index,
            left_out: Vec::new(),
        }
    }

    fn links_of(
        handler: usize,
        nodes: &mut Vec<Node<'s>>,
        index: &mut HashMap<(TraceId, SpanId), usize>,
        is_ghost: &impl Fn((TraceId, SpanId)) -> bool,
    ) -> Vec<SpanLink<'s>> {
        let Node::Span(span) = nodes[handler] else {
            return Vec::new();
        };
        let mut links = Vec::with_capacity(span.links.len());
        let mut seen = HashSet::new();
        for link in &span.links {
            // A span that is linked to itself has no producer.
            let is_shown =
                |to: &_| *to != (span.trace, span.id) && (index.contains_key(to) || is_ghost(*to));
            let Some(to) = link.to.filter(is_shown) else {
                continue;
            };
            let producer = *index.entry(to).or_insert_with(|| {
                nodes.push(Node::Ghost(to.0, to.1));
                nodes.len() - 1
            });
            if seen.insert((producer, link.relationship())) {
                links.push(SpanLink { producer, link });
            }
        }
        links
    }

    /// Returns how many nodes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Returns `true` if there is no node.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Returns the span or the ghost of this index.
    #[must_use]
    pub fn node(&self, node: usize) -> Node<'s> {
        self.nodes[node]
    }

    /// Returns the index of a span.
    #[must_use]
    pub fn find(&self, trace: TraceId, span: SpanId) -> Option<usize> {
        self.index.get(&(trace, span)).copied()
    }

    /// Returns the spans of each trace. Both are in the order in which they started.
    #[must_use]
    pub fn traces(&self) -> &[Vec<usize>] {
        &self.traces
    }

    /// Returns how many spans of a trace are not in this part of a graph.
    pub(crate) fn left_out(&self, trace: usize) -> usize {
        self.left_out.get(trace).copied().unwrap_or_default()
    }

    /// Returns the number of a span's trace.
    #[must_use]
    pub fn trace_of(&self, node: usize) -> usize {
        self.trace_of[node]
    }

    /// Returns the links that a span holds, without those that lead nowhere.
    #[must_use]
    pub fn links(&self, handler: usize) -> &[SpanLink<'s>] {
        &self.links[handler]
    }

    /// Returns the spans that are linked to this one, in the order in which they started.
    #[must_use]
    pub fn handlers(&self, producer: usize) -> &[usize] {
        &self.handlers[producer]
    }

    /// Returns the parent of a span, if it was received.
    #[must_use]
    pub fn parent(&self, node: usize) -> Option<usize> {
        self.forest.parent(node)
    }

    /// Returns the children of a span, in the order in which they started.
    #[must_use]
    pub fn children(&self, node: usize) -> &[usize] {
        self.forest.children(node)
    }

    /// Returns `true` if the parent of a span was not received, or is its descendant.
    #[must_use]
    pub fn is_orphan(&self, node: usize) -> bool {
        matches!(self.nodes[node], Node::Span(span) if span.parent.is_some())
            && self.parent(node).is_none()
    }

    /// Returns the time between a producer and a handler, unless one was not received or has no time.
    #[must_use]
    pub fn between(&self, producer: usize, handler: usize) -> Option<Between> {
        let (Node::Span(from), Node::Span(to)) = (self.nodes[producer], self.nodes[handler]) else {
            return None;
        };
        let are_set = from.start > 0 && to.start > 0;
        are_set.then(|| Between::of((from.start, from.ended()), to.start))
    }
}

impl<'s> Node<'s> {
    /// Returns the ids of the span.
    #[must_use]
    pub fn ids(self) -> (TraceId, SpanId) {
        match self {
            Self::Span(span) => (span.trace, span.id),
            Self::Ghost(trace, span) => (trace, span),
        }
    }

    /// Returns the span, or `None` for a ghost.
    #[must_use]
    pub fn span(self) -> Option<&'s Span> {
        match self {
            Self::Span(span) => Some(span),
            Self::Ghost(..) => None,
        }
    }

    /// Returns how the span has ended. A ghost counts as fine.
    #[must_use]
    pub fn outcome(self) -> Outcome {
        self.span().map_or(Outcome::Fine, Span::outcome)
    }

    /// Ghosts come first, because they are producers.
    pub(crate) fn start(self) -> u64 {
        self.span().map_or(0, |span| span.start)
    }
}

/// Spans that started at the same time stay in the order in which they were given.
fn traces(nodes: &[Node<'_>]) -> Vec<Vec<usize>> {
    let mut traces: BTreeMap<TraceId, Vec<usize>> = BTreeMap::new();
    for (number, node) in nodes.iter().enumerate() {
        traces.entry(node.ids().0).or_default().push(number);
    }
    let mut traces: Vec<Vec<usize>> = traces.into_values().collect();
    for trace in &mut traces {
        trace.sort_by_key(|&node| (nodes[node].start(), node));
    }
    traces.sort_by_key(|trace| {
        // A ghost has no start, so the trace starts with its first span that has one.
        let received = trace.iter().find(|&&node| nodes[node].span().is_some());
        let first = *received.unwrap_or(&trace[0]);
        (nodes[first].start(), first)
    });
    traces
}
