//! Links of which several are made one.

use std::collections::HashMap;
use std::hash::Hash;
use std::mem::take;

use opentelemetry::KeyValue;
use opentelemetry::trace::Link;

use crate::span::links::RELATIONSHIP;

/// The attribute that says how many links were made one.
const COUNT: &str = "link.count";

/// Makes links one that are equal in all they say.
pub(crate) fn equal(links: &mut Vec<Link>) {
    if share_a_producer(links) {
        let firsts = firsts(links, |link| (&link.span_context, &link.attributes));
        merge(links, &firsts);
    }
}

/// Makes links one that have the same context and the same relationship.
pub(crate) fn by_context(links: &mut Vec<Link>) {
    if share_a_producer(links) {
        let firsts = firsts(links, |link| (&link.span_context, relationship(link)));
        merge(links, &firsts);
    }
}

fn relationship(link: &Link) -> Option<&KeyValue> {
    let is_relationship = |attribute: &&KeyValue| attribute.key.as_str() == RELATIONSHIP;
    link.attributes.iter().find(is_relationship)
}

/// Whether there is anything to merge. To sort the ids takes a fraction of what it takes to hash the links.
fn share_a_producer(links: &[Link]) -> bool {
    let id = |link: &Link| link.span_context.span_id().to_bytes();
    let mut ids: Vec<_> = links.iter().map(id).collect();
    ids.sort_unstable();
    ids.windows(2).any(|pair| pair[0] == pair[1])
}

/// For each link, the place of the first link that has the same key.
fn firsts<'l, K: Eq + Hash>(links: &'l [Link], key: impl Fn(&'l Link) -> K) -> Vec<usize> {
    let mut places = HashMap::new();
    let first = |(place, link)| *places.entry(key(link)).or_insert(place);
    links.iter().enumerate().map(first).collect()
}

/// Leaves the first of each, with what all that are merged into it say.
fn merge(links: &mut Vec<Link>, firsts: &[usize]) {
    let mut counts = vec![0; links.len()];
    for (place, &first) in firsts.iter().enumerate() {
        counts[first] += 1;
        if place != first {
            let merged = take(&mut links[place].attributes);
            let attributes = &mut links[first].attributes;
            attributes.retain(|attribute| merged.contains(attribute));
        }
    }
    let mut place = 0;
    links.retain_mut(|link| {
        let (count, is_first) = (counts[place], firsts[place] == place);
        place += 1;
        if count > 1 {
            count_on(link, count);
        }
        is_first
    });
}

/// A key of the user's replaces one of ours.
fn count_on(link: &mut Link, count: i64) {
    let is_there = |attribute: &KeyValue| attribute.key.as_str() == COUNT;
    if !link.attributes.iter().any(is_there) {
        link.attributes.push(KeyValue::new(COUNT, count));
    }
}
