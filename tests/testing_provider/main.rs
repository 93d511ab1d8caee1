//! A program that installs its own tracer provider beside `linked_span::testing`. Each order is a process.

use std::panic::{AssertUnwindSafe, catch_unwind};

use linked_span::testing;
use opentelemetry::global;
use opentelemetry::trace::Tracer;
use opentelemetry::trace::noop::NoopTracerProvider;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};

/// Returns the message with which `assert` panics.
fn message(assert: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(assert)).expect_err("it should fail");
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => (*panic.downcast::<&str>().expect("text")).to_owned(),
    }
}

fn own_provider() -> (InMemorySpanExporter, SdkTracerProvider) {
    let exporter = InMemorySpanExporter::default();
    let builder = SdkTracerProvider::builder().with_simple_exporter(exporter.clone());
    (exporter, builder.build())
}

/// This is one test, because the provider is global.
#[test]
fn own_provider_is_a_loud_error_before_and_after() {
    const LOUD: &str = "remove the program's own tracer provider from tests";

    let (exporter, provider) = own_provider();
    global::set_tracer_provider(provider);
    let refused = message(|| drop(testing::capture()));
    assert!(refused.starts_with(LOUD), "{refused}");
    assert!(
        exporter.get_finished_spans().expect("spans").is_empty(),
        "it is probed unseen"
    );

    global::set_tracer_provider(NoopTracerProvider::new());
    let spans = testing::capture();
    global::tracer("test").in_span("before", |_| {});
    spans.one("before");

    // The captured spans are kept, but no assertion may rely on them being complete.
    for replacing in [
        (|| global::set_tracer_provider(own_provider().1)) as fn(),
        || linked_span::set_tracer_provider(own_provider().1),
        || global::set_tracer_provider(NoopTracerProvider::new()),
    ] {
        replacing();
        let refused = message(|| {
            spans.one("before");
        });
        assert!(refused.starts_with(LOUD), "{refused}");
        assert!(message(|| drop(spans.eventually("before"))).starts_with(LOUD));
        assert!(message(|| spans.not_linked(&spans.producer())).starts_with(LOUD));
        assert!(
            spans.tree().contains("before"),
            "a provider that ends keeps captures"
        );
    }

    // Without a provider, the next capture installs ours again.
    let again = testing::capture();
    global::tracer("test").in_span("after", |_| {});
    again.one("after");
    spans.one("before");
}
