//! A handler with its own tracer, in a process without a global provider.

use std::sync::LazyLock;

use linked_span::linked_span;
use opentelemetry::Context;
use opentelemetry::trace::{TraceContextExt, TracerProvider};
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};

use super::{Event, event};

static TRACER: LazyLock<SdkTracer> =
    LazyLock::new(|| SdkTracerProvider::builder().build().tracer("own"));

fn has_span() -> bool {
    Context::map_current(|context| context.span().span_context().is_valid())
}

#[linked_span(event)]
fn without_sdk(event: &Event) -> bool {
    has_span()
}

#[linked_span(event, tracer = &*TRACER)]
fn with_own_tracer(event: &Event) -> bool {
    has_span()
}

#[test]
fn own_tracer_after_a_handler_without_an_sdk_makes_a_span() {
    let event = event();
    // The first call asks for a provider. The second one remembers that there is none.
    assert!(!without_sdk(&event));
    assert!(!without_sdk(&event));
    assert!(with_own_tracer(&event));
    assert!(!without_sdk(&event));
}
