//! A flow that is too large for one picture.

use flow_drawing::Span;

use crate::build::{child, draw, draw_around, link, span};

/// A trace that lasts, and sends many events, each of which has a handler like no other.
fn hub(events: u64) -> Vec<Span> {
    let root = span(0, "poll");
    let mut spans = vec![root.clone()];
    for number in 1..=events {
        let sent = child(&root, number, &format!("send {number}"));
        spans.push(link(
            span(number, &format!("handle {number}")),
            &sent,
            "tick",
        ));
        spans.push(sent);
    }
    spans
}

#[test]
fn flow_that_fits_is_drawn_whole() {
    assert_eq!(draw(&hub(20)).hidden, None);
}

#[test]
fn hub_is_drawn_around_the_selected_span_alone() {
    let spans = hub(1_000);
    let selected = spans.iter().find(|span| span.name == "handle 7");
    let drawn = draw_around(&spans, selected);
    assert_eq!(drawn.cards, 2);
    assert!(drawn.says("send 7") && drawn.says("poll") && !drawn.says("send 8"));
    assert_eq!(drawn.hidden, Some((999, 1998)));
    // The card of the hub says that it is not all there.
    assert!(drawn.says("… 999 more spans"), "{:?}", drawn.texts);
}

#[test]
fn what_is_left_out_is_no_ghost() {
    let drawn = draw(&hub(1_000));
    assert!(drawn.hidden.is_some());
    assert!(!drawn.says("not received"), "{:?}", drawn.texts);
}

#[test]
fn many_failures_do_not_make_an_unreadable_picture() {
    let spans: Vec<Span> = hub(500).into_iter().map(crate::build::failed).collect();
    let drawn = draw(&spans);
    assert!(drawn.cards <= 60, "{}", drawn.cards);
    let (traces, _) = drawn.hidden.unwrap();
    assert_eq!(traces + drawn.cards, 501);
}

#[test]
fn before_and_after_are_followed_to_the_end() {
    // A chain through a hub: before the selected span and after it, many steps.
    let mut spans = hub(200);
    let handled = spans
        .iter()
        .find(|span| span.name == "handle 7")
        .cloned()
        .unwrap();
    let mut last = handled;
    for number in 0..10 {
        let next = link(
            span(5_000 + number, &format!("step {number}")),
            &last,
            "next",
        );
        spans.push(next.clone());
        last = next;
    }
    let drawn = draw_around(&spans, Some(&last));
    assert_eq!(drawn.cards, 12);
    assert!(drawn.says("poll") && drawn.says("step 9"));
}
