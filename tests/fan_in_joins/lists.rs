//! Functions with a list: counts, quorums, and the spans of their runs.

use std::sync::{Arc, Mutex};

use linked_span::fan_in::{
    Arrival, ArriveErrorKind, ClosedReason, Disposition, JoinQuery, ListLimit, Status, disposition,
    ready,
};
use linked_span::{LinkedEvent, Origin, fan_in};
use linked_span_tests::{Sdk, Time, ms, producer};

use crate::{TIMEOUT, attribute, counts, links, memory, options, ran, waits_for};

#[derive(Clone, Debug, PartialEq, LinkedEvent)]
struct OrderPlaced {
    #[event(key)]
    order: String,
    lines: usize,
    metadata: Origin,
}

#[derive(Clone, Debug, PartialEq, LinkedEvent)]
struct LinePacked {
    #[event(key)]
    order: String,
    line: u32,
    metadata: Origin,
}

fn order(lines: usize) -> OrderPlaced {
    OrderPlaced {
        order: "o-1".into(),
        lines,
        metadata: producer(1).into(),
    }
}

fn packed(line: u32) -> LinePacked {
    LinePacked {
        order: "o-1".into(),
        line,
        metadata: producer(10 + u8::try_from(line).unwrap()).into(),
    }
}

type Lines = Vec<u32>;

#[fan_in(order, packed(count = order.lines, id = packed.line))]
fn dispatch(order: &OrderPlaced, packed: Vec<LinePacked>, fails: bool) -> Result<Lines, Lines> {
    let lines = packed.iter().map(|packed| packed.line).collect();
    if fails { Err(lines) } else { Ok(lines) }
}

#[fan_in(reply(count = 3, id = reply.line))]
fn decide(reply: Vec<LinePacked>) -> Lines {
    reply.iter().map(|reply| reply.line).collect()
}

fn joins(time: &Time) -> Dispatch {
    Dispatch::new(memory(time), options())
}

fn closed<T: std::fmt::Debug, I: std::fmt::Debug>(
    arrival: &Result<Arrival<T, I>, linked_span::fan_in::ArriveError<I>>,
) -> Disposition {
    let reason = match arrival {
        Ok(Arrival::Closed { reason, .. }) => *reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(reason, ClosedReason::Full);
    disposition(arrival)
}

#[test]
fn list_waits_for_as_many_elements_as_the_order_counts() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let joins = joins(&time);
    assert_eq!(
        waits_for(joins.packed(packed(2), false)),
        "order, packed (1)"
    );
    assert_eq!(waits_for(joins.order(order(3), false)), "packed (1 of 3)");
    assert_eq!(waits_for(joins.packed(packed(0), false)), "packed (2 of 3)");
    assert_eq!(ran(joins.packed(packed(1), false)), Ok(vec![2, 0, 1]));
}

#[test]
fn span_links_to_each_element_in_order_of_arrival() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let joins = joins(&time);
    for line in [2, 0] {
        waits_for(joins.packed(packed(line), false));
        time.pass(ms(500));
    }
    ran(joins.order(order(2), false)).unwrap();
    let span = sdk.span();
    assert_eq!(attribute(&span, "fan_in.input_count"), Some(3.into()));
    let link = |number, relationship: &'static str, waited: f64| {
        let attributes = vec![
            ("link.relationship", relationship.into()),
            ("fan_in.wait", waited.into()),
        ];
        (producer(number), attributes)
    };
    assert_eq!(
        links(&span),
        [
            link(1, "order", 0.0),
            link(12, "packed", 1.0),
            link(10, "packed", 0.5)
        ]
    );
}

/// A span has 128 links at most.
#[test]
fn links_beyond_the_limit_of_the_sdk_are_on_child_spans() {
    const LINES: u32 = 200;
    let (sdk, time) = (Sdk::install(), Time::default());
    let joins = joins(&time);
    for line in (0..LINES).rev() {
        waits_for(joins.packed(packed(line), false));
    }
    ran(joins.order(order(200), false)).unwrap();
    let span = sdk.span_called("dispatch");
    let pages = sdk.span_called("dispatch links");
    let linked = span.links.links.iter().chain(&pages.links.links);
    let linked: Vec<_> = linked.map(|link| link.span_context.clone()).collect();
    let mut expected = vec![producer(1)];
    expected.extend((10..210).rev().map(producer));
    assert_eq!(linked, expected);
    assert_eq!(attribute(&span, "fan_in.input_count"), Some(201.into()));
}

#[test]
fn repeated_element_is_a_duplicate_until_the_list_is_full() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let joins = joins(&time);
    waits_for(joins.packed(packed(0), false));
    let again = joins.packed(packed(0), false);
    assert!(matches!(again, Ok(Arrival::Duplicate { .. })), "{again:?}");
    let listed = ready(joins.join().list(JoinQuery::Key("o-1"))).unwrap();
    let [list] = &listed[0].lists[..] else {
        panic!("{listed:?}");
    };
    assert_eq!(list.name, "packed");
    assert_eq!((list.distinct, list.repeated, list.count), (1, 1, None));
    assert_eq!(ran(joins.order(order(1), false)), Ok(vec![0]));
}

