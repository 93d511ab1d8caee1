//! Folding: traces that are alike are one card, and sibling spans that are alike one row.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::alike::colours;
use crate::graph::{Graph, Node};
use crate::span::Outcome;
use crate::time::Between;

/// The most rows that a card shows.
const ROWS: usize = 24;

/// The cards and arrows of a flow.
#[derive(Debug)]
pub(crate) struct Folded {
    pub(crate) cards: Vec<Card>,
    pub(crate) arrows: Vec<Arrow>,
}

/// A trace, or several that are alike.
#[derive(Debug)]
pub(crate) struct Card {
    /// The numbers of the traces.
    pub(crate) traces: Vec<usize>,
    pub(crate) rows: Vec<Row>,
    /// Spans that have no row of their own; if there are any, they share the last row.
    pub(crate) more: usize,
    pub(crate) failed_more: usize,
}

/// A span, or several that are alike.
#[derive(Debug)]
pub(crate) struct Row {
    /// The spans, of several traces if the card has several. The last row of a card may have no span.
    pub(crate) spans: Vec<usize>,
    pub(crate) depth: usize,
}

/// The card and the row of a span.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct Place {
    pub(crate) card: usize,
    pub(crate) row: usize,
}

/// Links with the same relationship between the same two rows.
#[derive(Debug)]
pub(crate) struct Arrow {
    pub(crate) producer: Place,
    pub(crate) handler: Place,
    pub(crate) relationship: String,
    pub(crate) between: Option<Between>,
    pub(crate) count: usize,
}

impl Folded {
    /// Folds equal traces and rows. If nothing may be folded, each trace has a card.
    pub(crate) fn of(graph: &Graph<'_>, selected: Option<usize>, fold: bool) -> Self {
        let colours = if fold {
            colours(graph, selected)
        } else {
            (0..).take(graph.len()).collect()
        };
        let classes = classes(graph, &colours, selected, fold);
        let mut places = vec![Place { card: 0, row: 0 }; graph.len()];
        let cards: Vec<Card> = (0..)
            .zip(classes)
            .map(|(card, traces)| {
                let all = rows(graph, &colours, &traces);
                Card::of(graph, traces, all, selected, (card, &mut places))
            })
            .collect();
        Self {
            arrows: arrows(graph, &places),
            cards,
        }
    }
}

impl Card {
    fn of(
        graph: &Graph<'_>,
        traces: Vec<usize>,
        mut rows: Vec<Row>,
        selected: Option<usize>,
        (card, places): (usize, &mut [Place]),
    ) -> Self {
        let shown = shown(graph, &rows, selected);
        let mut hidden = Vec::new();
        let mut number = 0;
        rows.retain_mut(|row| {
            number += 1;
            let keep = shown[number - 1];
            if !keep {
                hidden.append(&mut row.spans);
            }
            keep
        });
        let is_bad = |node: &&usize| graph.node(**node).outcome() != Outcome::Fine;
        let left_out = traces.iter().map(|&trace| graph.left_out(trace));
        let more = hidden.len() + left_out.sum::<usize>();
        let failed_more = hidden.iter().filter(is_bad).count();
        if more > 0 {
            let spans = Vec::new();
            rows.push(Row { spans, depth: 0 });
        }
        for (number, row) in rows.iter().enumerate() {
            for &span in &row.spans {
                places[span] = Place { card, row: number };
            }
        }
        let last = rows.len().saturating_sub(1);
        for span in hidden {
            places[span] = Place { card, row: last };
        }
        Self {
            traces,
            rows,
            more,
            failed_more,
        }
    }
}

/// Selects the rows to show. If there are too many, the most important ones remain.
fn shown(graph: &Graph<'_>, rows: &[Row], selected: Option<usize>) -> Vec<bool> {
    if rows.len() <= ROWS {
        return vec![true; rows.len()];
    }
    let weight = |row: &Row| {
        let any = |is: &dyn Fn(usize) -> bool| row.spans.iter().any(|&span| is(span));
        match row {
            _ if any(&|span| selected == Some(span)) => 4,
            _ if any(&|span| graph.node(span).outcome() != Outcome::Fine) => 3,
            _ if any(&|span| has_links(graph, span)) => 2,
            Row { depth: 0, .. } => 1,
            Row { .. } => 0,
        }
    };
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|&row| (std::cmp::Reverse(weight(&rows[row])), row));
    let mut shown = vec![false; rows.len()];
    for &row in &order[..ROWS - 1] {
        shown[row] = true;
    }
    shown
}

fn has_links(graph: &Graph<'_>, span: usize) -> bool {
    !graph.links(span).is_empty() || !graph.handlers(span).is_empty()
}

/// The traces of each card.
fn classes(
    graph: &Graph<'_>,
    colours: &[u64],
    selected: Option<usize>,
    fold: bool,
) -> Vec<Vec<usize>> {
    let mut numbers = HashMap::new();
    let mut classes: Vec<Vec<usize>> = Vec::new();
    for (number, trace) in graph.traces().iter().enumerate() {
        let is_unlike_all =
            |&node: &usize| selected == Some(node) || graph.node(node).outcome() != Outcome::Fine;
        let unlike = (!fold || trace.iter().any(is_unlike_all)).then_some(number);
        let mut set: Vec<u64> = trace.iter().map(|&node| colours[node]).collect();
        set.sort_unstable();
        set.dedup();
        let class = *numbers.entry((unlike, set)).or_insert_with(|| {
            classes.push(Vec::new());
            classes.len() - 1
        });
        classes[class].push(number);
    }
    unfold_cycles(graph, classes)
}

