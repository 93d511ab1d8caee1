//! The layout of a drawing.

use crate::build::{MS, child, draw, link, span};

#[test]
fn arrow_leads_from_its_producer_to_its_handler() {
    let producer = span(0, "send");
    let handler = link(span(1, "handle"), &producer, "because");
    let drawn = draw(&[producer, handler]);
    let [send, handle] = drawn.bars.as_slice() else {
        panic!("{:?}", drawn.bars);
    };
    let path = &drawn.paths[0];
    assert!(path.starts_with(&format!("M{:.1} ", send.2)), "{path}");
    assert!(path.ends_with(&format!("H{:.1}", handle.0 - 1.0)), "{path}");
    assert!(send.2 < handle.0);
    assert!(
        drawn.says("because") && drawn.says("0 s"),
        "{:?}",
        drawn.texts
    );
}

#[test]
fn handler_is_drawn_right_of_all_its_producers() {
    let first = span(0, "first");
    let second = link(span(1, "second"), &first, "");
    let third = link(link(span(2, "third"), &second, ""), &first, "");
    let drawn = draw(&[first, second, third]);
    assert!(drawn.bars[0].2 < drawn.bars[1].0 && drawn.bars[1].2 < drawn.bars[2].0);
}

#[test]
fn link_that_skips_a_column_passes_between_its_cards() {
    let first = span(0, "first");
    let second = link(span(1, "second"), &first, "");
    let third = link(link(span(2, "third"), &second, ""), &first, "");
    let drawn = draw(&[first, second, third]);
    let (left, top, right, bottom) = drawn.bars[1];
    // The link's lane is a straight part that starts left of the second card and ends right of it.
    let lane = drawn
        .paths
        .iter()
        .find(|path| path.matches('H').count() == 3)
        .unwrap();
    let numbers: Vec<f64> = lane
        .split(|char: char| !char.is_ascii_digit() && char != '.' && char != '-')
        .filter_map(|number| number.parse().ok())
        .collect();
    // The path is M x y, H x, C and six numbers, H x. The last of the six is the height of the lane.
    let (start, height, end) = (numbers[7], numbers[8], numbers[9]);
    assert!(start <= left && end >= right, "{lane}");
    assert!(
        height < top || height > bottom,
        "{lane} and {:?}",
        drawn.bars[1]
    );
}

#[test]
fn bars_do_not_overlap() {
    let mut spans = Vec::new();
    for producer in 0..6 {
        let sent = span(producer, &format!("send {producer}"));
        for handler in 0..5 {
            let number = 100 + producer * 10 + handler;
            let handled = link(span(number, &format!("handle {number}")), &sent, "r");
            spans.push(child(&handled, 1, "inner"));
            spans.push(handled);
        }
        spans.push(sent);
    }
    let drawn = draw(&spans);
    assert_eq!(drawn.bars.len(), 6 + 60);
    for (place, one) in drawn.bars.iter().enumerate() {
        for other in &drawn.bars[place + 1..] {
            let apart =
                one.2 <= other.0 || other.2 <= one.0 || one.3 <= other.1 || other.3 <= one.1;
            assert!(apart, "{one:?} {other:?}");
        }
    }
}

#[test]
fn fan_in_has_a_place_for_each_of_its_links() {
    let (payment, inventory) = (span(0, "pay"), span(1, "reserve"));
    let handler = link(span(2, "fulfill"), &payment, "payment");
    let handler = link(handler, &inventory, "inventory");
    let drawn = draw(&[payment, inventory, handler]);
    let ends: Vec<&str> = drawn
        .paths
        .iter()
        .filter_map(|path| path.rsplit('C').next())
        .collect();
    assert_ne!(ends[0], ends[1]);
    assert!(drawn.says("payment") && drawn.says("inventory"));
}

#[test]
fn handlers_of_one_producer_are_ordered_by_start() {
    let producer = span(0, "send");
    let handlers =
        (1..5).map(|number| link(span(number, &format!("handle {number}")), &producer, ""));
    let drawn = draw(&[vec![producer.clone()], handlers.collect()].concat());
    let tops: Vec<f64> = drawn.bars[1..].iter().map(|bar| bar.1).collect();
    assert!(tops.is_sorted(), "{tops:?}");
}

#[test]
fn time_that_goes_backwards_shows_that_clocks_differ() {
    let mut producer = span(100, "send");
    producer.end = producer.start;
    let handler = link(span(50, "handle"), &producer, "");
    let drawn = draw(&[producer, handler]);
    assert!(drawn.says("−50 ms: clocks differ"), "{:?}", drawn.texts);
}

#[test]
fn time_of_days_is_shown_in_days() {
    let producer = span(0, "send");
    let mut handler = link(span(1, "handle"), &producer, "");
    handler.start = producer.end + 17 * 86_400_000 * MS;
    handler.end = handler.start;
    assert!(draw(&[producer, handler]).says("17 d"));
}

#[test]
fn times_at_the_ends_of_the_clock_are_drawn() {
    let mut producer = span(0, "send");
    (producer.start, producer.end) = (u64::MAX, u64::MAX);
    let mut handler = link(span(1, "handle"), &producer, "");
    (handler.start, handler.end) = (0, u64::MAX);
    assert_eq!(draw(&[producer, handler]).bars.len(), 2);
}

#[test]
fn hostile_text_stays_text() {
    let hostile = "</text><script>\"'&\u{0}\u{1b}[2J\u{202e}";
    let producer = span(0, hostile);
    let mut handler = link(span(1, hostile), &producer, hostile);
    handler.service = hostile.into();
    let drawn = draw(&[producer, handler]);
    assert!(!drawn.svg.contains("<script") && !drawn.svg.contains("</text><s"));
    assert!(drawn.says("</text><script>\"'&��[2J�"), "{:?}", drawn.texts);
}

#[test]
fn cancelled_span_is_marked_without_colour() {
    let mut cancelled = span(0, "wait");
    cancelled.attributes.push(flow_drawing::Attribute {
        key: "linked_span.cancelled".to_owned(),
        value: "true".to_owned(),
    });
    let drawn = draw(&[cancelled]);
    assert!(
        drawn.says("⊘ wait") && drawn.says("cancelled · 1 ms"),
        "{:?}",
        drawn.texts
    );
}

// A reader who opens a high drawing sees its top, so its first card must be there.
#[test]
fn high_picture_begins_at_its_top() {
    let producer = span(0, "send");
    let mut spans = vec![producer.clone()];
    for number in 1..30 {
        let handled = link(span(number, &format!("handle {number}")), &producer, "");
        spans.push(link(
            span(100 + number, &format!("then {number}")),
            &handled,
            "",
        ));
        spans.push(handled);
    }
    let drawn = draw(&spans);
    let (first, top) = (drawn.bars[0].1, drawn.bars.iter().map(|bar| bar.1));
    assert!(first <= top.fold(f64::INFINITY, f64::min) + 1.0, "{first}");
}
