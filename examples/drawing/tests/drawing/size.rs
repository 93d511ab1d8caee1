//! A flow that is too large for one drawing.

use flow_drawing::Span;

use crate::build::{child, draw, draw_around, link, span, svg};

/// Returns a long trace that sends many events, each of which has a different handler.
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
    // The card of the hub shows that spans are missing.
    assert!(drawn.says("… 999 more spans"), "{:?}", drawn.texts);
}

#[test]
fn what_is_left_out_is_no_ghost() {
    let producers: Vec<Span> = (1..=200)
        .map(|number| span(number, &format!("send {number}")))
        .collect();
    let handler = span(500, "handle");
    let handler = producers
        .iter()
        .fold(handler, |handler, sent| link(handler, sent, ""));
    let spans = [producers, vec![handler.clone()]].concat();
    let drawn = draw_around(&spans, Some(&handler));
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
    // A chain through a hub: many steps before the selected span, and many after it.
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

/// Draws several shapes of 20,000 spans, and prints the times for `cargo test --release -- --nocapture`.
#[test]
fn twenty_thousand_spans_are_drawn() {
    let root = span(0, "root");
    let one_trace = |number| child(&root, number, &format!("query {}", number % 50));
    let one_trace: Vec<Span> = [root.clone()]
        .into_iter()
        .chain((1..20_000).map(one_trace))
        .collect();

    let mut batch: Vec<Span> = (0..19_999).map(|number| span(number, "send")).collect();
    let handler = batch.iter().fold(span(19_999, "handle"), |handler, sent| {
        link(handler, sent, "")
    });
    batch.push(handler);

    let mut chain = vec![span(0, "step")];
    for number in 1..20_000 {
        let next = link(span(number, "step"), &chain[chain.len() - 1], "next");
        chain.push(next);
    }

    let failures = |number| crate::build::failed(link(span(number, "handle"), &root, ""));
    let failures = [root.clone()]
        .into_iter()
        .chain((1..20_000).map(failures))
        .collect();

    let shapes = [
        ("one trace", one_trace),
        ("a batch", batch),
        ("a hub", hub(10_000)),
        ("a chain", chain),
        ("failures", failures),
    ];
    for (name, spans) in shapes {
        let begun = std::time::Instant::now();
        let drawn = svg(&spans);
        println!(
            "{name}: {} ms, {} KiB",
            begun.elapsed().as_millis(),
            drawn.len() >> 10
        );
        assert!(drawn.len() < 1 << 20, "{name}");
    }
}
