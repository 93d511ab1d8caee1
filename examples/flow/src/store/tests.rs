//! Flows in any order of arrival, and eviction.

use flow_drawing::{Kind, Link, Status};

use super::*;

fn trace(number: u64) -> TraceId {
    let mut bytes = [9; 16];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    TraceId::from_slice(&bytes).unwrap()
}

fn id(number: u64) -> SpanId {
    SpanId::from_slice(&(number + 1).to_be_bytes()).unwrap()
}

/// A span of a trace, linked to the first span of others.
fn span(number: u64, span: u64, links: &[u64]) -> Span {
    let links = links.iter().map(|&to| Link {
        to: Some((trace(to), id(0))),
        attributes: Vec::new(),
    });
    Span {
        trace: trace(number),
        id: id(span),
        parent: None,
        name: format!("span {number}"),
        kind: Kind::Internal,
        service: "service".into(),
        start: 1_000 + number,
        end: 2_000,
        status: Status::Unset,
        attributes: Vec::new(),
        events: Vec::new(),
        links: links.collect(),
    }
}

fn store(spans: usize) -> Store {
    Store::new(Bounds {
        spans,
        bytes: 1 << 30,
    })
}

fn add(store: &Store, spans: impl IntoIterator<Item = Span>) {
    store.add(Batch {
        spans: spans.into_iter().collect(),
        invalid: 0,
    });
}

/// Returns the numbers of spans and traces of each flow, the newest first.
fn sizes(store: &Store) -> Vec<(usize, usize)> {
    let flows = store.list(0, 1_000);
    flows.iter().map(|flow| (flow.spans, flow.traces)).collect()
}

fn is_kept(store: &Store, number: u64) -> bool {
    let snapshot = store.flow(trace(number));
    snapshot.is_some_and(|flow| flow.spans.iter().any(|span| span.trace == trace(number)))
}

#[test]
fn traces_are_one_flow_in_each_order_of_arrival() {
    let spans = [
        span(0, 0, &[]),
        span(1, 0, &[0]),
        span(2, 0, &[1]),
        span(3, 0, &[0, 2]),
    ];
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]] {
        let store = store(100);
        for place in order {
            add(&store, [spans[place].clone()]);
        }
        assert_eq!(sizes(&store), [(4, 4)], "{order:?}");
        assert_eq!(store.flow(trace(3)).unwrap().spans.len(), 4);
    }
}

#[test]
fn traces_with_one_missing_producer_are_one_flow() {
    let store = store(100);
    add(&store, [span(1, 0, &[0]), span(2, 0, &[0])]);
    assert_eq!(sizes(&store), [(2, 2)]);
    assert_eq!(store.list(0, 1)[0].name, "span 1");
    // The page of the trace is the flow's, which is named after it once it arrives.
    assert!(store.flow(trace(0)).is_some());
    add(&store, [span(0, 0, &[])]);
    assert_eq!(sizes(&store), [(3, 3)]);
    assert_eq!(store.list(0, 1)[0].name, "span 0");
}

#[test]
fn traces_without_links_are_flows_of_their_own_and_the_newest_is_first() {
    let store = store(100);
    add(&store, [span(0, 0, &[]), span(1, 0, &[])]);
    let names = |store: &Store| {
        let flows = store.list(0, 10);
        flows
            .iter()
            .map(|flow| flow.name.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&store), ["span 1", "span 0"]);
    add(&store, [span(0, 1, &[])]);
    assert_eq!(names(&store), ["span 0", "span 1"]);
    assert_eq!(store.list(1, 10).len(), 1);
}

#[test]
fn span_that_arrives_twice_counts_once() {
    let store = store(100);
    let mut failed = span(0, 0, &[1]);
    failed.status = Status::Error(String::new());
    add(&store, [failed.clone(), span(1, 0, &[])]);
    let once = store.kept().bytes;
    for _ in 0..3 {
        add(&store, [failed.clone(), span(1, 0, &[])]);
    }
    let flow = &store.list(0, 10)[0];
    assert_eq!((flow.spans, flow.traces, flow.failed), (2, 2, 1));
    assert_eq!((store.kept().spans, store.kept().bytes), (2, once));
}

#[test]
fn flow_with_the_oldest_last_arrival_is_evicted_with_any_clock() {
    let store = store(4);
    let mut future = span(0, 0, &[]);
    (future.start, future.end) = (u64::MAX, u64::MAX);
    add(&store, [future, span(1, 0, &[]), span(2, 0, &[1])]);
    add(&store, [span(0, 1, &[])]);
    add(&store, [span(3, 0, &[])]);
    // Flow 0 arrived first, but has a newer span.
    assert!(is_kept(&store, 0) && is_kept(&store, 3));
    assert!(!is_kept(&store, 1) && !is_kept(&store, 2));
    assert_eq!((store.kept().spans, store.kept().evicted), (3, 2));
}

#[test]
fn flow_larger_than_the_bound_loses_what_arrived_first() {
    let store = store(50);
    for number in 0..500 {
        add(
            &store,
            [span(1_000, number, &[]), span(number + 1, 0, &[1_000])],
        );
        assert!(store.kept().spans <= 50);
    }
    assert!(is_kept(&store, 500) && !is_kept(&store, 1));
    let kept = store.kept();
    assert_eq!(kept.spans + kept.evicted, 1_000);
    let shown: usize = sizes(&store).iter().map(|(spans, _)| spans).sum();
    assert_eq!(shown, kept.spans);
}

#[test]
fn trace_larger_than_the_bound_loses_what_arrived_first() {
    let store = store(50);
    add(&store, (0..500).map(|number| span(0, number, &[])));
    let kept = store.kept();
    assert!((40..=50).contains(&kept.spans), "{}", kept.spans);
    assert!(
        store
            .flow(trace(0))
            .unwrap()
            .spans
            .iter()
            .any(|span| span.id == id(499))
    );
}

#[test]
fn bytes_are_bounded_too() {
    let store = Store::new(Bounds {
        spans: 1_000_000,
        bytes: 1 << 20,
    });
    for number in 0..200 {
        let mut large = span(number, 0, &[]);
        large.name = "x".repeat(50_000);
        add(&store, [large]);
        assert!(store.kept().bytes <= 1 << 20);
    }
    assert!(is_kept(&store, 199) && !is_kept(&store, 0));
    // An evicted flow leaves nothing.
    add(&store, [span(1_000, 0, &[])]);
    let mut last = span(1_001, 0, &[]);
    last.name = "x".repeat(1 << 20);
    add(&store, [last]);
    assert_eq!((store.kept().spans, store.kept().bytes), (0, 0));
}

#[test]
fn links_to_traces_that_never_come_are_paid_for() {
    let store = Store::new(Bounds {
        spans: 1_000_000,
        bytes: 1 << 20,
    });
    for number in 0..100 {
        let links: Vec<u64> = (0..1_000)
            .map(|link| 1_000_000 + number * 1_000 + link)
            .collect();
        add(&store, [span(number, 0, &links)]);
    }
    assert!(store.kept().evicted > 90, "{}", store.kept().evicted);
}

#[test]
fn each_change_has_a_version() {
    let store = store(10);
    let mut changes = store.changes();
    assert!(!changes.has_changed().unwrap());
    add(&store, [span(0, 0, &[])]);
    assert!(changes.has_changed().unwrap());
    changes.mark_unchanged();
    store.refused(&Refusal::TooSlow);
    assert!(changes.has_changed().unwrap());
    assert_eq!(store.kept().refused.requests, 1);
}
