//! The options of the attribute.

use std::sync::LazyLock;

use linked_span::{LinkedEvent, Origin, linked_span};
use linked_span_tests::{Sdk, active, pairs, producer};
use opentelemetry::trace::{SpanId, SpanKind, TraceContextExt, TracerProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, Sampler, SdkTracer, SdkTracerProvider};

#[derive(LinkedEvent)]
#[event(type = "order.created")]
struct OrderCreated {
    id: &'static str,
    total: u64,
    coupon: Option<String>,
    metadata: Origin,
}

fn order() -> OrderCreated {
    OrderCreated {
        id: "o-1",
        total: 30,
        coupon: None,
        metadata: producer(1).into(),
    }
}

mod keys {
    pub(super) const ORDER_TOTAL: &str = "order.total";
}

#[linked_span(order)]
fn by_default(order: &OrderCreated) {}

#[test]
fn handler_without_options_has_the_defaults() {
    let sdk = Sdk::install();
    by_default(&order());
    let span = sdk.span();
    assert_eq!(span.name, "by_default");
    assert_eq!(span.span_kind, SpanKind::Consumer);
    assert_eq!(span.parent_span_id, SpanId::INVALID);
    assert_eq!(span.instrumentation_scope.name(), env!("CARGO_PKG_NAME"));
    assert_eq!(
        span.instrumentation_scope.version(),
        Some(env!("CARGO_PKG_VERSION"))
    );
}

#[linked_span(
    order(attributes(tenant = "a", "link.event_type" = "renamed")),
    name = format!("consume {}", order.id),
    kind = server,
    relationship = "caused_by",
    attributes(
        order.total = order.total,
        keys::ORDER_TOTAL = order.total * 2,
        "order.coupon" = order.coupon,
        order.id = %order.id,
        order.debug = ?order.coupon,
        event.type = "mine",
        order.ratio = 0.5,
        order.new = true,
    ),
    scope = "shop",
)]
fn with_everything(order: &OrderCreated) {}

#[test]
fn option_of_every_kind_is_recorded() {
    let sdk = Sdk::install();
    with_everything(&order());
    let span = sdk.span();
    assert_eq!(span.name, "consume o-1");
    assert_eq!(span.span_kind, SpanKind::Server);
    assert_eq!(span.instrumentation_scope.name(), "shop");
    assert_eq!(span.instrumentation_scope.version(), None);
    assert_eq!(
        pairs(&span.attributes),
        [
            ("event.id", "o-1".into()),
            ("event.type", "mine".into()),
            ("order.total", 60.into()),
            ("order.id", "o-1".into()),
            ("order.debug", "None".into()),
            ("order.ratio", 0.5.into()),
            ("order.new", true.into()),
        ]
    );
    assert_eq!(
        pairs(&span.links.links[0].attributes),
        [
            ("link.relationship", "caused_by".into()),
            ("link.event_type", "renamed".into()),
            ("tenant", "a".into()),
        ]
    );
}

#[test]
fn sampler_gets_links_and_attributes_at_the_start() {
    let sdk = Sdk::install();
    with_everything(&order());
    let (span, [sampled]) = (sdk.span(), &sdk.sampled()[..]) else {
        panic!("asked more than once");
    };
    assert_eq!(sampled.name, span.name);
    assert_eq!(sampled.kind, span.span_kind);
    assert_eq!(sampled.attributes, span.attributes);
    assert_eq!(sampled.links, span.links.links);
    assert_eq!(sampled.links[0].span_context, producer(1));
}

#[test]
fn unsampled_handler_has_an_unsampled_context() {
    #[linked_span(order)]
    fn is_sampled(order: &OrderCreated) -> (SpanId, bool) {
        opentelemetry::Context::map_current(|context| {
            let span = context.span();
            (
                span.span_context().span_id(),
                span.span_context().is_sampled(),
            )
        })
    }

    let sdk = Sdk::install_with(Sampler::AlwaysOff);
    let (id, sampled) = is_sampled(&order());
    assert_ne!(id, SpanId::INVALID);
    assert!(!sampled);
    assert_eq!(sdk.spans().len(), 0);
    assert_eq!(sdk.sampled().len(), 1);
}