/// A chain of equal traces stays unfolded: its only card would be linked to itself.
fn unfold_cycles(graph: &Graph<'_>, classes: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    let mut class_of = vec![0; graph.traces().len()];
    for (class, traces) in classes.iter().enumerate() {
        for &trace in traces {
            class_of[trace] = class;
        }
    }
    let mut edges = HashSet::new();
    for handler in 0..graph.len() {
        let to = graph.trace_of(handler);
        for link in graph.links(handler) {
            let from = graph.trace_of(link.producer);
            if from != to {
                edges.insert((class_of[from], class_of[to]));
            }
        }
    }
    let in_cycle = in_cycle(classes.len(), &edges);
    let mut unfolded: Vec<Vec<usize>> = Vec::new();
    for (class, traces) in classes.into_iter().enumerate() {
        if in_cycle[class] {
            unfolded.extend(traces.into_iter().map(|trace| vec![trace]));
        } else {
            unfolded.push(traces);
        }
    }
    unfolded.sort_by_key(|traces| traces[0]);
    unfolded
}

/// Returns the nodes that are in a cycle, or between two cycles.
fn in_cycle(nodes: usize, edges: &HashSet<(usize, usize)>) -> Vec<bool> {
    let after = peel(nodes, edges.iter().copied());
    let before = peel(nodes, edges.iter().map(|&(from, to)| (to, from)));
    after.into_iter().zip(before).map(|(a, b)| a && b).collect()
}

/// Removes nodes that nothing leads to until none is left, and returns the others.
fn peel(nodes: usize, edges: impl Iterator<Item = (usize, usize)>) -> Vec<bool> {
    let mut targets = vec![Vec::new(); nodes];
    let mut leading = vec![0_usize; nodes];
    for (from, to) in edges {
        targets[from].push(to);
        leading[to] += 1;
    }
    let mut left = vec![true; nodes];
    let mut free: Vec<usize> = (0..nodes).filter(|&node| leading[node] == 0).collect();
    while let Some(node) = free.pop() {
        left[node] = false;
        for &to in &targets[node] {
            leading[to] -= 1;
            if leading[to] == 0 {
                free.push(to);
            }
        }
    }
    left
}

/// The rows of traces that are alike, each below its parents.
fn rows(graph: &Graph<'_>, colours: &[u64], traces: &[usize]) -> Vec<Row> {
    let spans = traces.iter().flat_map(|&trace| &graph.traces()[trace]);
    let roots = spans.copied().filter(|&span| graph.parent(span).is_none());
    let mut rows = Vec::new();
    // Without recursion: a trace may be deeper than the stack.
    let mut stack = groups(graph, colours, roots, 0);
    while let Some(row) = stack.pop() {
        let children = row.spans.iter().flat_map(|&span| graph.children(span));
        let below = groups(graph, colours, children.copied(), row.depth + 1);
        rows.push(row);
        stack.extend(below);
    }
    rows
}

/// Spans that are alike, the last first.
fn groups(
    graph: &Graph<'_>,
    colours: &[u64],
    spans: impl Iterator<Item = usize>,
    depth: usize,
) -> Vec<Row> {
    let mut groups: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for span in spans {
        groups.entry(colours[span]).or_default().push(span);
    }
    let rows = groups.into_values().map(|mut spans| {
        spans.sort_by_key(|&span| (graph.node(span).start(), span));
        Row { spans, depth }
    });
    let mut rows: Vec<Row> = rows.collect();
    rows.sort_by_key(|row| {
        let first = row.spans[0];
        std::cmp::Reverse((graph.node(first).start(), first))
    });
    rows
}

fn arrows(graph: &Graph<'_>, places: &[Place]) -> Vec<Arrow> {
    let mut numbers: HashMap<(Place, Place, &str), usize> = HashMap::new();
    let mut arrows: Vec<Arrow> = Vec::new();
    for handler in 0..graph.len() {
        for link in graph.links(handler) {
            let relationship = link.link.relationship();
            let between = graph.between(link.producer, handler);
            let ends = (places[link.producer], places[handler]);
            let number = *numbers
                .entry((ends.0, ends.1, relationship))
                .or_insert(arrows.len());
            if let Some(arrow) = arrows.get_mut(number) {
                arrow.count += 1;
                arrow.between = match (arrow.between, between) {
                    (Some(one), Some(other)) => Some(one.and(other)),
                    (one, other) => one.or(other),
                };
            } else {
                arrows.push(Arrow {
                    producer: ends.0,
                    handler: ends.1,
                    relationship: relationship.to_owned(),
                    between,
                    count: 1,
                });
            }
        }
    }
    arrows
}

/// Returns `true` if a node is a ghost.
pub(crate) fn is_ghost(graph: &Graph<'_>, row: &Row) -> bool {
    let first = row.spans.first();
    first.is_some_and(|&span| matches!(graph.node(span), Node::Ghost(..)))
}
