//! Equal spans: colours, refined by the neighbours of each span.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::graph::{Graph, Node};
use crate::span::Outcome;

/// Each round compares neighbours one parent, child or link farther away. Spans that differ only beyond that are equal.
const ROUNDS: usize = 12;

/// Returns a colour for each span. Two spans have the same if they have the same name, kind and service, and the same
/// spans around them, however many of each.
///
/// The selected span, failed spans and cancelled spans each have a colour of their own.
pub(crate) fn colours(graph: &Graph<'_>, selected: Option<usize>) -> Vec<u64> {
    let mut colours: Vec<u64> = (0..graph.len())
        .map(|node| initial(graph, node, selected))
        .collect();
    let relationships: Vec<Vec<u64>> = (0..graph.len())
        .map(|node| relationships(graph, node))
        .collect();
    let mut distinct = count(&colours);
    for _ in 0..ROUNDS {
        let refined: Vec<u64> = (0..graph.len())
            .map(|node| refine(graph, node, &colours, &relationships))
            .collect();
        let now = count(&refined);
        if now == distinct {
            break;
        }
        distinct = now;
        colours = refined;
    }
    colours
}

fn initial(graph: &Graph<'_>, node: usize, selected: Option<usize>) -> u64 {
    let mut hasher = DefaultHasher::new();
    match graph.node(node) {
        Node::Ghost(..) => 0.hash(&mut hasher),
        Node::Span(span) => {
            (1, &span.name, span.kind, &span.service, span.is_fan_in()).hash(&mut hasher);
            graph.is_orphan(node).hash(&mut hasher);
            if span.outcome() != Outcome::Fine {
                node.hash(&mut hasher);
            }
        }
    }
    (selected == Some(node)).hash(&mut hasher);
    hasher.finish()
}

/// A hash of the relationship of each link that a span holds.
fn relationships(graph: &Graph<'_>, handler: usize) -> Vec<u64> {
    let links = graph.links(handler).iter();
    let hashes = links.map(|link| {
        let mut hasher = DefaultHasher::new();
        link.link.relationship().hash(&mut hasher);
        hasher.finish()
    });
    hashes.collect()
}

fn refine(graph: &Graph<'_>, node: usize, colours: &[u64], relationships: &[Vec<u64>]) -> u64 {
    let mut around: Vec<u64> = Vec::new();
    let mut colour = colours[node];
    colour = mix(
        colour,
        graph.parent(node).map_or(1, |parent| colours[parent]),
    );
    let children = graph.children(node).iter();
    around.extend(children.map(|&child| colours[child]));
    colour = mix(colour, set(&mut around));
    let links = graph.links(node).iter().zip(&relationships[node]);
    around.extend(links.map(|(link, relationship)| mix(colours[link.producer], *relationship)));
    colour = mix(colour, set(&mut around));
    around.extend(graph.handlers(node).iter().map(|&handler| colours[handler]));
    mix(colour, set(&mut around))
}

/// Hashes a set, and empties it.
fn set(colours: &mut Vec<u64>) -> u64 {
    colours.sort_unstable();
    colours.dedup();
    let length = colours.len() as u64;
    colours.drain(..).fold(length + 2, mix)
}

/// The finalizer of `SplitMix64`, which spreads each bit.
fn mix(one: u64, other: u64) -> u64 {
    let mut mixed = one.rotate_left(23) ^ other.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn count(colours: &[u64]) -> usize {
    let mut distinct = colours.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    distinct.len()
}
