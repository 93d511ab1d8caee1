//! One parameter or several, each an event or a batch.

#![deny(warnings)]

use std::collections::VecDeque;
use std::sync::Arc;

use linked_span::{Events, LinkedEvent, Origin, linked_span};
use linked_span_tests::{Sdk, here, here_and};
use opentelemetry::trace::SpanContext;

#[linked_span(events)]
fn generic<E: LinkedEvent>(events: &[E]) {
    here();
}

#[linked_span(events)]
fn any_batch(events: &impl Events) {
    here();
}

#[linked_span(batch)]
async fn owned<const LENGTH: usize>(batch: [Origin; LENGTH]) -> usize {
    here_and(batch.len())
}

struct Json<T>(T);

#[linked_span]
fn destructured(Json(events): Json<VecDeque<Origin>>) {
    here();
    drop(events);
}

#[linked_span(first, rest, context(origin = context), relationship = "given")]
fn several(first: Origin, rest: Arc<[Origin]>, context: &SpanContext) {
    here();
    drop((first, rest));
}

struct Poll(Vec<Origin>);

impl Events for Poll {
    fn events(&self) -> impl Iterator<Item = impl LinkedEvent> {
        self.0.iter()
    }
}

impl Poll {
    #[linked_span(self)]
    fn store(&self) {
        here();
    }
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    generic::<Origin>(&[]);
    any_batch(&Poll(Vec::new()));
    owned([]).await;
    destructured(Json(VecDeque::new()));
    several(Origin::default(), Arc::new([]), &SpanContext::NONE);
    Poll(Vec::new()).store();
    sdk.assert_each_body_ran_inside(6);
}
