//! Ids are untrusted: none of them may lose a span or cause a hang.

use flow_drawing::{Graph, Kind, Span};

use crate::build::{child, draw, id, link, span};

#[test]
fn span_that_is_its_own_parent_is_drawn() {
    let mut span = span(0, "self");
    span.parent = Some(span.id);
    assert_eq!(draw(&[span]).bars.len(), 1);
}

// A viewer that only walked from the roots lost these: otel-desktop-viewer#379.
#[test]
fn spans_whose_parents_form_a_cycle_are_all_drawn() {
    let root = span(0, "root");
    let mut first = child(&root, 1, "first");
    first.parent = Some(id(3));
    first.start += 5;
    let second = child(&first, 2, "second");
    let third = child(&second, 3, "third");
    let below = child(&third, 4, "below");
    let spans = [root, third, below, second, first];
    let graph = Graph::of(&spans);
    assert_eq!(draw(&spans).bars.len(), 5);
    let cut = (0..5).filter(|&node| graph.parent(node).is_none());
    assert_eq!(cut.count(), 2);
}

#[test]
fn cycles_of_a_hundred_thousand_spans_are_cut_in_time() {
    let spans: Vec<Span> = (0..100_000)
        .map(|number| {
            let mut span = child(&span(0, "root"), number, "x");
            span.parent = Some(if number < 50_000 {
                span.id
            } else {
                id(99_999.min(number + 1))
            });
            span
        })
        .collect();
    let graph = Graph::of(&spans);
    let roots = (0..graph.len()).filter(|&node| graph.parent(node).is_none());
    assert_eq!(roots.count(), 50_001);
}

#[test]
fn span_whose_parent_was_not_received_is_marked() {
    let orphan = child(&span(0, "lost"), 1, "orphan");
    assert!(draw(&[orphan]).says("⋯ orphan"));
}

#[test]
fn spans_that_are_linked_in_a_cycle_are_drawn() {
    let (one, other) = (span(0, "one"), span(1, "other"));
    let (one, other) = (link(one.clone(), &other, "a"), link(other, &one, "b"));
    let drawn = draw(&[one, other]);
    assert_eq!((drawn.cards, drawn.paths.len()), (2, 2));
}

#[test]
fn span_that_is_linked_to_itself_has_no_arrow() {
    let one = span(0, "one");
    let one = link(one.clone(), &one, "self");
    assert_eq!(draw(&[one]).paths.len(), 0);
}

#[test]
fn span_that_is_linked_within_its_trace_has_an_arrow() {
    let root = span(0, "root");
    let sent = child(&root, 1, "send");
    let handled = link(child(&root, 2, "handle"), &sent, "inside");
    let drawn = draw(&[root, sent, handled]);
    assert_eq!((drawn.cards, drawn.paths.len()), (1, 1));
}

#[test]
fn span_of_a_received_trace_that_was_not_received_is_a_ghost_in_it() {
    let received = span(0, "root");
    let lost = child(&received, 1, "lost");
    let handler = link(span(1, "handle"), &lost, "");
    let drawn = draw(&[received, handler]);
    assert_eq!((drawn.cards, drawn.paths.len()), (2, 1));
    assert!(drawn.says("not received"), "{:?}", drawn.texts);
}

#[test]
fn trace_deeper_than_the_stack_is_drawn() {
    let mut spans = vec![span(0, "root")];
    for number in 1..20_000 {
        let next = child(&spans[spans.len() - 1], number, "deeper");
        spans.push(next);
    }
    assert!(draw(&spans).says("… 19977 more spans"));
    assert!(flow_drawing::Tree::of(&spans).to_string().lines().count() > 20_000);
}

#[test]
fn end_before_its_start_is_drawn_as_nothing() {
    let mut broken = span(0, "broken");
    broken.end = 3;
    broken.kind = Kind::Internal;
    let drawn = draw(&[broken]);
    assert!(drawn.says("internal · 0 s"), "{:?}", drawn.texts);
    assert!(drawn.svg.contains("its end is before its start"));
}
