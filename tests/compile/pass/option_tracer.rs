//! `tracer = …`: a value, a `&'static`, an `Arc`, and an expression over `self`.
#![deny(warnings)]

use std::sync::{Arc, LazyLock};

use linked_span::{Origin, linked_span};
use linked_span_tests::Sdk;
use opentelemetry::global::{self, BoxedTracer};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};

static PROVIDER: LazyLock<SdkTracerProvider> = LazyLock::new(SdkTracerProvider::default);
static TRACER: LazyLock<SdkTracer> = LazyLock::new(|| PROVIDER.tracer("static"));

#[linked_span(event, tracer = PROVIDER.tracer("value"))]
fn value(event: &Origin) {}

#[linked_span(event, tracer = global::tracer("boxed"))]
fn boxed(event: &Origin) {}

#[linked_span(event, tracer = &*TRACER)]
fn reference(event: &Origin) {}

#[linked_span(event, tracer = Arc::clone(tracer))]
async fn shared(event: &Origin, tracer: &Arc<SdkTracer>) {}

#[linked_span(event, tracer = tracer.clone())]
async fn of_a_parameter(event: &Origin, tracer: SdkTracer) -> SdkTracer {
    tracer
}

#[derive(Clone)]
struct Shop {
    tracer: SdkTracer,
    shared: Arc<BoxedTracer>,
}

impl Shop {
    #[linked_span(event, tracer = self.tracer.clone())]
    fn method(&self, event: &Origin) {}

    #[linked_span(event, tracer = self.shared.clone())]
    async fn async_method(self, event: Origin) -> Origin {
        event
    }
}

#[tokio::test]
async fn runs() {
    let _alone = Sdk::install();
    let event = &Origin::default();
    value(event);
    boxed(event);
    reference(event);
    shared(event, &Arc::new(PROVIDER.tracer("arc"))).await;
    of_a_parameter(event, PROVIDER.tracer("parameter")).await;
    let shop = Shop {
        tracer: PROVIDER.tracer("self"),
        shared: Arc::new(global::tracer("self")),
    };
    shop.method(event);
    shop.async_method(event.clone()).await;
}
