//! Parents and children.

use std::collections::HashMap;
use std::iter;

use crate::graph::Node;
use crate::id::{SpanId, TraceId};

/// The parent and the children of each node, without cycles.
///
/// Ids are untrusted: a span may be its own parent, or the parent of its ancestor. Each span is below exactly one root,
/// so none is lost.
#[derive(Debug)]
pub(crate) struct Forest {
    parents: Vec<Option<usize>>,
    children: Vec<Vec<usize>>,
}

impl Forest {
    /// Traces are in the order of starts.
    pub(crate) fn of(
        nodes: &[Node<'_>],
        traces: &[Vec<usize>],
        index: &HashMap<(TraceId, SpanId), usize>,
    ) -> Self {
        let parent = |node: &Node<'_>| {
            let span = node.span()?;
            index.get(&(span.trace, span.parent?)).copied()
        };
        let mut parents: Vec<Option<usize>> = nodes.iter().map(parent).collect();
        cut_cycles(&mut parents, traces);
        let mut children = vec![Vec::new(); nodes.len()];
        for &node in traces.iter().flatten() {
            if let Some(parent) = parents[node] {
                children[parent].push(node);
            }
        }
        Self { parents, children }
    }

    pub(crate) fn parent(&self, node: usize) -> Option<usize> {
        self.parents[node]
    }

    pub(crate) fn children(&self, node: usize) -> &[usize] {
        &self.children[node]
    }
}

/// The first span of a cycle, by its start, becomes a root.
fn cut_cycles(parents: &mut [Option<usize>], traces: &[Vec<usize>]) {
    let mut order = vec![0; parents.len()];
    for (number, &node) in traces.iter().flatten().enumerate() {
        order[node] = number;
    }
    // The walk in which a node was seen first; a walk that meets itself is in a cycle.
    let mut seen = vec![0; parents.len()];
    for (walk, &start) in (1..).zip(traces.iter().flatten()) {
        let mut node = start;
        while seen[node] == 0 {
            seen[node] = walk;
            let Some(parent) = parents[node] else { break };
            node = parent;
            if seen[node] == walk {
                let first = cycle(parents, node).min_by_key(|&member| order[member]);
                parents[first.unwrap_or(node)] = None;
                break;
            }
        }
    }
}

/// The members of a cycle, from one of them on.
fn cycle(parents: &[Option<usize>], member: usize) -> impl Iterator<Item = usize> {
    let next = move |node: &usize| parents[*node].filter(|next| *next != member);
    iter::successors(Some(member), next)
}
