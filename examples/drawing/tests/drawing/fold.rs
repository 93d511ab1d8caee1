//! Equal traces share a card, and equal siblings share a row.

use flow_drawing::Span;

use crate::build::{child, draw, draw_around, failed, link, span};

/// Returns producers, and one handler of a batch with an event of each.
fn batch(producers: u64) -> Vec<Span> {
    let mut spans: Vec<Span> = (0..producers)
        .map(|number| span(number, "GET /page"))
        .collect();
    let mut handler = span(producers, "process_event_batch");
    for producer in &spans {
        handler = link(handler, producer, "page_viewed");
    }
    spans.push(handler);
    spans
}

#[test]
fn batch_of_five_hundred_is_two_cards() {
    let drawn = draw(&batch(500));
    assert_eq!((drawn.cards, drawn.paths.len()), (2, 1));
    assert!(drawn.says("×500 traces"), "{:?}", drawn.texts);
    assert!(drawn.says("×500 · 0 s to 499 ms"), "{:?}", drawn.texts);
    assert_eq!(drawn.hidden, None);
}

#[test]
fn trace_that_failed_has_its_own_card() {
    let mut spans = batch(500);
    for place in [3, 77, 400] {
        spans[place] = failed(spans[place].clone());
    }
    let drawn = draw(&spans);
    assert_eq!(drawn.cards, 5);
    assert!(drawn.says("×497 traces"), "{:?}", drawn.texts);
    let marked = drawn.texts.iter().filter(|text| *text == "✕ GET /page");
    assert_eq!(marked.count(), 3);
}

#[test]
fn trace_that_is_selected_has_its_own_card() {
    let spans = batch(9);
    let drawn = draw_around(&spans, Some(&spans[4]));
    assert_eq!(drawn.cards, 3);
    assert!(drawn.says("×8 traces"), "{:?}", drawn.texts);
}

#[test]
fn traces_whose_handlers_differ_have_their_own_cards() {
    let (one, other) = (span(0, "send"), span(1, "send"));
    let handled = link(span(2, "handle"), &one, "");
    let ignored = link(span(3, "ignore"), &other, "");
    assert_eq!(draw(&[one, other, handled, ignored]).cards, 4);
}

#[test]
fn handlers_with_other_relationships_have_their_own_cards() {
    let one = span(0, "send");
    let handlers = ["billing", "shipping"].into_iter().zip(1..);
    let handlers = handlers.map(|(why, number)| link(span(number, "handle"), &one, why));
    let spans: Vec<Span> = [one.clone()].into_iter().chain(handlers).collect();
    assert_eq!(draw(&spans).cards, 3);
}

#[test]
fn siblings_that_are_alike_share_a_row() {
    let root = span(0, "root");
    let mut spans = vec![root.clone()];
    spans.extend((1..=40).map(|number| child(&root, number, "SELECT")));
    spans.push(child(&root, 41, "COMMIT"));
    let drawn = draw(&spans);
    assert_eq!(drawn.bars.len(), 3);
    assert!(drawn.says("×40 internal"), "{:?}", drawn.texts);
}

#[test]
fn chain_of_traces_that_are_alike_is_not_one_card() {
    let mut spans = vec![span(0, "step")];
    for number in 1..30 {
        let next = link(span(number, "step"), &spans[spans.len() - 1], "next");
        spans.push(next);
    }
    let drawn = draw(&spans);
    assert_eq!((drawn.cards, drawn.paths.len()), (30, 29));
}

#[test]
fn ghosts_of_one_handler_are_one_card() {
    let mut handler = span(99, "process_event_batch");
    for number in 0..20 {
        handler = link(handler, &span(number, "never sent"), "page_viewed");
    }
    let drawn = draw(&[handler]);
    assert_eq!(drawn.cards, 2);
    assert!(drawn.says("not received"), "{:?}", drawn.texts);
    assert!(drawn.says("×20"), "{:?}", drawn.texts);
    assert!(!drawn.svg.contains("never sent"));
}
