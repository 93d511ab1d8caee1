//! Spans as text: traces, the spans in them, and the links between them.

use std::fmt;

use crate::graph::{Graph, Node};
use crate::span::{Attribute, Span, Status};
use crate::text::Printable;

/// Displays spans as a tree, by the time they started.
///
/// A span is under its parent, or under its trace if the parent is missing.
#[derive(Debug)]
pub struct Tree<'s>(Graph<'s>);

impl<'s> Tree<'s> {
    /// Connects spans to a tree.
    pub fn of(spans: impl IntoIterator<Item = &'s Span>) -> Self {
        Self(Graph::of(spans))
    }
}

impl fmt::Display for Tree<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for trace in self.0.traces() {
            let mut received = trace.iter().filter_map(|&node| self.0.node(node).span());
            // A trace of ghosts has only links, and their handlers print these.
            let Some(first) = received.next() else {
                continue;
            };
            writeln!(out, "trace {}", short(first.trace))?;
            self.spans(out, trace)?;
        }
        Ok(())
    }
}

impl Tree<'_> {
    /// Without recursion: a trace may be deeper than the stack.
    fn spans(&self, out: &mut fmt::Formatter<'_>, trace: &[usize]) -> fmt::Result {
        let roots = trace.iter().filter(|node| self.0.parent(**node).is_none());
        let mut stack: Vec<(usize, usize)> = roots.rev().map(|&root| (root, 1)).collect();
        while let Some((node, depth)) = stack.pop() {
            // A ghost is not printed, so its children take its place.
            let mut below = depth;
            if let Node::Span(span) = self.0.node(node) {
                self.span(out, node, span, depth)?;
                below += 1;
            }
            let children = self.0.children(node).iter().rev();
            stack.extend(children.map(|&child| (child, below)));
        }
        Ok(())
    }

    fn span(
        &self,
        out: &mut fmt::Formatter<'_>,
        node: usize,
        span: &Span,
        depth: usize,
    ) -> fmt::Result {
        // Deeper than this, a terminal shows nothing but spaces.
        let indent = "  ".repeat(depth.min(40));
        let name = Printable(&span.name);
        write!(
            out,
            "{indent}{name} ({}, span {})",
            span.kind,
            short(span.id)
        )?;
        attributes(out, &span.attributes)?;
        if let Status::Error(description) = &span.status {
            write!(out, " error: {}", Printable(description))?;
        }
        writeln!(out)?;
        for link in self.0.links(node) {
            let producer = self.0.node(link.producer);
            let name = producer.span().map(|span| &*span.name);
            let (trace, span) = producer.ids();
            write!(
                out,
                "{indent}  -> linked to {} (trace {}, span {})",
                Printable(name.unwrap_or("a span from elsewhere")),
                short(trace),
                short(span),
            )?;
            attributes(out, &link.link.attributes)?;
            writeln!(out)?;
        }
        Ok(())
    }
}

fn attributes(out: &mut fmt::Formatter<'_>, attributes: &[Attribute]) -> fmt::Result {
    for Attribute { key, value } in attributes {
        write!(out, " {}={}", Printable(key), Printable(value))?;
    }
    Ok(())
}

/// The first digits of an id, which are unique among the few that are printed.
fn short(id: impl fmt::Display) -> String {
    let mut id = id.to_string();
    id.truncate(4);
    id + "…"
}
