//! Handlers in a crate that only knows linked-span through another crate's re-export.

use std::pin::Pin;
use std::time::Duration;

use linked_span_tests::{Sdk, here, here_and};
use linked_span_tests_renamed::telemetry::fan_in::Arrival;
use linked_span_tests_renamed::telemetry::{Keyed, LinkedEvent, Origin, fan_in, linked_span};
use linked_span_tests_renamed::{Join, Order, handle, telemetry};

#[derive(LinkedEvent)]
#[event(crate = telemetry)]
enum Event {
    Order(Order),
    #[event(type = "other")]
    Other {
        id: Option<String>,
        #[event(key)]
        key: char,
        metadata: Origin,
    },
}

#[linked_span(event, crate = telemetry, name = format!("of {:?}", event.id()))]
fn plain(event: &Event) -> Result<usize, String> {
    here();
    Ok(event.key().len())
}

#[linked_span(event(origin = event.origin(), attributes(key = %event.key())), crate = ::linked_span_tests_renamed::telemetry)]
fn boxed(event: &Event) -> Pin<Box<dyn Future<Output = usize> + Send + '_>> {
    Box::pin(async move { here_and(event.key().len()) })
}

#[linked_span(events, crate = telemetry)]
async fn batch(events: &[Event]) -> usize {
    here_and(events.len())
}

#[linked_span(first, rest, crate = telemetry)]
fn several(first: Event, rest: Vec<Event>) -> impl Future<Output = usize> {
    let first = usize::from(first.id().is_some());
    async move {
        here();
        first + rest.len()
    }
}

#[fan_in(first, second(key = second.number), crate = telemetry)]
fn joined(first: &Event, second: Order) -> Order {
    here();
    let _ = first;
    second
}

macro_rules! handler {
    ($runtime:path, $name:ident) => {
        #[linked_span(event, crate = $runtime)]
        fn $name(event: &Event) {
            here();
            let _ = event;
        }
    };
}
handler!(linked_span_tests_renamed::telemetry, made_by_a_macro);

#[tokio::test]
async fn reexported_handler_runs_in_its_span() {
    let sdk = Sdk::install();
    let order = || {
        Event::Order(Order {
            number: 7,
            ..Order::default()
        })
    };
    let other = Event::Other {
        id: None,
        key: 'x',
        metadata: Origin::default(),
    };
    assert_eq!(
        handle(
            &Order {
                number: 7,
                ..Order::default()
            },
            here
        )
        .await,
        Ok(7)
    );
    assert_eq!(plain(&order()), Ok(1));
    assert_eq!(boxed(&other).await, 1);
    assert_eq!(batch(&[order(), other]).await, 2);
    assert_eq!(several(order(), vec![order()]).await, 2);
    made_by_a_macro(&order());
    sdk.assert_each_body_ran_inside(6);
}

#[tokio::test]
async fn reexported_join_runs_in_its_span() {
    let sdk = Sdk::install();
    let timeout = Duration::from_secs(600);
    let order = || Order {
        number: 7,
        ..Order::default()
    };
    let joins = Joined::in_memory(timeout);
    joins.first(Event::Order(order())).map(drop).unwrap();
    let arrival = joins.second(order());
    assert!(matches!(arrival, Ok(Arrival::Ran(Order { number: 7, .. }))));
    let joins = Join::in_memory(timeout);
    joins.order(order(), here).await.map(drop).unwrap();
    let arrival = joins.payment(order(), here).await;
    assert!(matches!(arrival, Ok(Arrival::Ran(Ok(14)))));
    joins.sweep(here).await.map(drop).unwrap();
    sdk.assert_each_body_ran_inside(2);
}