/// The list is fixed when it is full: a later element is acknowledged, and not part of any attempt.
#[test]
fn element_beyond_a_full_list_is_closed_and_acknowledged() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let joins = joins(&time);
    waits_for(joins.order(order(1), false));
    assert!(matches!(
        joins.packed(packed(0), true),
        Ok(Arrival::Failed(Err(lines))) if lines == [0]
    ));
    assert_eq!(closed(&joins.packed(packed(1), false)), Disposition::Ack);
    // Only this process keeps the element, so its message stays at the broker.
    assert_eq!(closed(&joins.packed(packed(0), false)), Disposition::Defer);
    assert_eq!(ran(joins.order(order(5), false)), Ok(vec![0]));
}

#[test]
fn elements_that_came_before_their_count_are_all_handed_over() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let joins = joins(&time);
    for line in 0..3 {
        waits_for(joins.packed(packed(line), false));
    }
    assert_eq!(ran(joins.order(order(1), false)), Ok(vec![0, 1, 2]));
}

#[test]
fn repeated_order_does_not_change_the_count() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let joins = joins(&time);
    waits_for(joins.order(order(2), false));
    let again = joins.order(order(1), false);
    assert!(matches!(again, Ok(Arrival::Duplicate { .. })), "{again:?}");
    assert_eq!(waits_for(joins.packed(packed(0), false)), "packed (1 of 2)");
}

#[test]
fn count_of_zero_runs_at_its_arrival_and_once() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let joins = joins(&time);
    assert_eq!(ran(joins.order(order(0), false)), Ok(vec![]));
    let late = joins.packed(packed(0), false);
    let is_closed = |reason| reason == ClosedReason::Completed;
    assert!(matches!(late, Ok(Arrival::Closed { reason, .. }) if is_closed(reason)));
}

#[test]
fn count_over_the_limit_is_rejected_and_its_join_expires() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let taken = Arc::new(Mutex::new(Vec::new()));
    let expired = Arc::clone(&taken);
    let joins = joins(&time).on_expired(move |join| {
        let lines = join.inputs.packed().into_iter().map(|packed| packed.line);
        let lines: Vec<_> = lines.collect();
        let came = (
            join.inputs.order().is_some(),
            lines,
            join.missing.to_string(),
        );
        expired.lock().unwrap().push(came);
    });
    waits_for(joins.packed(packed(0), false));
    let refused = joins.order(order(10_001), false);
    let error = refused.as_ref().unwrap_err();
    assert!(matches!(
        error.kind,
        ArriveErrorKind::OverLimit(ListLimit::Elements {
            count: 10_001,
            max: 10_000,
            ..
        })
    ));
    assert_eq!(disposition(&refused), Disposition::Reject);

    time.pass(TIMEOUT);
    assert_eq!(counts(joins.sweep(false).unwrap()), [0, 0, 0, 1, 0]);
    let expected = (false, vec![0], "order, packed (1)".to_owned());
    assert_eq!(*taken.lock().unwrap(), [expected]);
}

#[test]
fn expired_list_shows_what_came_of_its_count() {
    let (sdk, time) = (Sdk::install(), Time::default());
    let missing = Arc::new(Mutex::new(String::new()));
    let expired = Arc::clone(&missing);
    let joins =
        joins(&time).on_expired(move |join| *expired.lock().unwrap() = join.missing.to_string());
    waits_for(joins.order(order(3), false));
    for line in [1, 0] {
        waits_for(joins.packed(packed(line), false));
    }
    time.pass(TIMEOUT);
    assert_eq!(counts(joins.sweep(false).unwrap()), [0, 0, 0, 1, 0]);
    assert_eq!(*missing.lock().unwrap(), "packed (2 of 3)");
    let span = sdk.span_called("dispatch expired");
    let linked = links(&span).into_iter().map(|(linked, _)| linked);
    let expected = [producer(1), producer(11), producer(10)];
    assert_eq!(linked.collect::<Vec<_>>(), expected);
}

#[test]
fn failed_body_runs_again_with_the_same_elements() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let joins = joins(&time);
    waits_for(joins.order(order(2), false));
    waits_for(joins.packed(packed(1), false));
    let _failed = joins.packed(packed(0), true);
    assert_eq!(closed(&joins.packed(packed(7), false)), Disposition::Ack);
    let listed = ready(joins.join().list(JoinQuery::Key("o-1"))).unwrap();
    assert_eq!(listed[0].status, Status::Ready);
    time.pass(crate::BACKOFF);
    let due = joins.due(1).unwrap().pop().unwrap();
    let outcome = due.run(false);
    let expected = linked_span::fan_in::DueOutcome::Ran(Ok(vec![1, 0]));
    assert_eq!(outcome, expected);
}

#[test]
fn quorum_runs_at_the_third_reply() {
    let (_sdk, time) = (Sdk::install(), Time::default());
    let joins = Decide::new(memory(&time), options());
    assert_eq!(waits_for(joins.reply(packed(4))), "reply (1 of 3)");
    assert_eq!(waits_for(joins.reply(packed(2))), "reply (2 of 3)");
    assert_eq!(ran(joins.reply(packed(3))), [4, 2, 3]);
    let fourth = joins.reply(packed(1));
    assert_eq!(disposition(&fourth), Disposition::Ack);
}

#[test]
fn element_without_an_identity_is_rejected() {
    #[fan_in(order, note(count = 1, id = note.order.trim_start_matches("o-1")))]
    fn annotate(order: &OrderPlaced, note: Vec<LinePacked>) {}

    let _sdk = Sdk::install();
    let refused = Annotate::in_memory(TIMEOUT).note(packed(0));
    let error = refused.as_ref().unwrap_err();
    assert!(matches!(error.kind, ArriveErrorKind::NoId));
    assert_eq!(disposition(&refused), Disposition::Reject);
}
