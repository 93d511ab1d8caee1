//! How much of a flow is drawn: all of it, or what lies before and after one span.

use std::collections::{HashSet, VecDeque};

use crate::fold::Folded;
use crate::graph::Graph;
use crate::span::Span;

/// A picture with more cards or more arrows than this is unreadable.
const CARDS: usize = 60;
const ARROWS: usize = 240;
/// How many traces around a span are considered at most.
const AROUND: usize = 400;

/// A flow, as much of it as is drawn.
#[derive(Debug)]
pub struct View<'s> {
    pub(crate) graph: Graph<'s>,
    pub(crate) folded: Folded,
    pub(crate) selected: Option<usize>,
    /// What is not drawn, if something is not.
    pub hidden: Option<Hidden<'s>>,
}

/// What is not drawn of a flow.
#[derive(Clone, Copy, Debug)]
pub struct Hidden<'s> {
    /// The span around which the flow is drawn.
    pub around: &'s Span,
    /// How many traces have no card.
    pub traces: usize,
    /// How many spans are not drawn, in hidden traces and in drawn ones.
    pub spans: usize,
}

/// Decides what is drawn of a flow: all, or what lies before and after a span.
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
        // What is folded into one card costs nothing, so this ends well above the number of cards.
        count = (count * 2 / 3).max(1);
    }
}

/// The causes of a span and its effects, the nearest first.
///
/// Only links and ancestry are followed, so that a trace that touches everything brings in only what concerns the span.
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
            // An ancestor is shown for what it says, and its own causes are causes.
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

/// The spans of the first traces, as a graph of their own, and how many traces these are.
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
