//! Merges links.

use std::collections::HashMap;
use std::hash::Hash;
use std::mem::take;

use opentelemetry::KeyValue;
use opentelemetry::trace::Link;

use crate::span::links::RELATIONSHIP;

/// The attribute with the number of merged links.
const COUNT: &str = "link.count";

/// Merges identical links.
pub(crate) fn equal(links: &mut Vec<Link>) {
    if share_a_producer(links) {
        let firsts = firsts(links, |link| (&link.span_context, &link.attributes));
        merge(links, &firsts);
    }
}

/// Merges links with the same context and the same relationship.
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

/// Returns `true` if two links share a context. Sorting the ids takes a fraction of the time of hashing the links.
fn share_a_producer(links: &[Link]) -> bool {
    let id = |link: &Link| link.span_context.span_id().to_bytes();
    let mut ids: Vec<_> = links.iter().map(id).collect();
    ids.sort_unstable();
    ids.windows(2).any(|pair| pair[0] == pair[1])
}

/// Returns for each link the place of the first link with the same key.
fn firsts<'l, K: Eq + Hash>(links: &'l [Link], key: impl Fn(&'l Link) -> K) -> Vec<usize> {
    let mut places = HashMap::new();
    let first = |(place, link)| *places.entry(key(link)).or_insert(place);
    links.iter().enumerate().map(first).collect()
}

/// Keeps the first link of each group, with the attributes that the whole group shares.
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

/// Sets the count. A key of the user replaces this crate's.
fn count_on(link: &mut Link, count: i64) {
    let is_there = |attribute: &KeyValue| attribute.key.as_str() == COUNT;
    if !link.attributes.iter().any(is_there) {
        link.attributes.push(KeyValue::new(COUNT, count));
    }
}