macro_rules! kinds {
    ($($kind:ident $Kind:ident)*) => { $(
        #[test]
        fn $kind() {
            #[linked_span(event, kind = $kind)]
            fn handler(event: &Origin) {}

            let sdk = Sdk::install();
            handler(&Origin::default());
            assert_eq!(sdk.span().span_kind, SpanKind::$Kind);
        }
    )* };
}

mod kinds {
    use super::*;

    kinds!(consumer Consumer producer Producer internal Internal server Server client Client);
}

#[linked_span(order, parent = current)]
fn of_the_active(order: &OrderCreated) {}

#[linked_span(order, parent = root)]
fn at_the_root(order: &OrderCreated) {}

#[linked_span(order, parent = event)]
fn of_the_event(order: &OrderCreated) {}

#[test]
fn parent_option_under_an_active_span_selects_the_parent() {
    let sdk = Sdk::install();
    let _guard = active(producer(2)).attach();
    of_the_active(&order());
    at_the_root(&order());
    of_the_event(&order());
    let [active, root, event] = &sdk.spans()[..] else {
        panic!("expected three spans");
    };
    assert_eq!(active.parent_span_id, producer(2).span_id());
    assert_eq!(active.span_context.trace_id(), producer(2).trace_id());
    assert_eq!(root.parent_span_id, SpanId::INVALID);
    assert_ne!(root.span_context.trace_id(), producer(2).trace_id());
    assert_ne!(root.span_context.trace_id(), producer(1).trace_id());
    assert_eq!(event.parent_span_id, producer(1).span_id());
    assert_eq!(event.span_context.trace_id(), producer(1).trace_id());
    assert!(event.parent_span_is_remote);
    for span in [active, root, event] {
        assert_eq!(span.links.links[0].span_context, producer(1));
    }
}

/// A parent-based sampler must not treat a missing producer as one that was not sampled.
#[test]
fn parent_event_without_an_origin_is_ignored() {
    let sdk = Sdk::install_with(Sampler::ParentBased(Box::new(Sampler::AlwaysOn)));
    let order = OrderCreated {
        metadata: Origin::default(),
        ..order()
    };
    of_the_event(&order);
    at_the_root(&order);
    let guard = active(producer(2)).attach();
    of_the_event(&order);
    drop(guard);
    let [event, root, under_active] = &sdk.spans()[..] else {
        panic!("expected three spans");
    };
    assert_eq!(event.parent_span_id, SpanId::INVALID);
    assert_eq!(root.parent_span_id, SpanId::INVALID);
    assert_eq!(under_active.parent_span_id, producer(2).span_id());
}

static EXPORTER: LazyLock<InMemorySpanExporter> = LazyLock::new(InMemorySpanExporter::default);

static TRACER: LazyLock<SdkTracer> = LazyLock::new(|| {
    let exporter = EXPORTER.clone();
    SdkTracerProvider::builder()
        .with_simple_exporter(exporter)
        .build()
        .tracer("my own")
});

#[linked_span(order, tracer = TRACER.clone())]
fn by_value(order: &OrderCreated) {}

#[linked_span(order, tracer = &*TRACER)]
async fn by_reference(order: &OrderCreated) {}

#[linked_span(order, tracer = &*TRACER)]
fn later(order: &OrderCreated) -> impl Future<Output = ()> + use<> {
    async {}
}

#[tokio::test]
async fn tracer_option_is_used() {
    let sdk = Sdk::install();
    by_value(&order());
    by_reference(&order()).await;
    later(&order()).await;
    assert_eq!(sdk.spans().len(), 0);
    let spans = EXPORTER.get_finished_spans().expect("spans");
    let names: Vec<_> = spans.iter().map(|span| &*span.name).collect();
    assert_eq!(names, ["by_value", "by_reference", "later"]);
    for span in &spans {
        assert_eq!(span.instrumentation_scope.name(), "my own");
        assert_eq!(span.links.links[0].span_context, producer(1));
    }
}

/// The span context that a no-op tracer returns is not the handler's span.
#[test]
fn tracer_option_of_a_noop_tracer_records_nothing() {
    use opentelemetry::trace::noop::NoopTracer;

    #[linked_span(order, tracer = NoopTracer::new())]
    fn nothing(order: &OrderCreated) -> SpanId {
        opentelemetry::Context::map_current(|context| context.span().span_context().span_id())
    }

    let _guard = active(producer(2)).attach();
    assert_eq!(nothing(&order()), producer(2).span_id());
}
