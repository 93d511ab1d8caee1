//! `crate = …`: the runtime by another name, or behind another crate.
#![deny(warnings)]

mod telemetry {
    pub(crate) mod tracing {
        pub(crate) use linked_span as spans;
    }
    pub(crate) use ::linked_span::{LinkedEvent, linked_span as handler};
}

use linked_span_tests::{Sdk, here};
use telemetry::handler;
use telemetry::tracing::spans::Origin;

/// Hides the extern crate's name, so that only the path can be meant.
#[allow(dead_code)]
mod linked_span {}

#[derive(telemetry::LinkedEvent)]
#[event(crate = telemetry::tracing::spans, type = "order")]
struct Order {
    id: u64,
    #[event(key, attribute = "order.number")]
    number: u64,
    metadata: Origin,
}

#[derive(telemetry::LinkedEvent)]
#[event(crate = crate::option_crate::telemetry::tracing::spans)]
enum Event {
    Order(Order),
}

#[handler(event, crate = crate::option_crate::telemetry::tracing::spans, attributes(a = "text", b = %event.id))]
async fn later(event: &Order) -> Result<u64, String> {
    here();
    Ok(event.number)
}

#[handler(event(origin = event.metadata.clone()), kind = internal, crate = telemetry::tracing::spans)]
fn plain(event: &Order) {
    here();
}

#[handler(event, crate = ::linked_span)]
fn by_itself(event: &Event) {
    here();
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let event = Order {
        id: 1,
        number: 2,
        metadata: Origin::default(),
    };
    later(&event).await.unwrap();
    plain(&event);
    by_itself(&Event::Order(event));
    sdk.assert_each_body_ran_inside(3);
}
