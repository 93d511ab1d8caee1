//! The text of a failed assertion.

use std::panic::{AssertUnwindSafe, catch_unwind};

use linked_span::testing::{self, Capture};
use linked_span::{LinkedEvent, Origin, WithOrigin, linked_span};
use opentelemetry::global;
use opentelemetry::trace::Tracer;

#[derive(LinkedEvent)]
struct Order {
    id: String,
    metadata: Origin,
}

#[linked_span(event, relationship = "ordered_by")]
fn reserve(event: &Order) -> Result<(), String> {
    global::tracer("test").in_span("select_stock", |_| {});
    Err("out of stock".to_owned())
}

fn order(spans: &Capture) -> Order {
    Order {
        id: "o-1".to_owned(),
        metadata: spans.producer(),
    }
}

/// Returns the message with which an assertion panics.
#[track_caller]
fn message(assert: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(assert)).expect_err("the assertion should fail");
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => (*panic.downcast::<&str>().expect("text")).to_owned(),
    }
}

#[test]
fn failed_assertion_prints_the_tree_with_its_links() {
    let spans = testing::capture();
    let _ = reserve(&order(&spans));
    let printed = message(|| {
        spans.one("reserved");
    });
    let expected = "no span `reserved` has ended

The capture has:
  reserve (Consumer) event.id=o-1 error.type=alloc::string::String, failed: out of stock, event exception
    -> producer 1 link.relationship=ordered_by
    select_stock (Internal)
";
    assert_eq!(printed, expected);
}

#[test]
fn each_assertion_fails_where_it_does_not_hold() {
    let spans = testing::capture();
    let (event, other) = (order(&spans), order(&spans));
    let _ = reserve(&event);
    let ok = WithOrigin::new("", spans.producer());
    global::tracer("test").in_span("fine", |_| {});

    let reserve = || spans.one("reserve");
    let begins = |expected: &str, assert: &dyn Fn()| {
        let printed = message(assert);
        let first = printed.lines().next().unwrap_or_default();
        assert_eq!(first, expected);
        assert!(printed.contains("\n  reserve (Consumer)"), "{printed}");
    };
    begins("`reserve` is not linked to the event", &|| {
        reserve().linked_to(&other);
    });
    begins("`reserve` is not linked to the event as `ordered`", &|| {
        reserve().linked_as(&event, "ordered");
    });
    begins("`reserve` is linked to the event", &|| {
        reserve().not_linked_to(&event);
    });
    begins("`reserve` has 1 links, not 2", &|| {
        reserve().links(2);
    });
    begins(r#"`reserve` has event.id="o-1", not "o-2""#, &|| {
        reserve().has("event.id", "o-2");
    });
    begins("`reserve` has no attribute `event.idea`", &|| {
        reserve().has("event.idea", "o-1");
    });
    begins("`reserve` is not a child of that span", &|| {
        reserve().child_of(&event);
    });
    begins("`select_stock` has a parent", &|| {
        spans.one("select_stock").root();
    });
    begins("`reserve` has not failed with `in stock`", &|| {
        reserve().failed_with("in stock");
    });
    begins("`fine` has not failed", &|| {
        spans.one("fine").failed_with("");
    });
    begins("`reserve` has not succeeded", &|| {
        reserve().succeeded();
    });
    begins("`reserve` was not cancelled", &|| {
        reserve().cancelled();
    });
    begins("`reserve` is linked to the event", &|| {
        spans.not_linked(&event);
    });
    drop(ok);
}

#[test]
fn each_assertion_passes_where_it_holds() {
    let spans = testing::capture();
    let event = order(&spans);
    let _ = reserve(&event);
    let parent = spans
        .one("reserve")
        .linked_to(&event)
        .linked_as(&event, "ordered_by")
        .not_linked_to(&order(&spans))
        .links(1)
        .has("event.id", "o-1")
        .has("event.id", "o-1".to_owned())
        .root()
        .failed_with("out of stock")
        .failed_with("String");
    spans
        .one("select_stock")
        .child_of(&parent)
        .succeeded()
        .links(0);
}

#[test]
fn one_fails_where_there_are_two() {
    let spans = testing::capture();
    for _ in 0..2 {
        let _ = reserve(&order(&spans));
    }
    let printed = message(|| {
        spans.one("reserve");
    });
    assert!(
        printed.starts_with("2 spans `reserve` have ended, not 1\n"),
        "{printed}"
    );
    assert_eq!(spans.all("reserve").len(), 2);
}

#[test]
fn event_without_an_origin_is_refused_by_assertions() {
    let spans = testing::capture();
    let _ = reserve(&order(&spans));
    let printed = message(|| {
        spans.one("reserve").not_linked_to(&Origin::default());
    });
    assert!(printed.starts_with("give the event an origin"), "{printed}");
}

#[test]
fn empty_capture_prints_what_is_still_open() {
    let spans = testing::capture();
    let printed = global::tracer("test").in_span("unfinished", |_| spans.tree());
    assert_eq!(
        printed,
        "The capture has no span that has ended.\nStill open: unfinished\n"
    );
}
