//! The drawn part of a flow: all of it, or the causes and effects of one span.

use std::collections::{HashSet, VecDeque};

use crate::fold::Folded;
use crate::graph::Graph;
use crate::span::Span;

/// A picture with more cards or more arrows than this is unreadable.
const CARDS: usize = 60;
const ARROWS: usize = 240;
/// The largest number of traces that are considered around a span.
const AROUND: usize = 400;

/// The drawn part of a flow.
#[derive(Debug)]
pub struct View<'s> {
    pub(crate) graph: Graph<'s>,
    pub(crate) folded: Folded,
    pub(crate) selected: Option<usize>,
    /// The hidden part, if there is one.
    pub hidden: Option<Hidden<'s>>,
}

/// The hidden part of a flow.
#[derive(Clone, Copy, Debug)]
pub struct Hidden<'s> {
    /// The span around which the flow is drawn.
    pub around: &'s Span,
    /// The number of traces without a card.
    pub traces: usize,
    /// The number of spans that are not drawn, in hidden and in drawn traces.
    pub spans: usize,
}

/// Selects the drawn part of a flow: all of it, or the causes and effects of a span.
///
/// That span is the selected one, or else the given one.
#[must_use]
pub fn view(graph: Graph<'_>, selected: Option<usize>, around: Option<usize>) -> View<'_> {
    let folded = Folded::of(&graph, selected, true);
    let start = selected.or(around);
    let is_readable =
        |folded: &Folded| folded.cards.len() <= CARDS && folded.arrows.len() <= ARROWS;
    let around = start.and_then(|start| Some((start, graph.node(start).span()?)));
    let Some((start, around)) = around.filter(|_| !is_readable(&folded)) else {
        return View {
            graph,
            folded,
            selected,
            hidden: None,
        };
    };
    let (order, all) = (before_and_after(&graph, start), graph.traces().len());
    let mut count = traces(&graph, &order);
    loop {
        let (part, shown) = part(&graph, &order, count);
        let selected = selected.and_then(|selected| {
            let (trace, span) = graph.node(selected).ids();
            part.find(trace, span)
        });
        let folded = Folded::of(&part, selected, true);
        if count <= 1 || is_readable(&folded) {
            let hidden = Hidden {
                around,
                traces: all - shown,
                spans: received(&graph) - received(&part),
            };
            return View {
                graph: part,
                folded,
                selected,
                hidden: Some(hidden),
            };
        }
        // Folding merges traces into one card, so the limit of traces is far above the limit of cards.
        count = (count * 2 / 3).max(1);
    }
}

/// The causes of a span and its effects, the nearest first.
///
/// It follows only links and ancestors. A trace that is linked to everything then adds only spans that concern this one.
fn before_and_after(graph: &Graph<'_>, start: usize) -> Vec<usize> {
    let mut seen = HashSet::from([start]);
    let mut order = Vec::new();
    let mut queue = VecDeque::from([(start, true, true)]);
    let mut traces = HashSet::new();
    while let Some((node, before, after)) = queue.pop_front() {
        traces.insert(graph.trace_of(node));
        if traces.len() > AROUND {
            break;
        }
        order.push(node);
        let mut add = |next: usize, before: bool, after: bool| {
            if seen.insert(next) {
                queue.push_back((next, before, after));
            }
        };
        if before {
            graph
                .links(node)
                .iter()
                .for_each(|link| add(link.producer, true, false));
        }
        if before || after {
            // The causes of an ancestor are causes too.
            graph
                .parent(node)
                .into_iter()
                .for_each(|parent| add(parent, true, false));
        }
        if after {
            graph
                .handlers(node)
                .iter()
                .for_each(|&handler| add(handler, false, true));
            graph
                .children(node)
                .iter()
                .for_each(|&child| add(child, false, true));
        }
    }
    order
}

fn traces(graph: &Graph<'_>, order: &[usize]) -> usize {
    let traces = order.iter().map(|&node| graph.trace_of(node));
    traces.collect::<HashSet<_>>().len()
}

/// Returns a graph of the spans of the first traces, and the number of these traces.
fn part<'s>(graph: &Graph<'s>, order: &[usize], count: usize) -> (Graph<'s>, usize) {
    let mut traces = HashSet::new();
    let mut spans = Vec::new();
    for &node in order {
        let trace = graph.trace_of(node);
        if traces.len() < count || traces.contains(&trace) {
            traces.insert(trace);
            spans.extend(graph.node(node).span());
        }
    }
    spans.sort_by_key(|span| span.start);
    (graph.part(spans), traces.len())
}

fn received(graph: &Graph<'_>) -> usize {
    (0..graph.len())
        .filter(|&node| graph.node(node).span().is_some())
        .count()
}
