//! Parameters that are patterns.
#![deny(warnings)]

use linked_span::{LinkedEvent, Origin, linked_span};
use linked_span_tests::{Sdk, here, here_and};

#[derive(Clone, LinkedEvent)]
struct OrderCreated {
    id: String,
    total: u32,
    metadata: Origin,
}

#[derive(Clone)]
struct Json<T>(T);

#[derive(Clone)]
struct State {
    prefix: &'static str,
}

impl<T: LinkedEvent> LinkedEvent for Json<T> {
    fn origin(&self) -> Origin {
        self.0.origin()
    }
}

#[linked_span]
fn destructured(OrderCreated { id, .. }: OrderCreated) -> String {
    here_and(id)
}

#[linked_span(attributes(order.id = id, total = %total))]
async fn spoken_of(OrderCreated { id, total, .. }: OrderCreated) -> String {
    here_and(format!("{id}: {total}"))
}

#[linked_span(name = format!("order {id}"), attributes(order.id = id))]
fn only_spoken_of(
    OrderCreated {
        ref id, mut total, ..
    }: OrderCreated,
) -> u32 {
    here();
    let _ = id;
    total += 1;
    total
}

#[linked_span(attributes(total = total))]
fn by_reference(&OrderCreated { total, ref id, .. }: &OrderCreated) -> (u32, String) {
    here_and((total, id.clone()))
}

#[linked_span(attributes(total = total))]
fn matched_through(OrderCreated { total, .. }: &OrderCreated) -> u32 {
    here_and(*total)
}

#[linked_span]
fn wrapped(Json(event): Json<OrderCreated>) -> String {
    here_and(event.id)
}

#[linked_span(event, attributes(order.id = event.id, prefix = state.prefix))]
fn beside_another(Json(event): Json<OrderCreated>, state: &State) -> String {
    here_and(format!("{}{}", state.prefix, event.id))
}

#[linked_span(event)]
async fn beside_another_pattern(
    Json(event): Json<OrderCreated>,
    State { prefix }: State,
) -> String {
    here_and(format!("{prefix}{}", event.id))
}

#[linked_span(event)]
async fn mutable_inside(Json(mut event): Json<OrderCreated>, _: usize) -> String {
    here();
    event.id.push('!');
    event.id
}

#[linked_span(whole)]
fn bound_whole(whole @ OrderCreated { .. }: OrderCreated, _other: usize) -> u32 {
    here_and(whole.total)
}

#[linked_span(event)]
fn mutable(mut event: OrderCreated, mut count: u32) -> u32 {
    here();
    event.total += 1;
    count += event.total;
    count
}

#[linked_span]
async fn ignored(_: OrderCreated) {
    here();
}

#[linked_span]
fn underscored(_event: &OrderCreated) {
    here();
}

#[linked_span(event)]
fn beside_a_tuple(event: &OrderCreated, (one, two): (u32, u32), [three, ..]: [u32; 2]) -> u32 {
    here_and(event.total + one + two + three)
}

#[linked_span(event)]
fn with_attributes(event: &OrderCreated, #[allow(unused_variables)] other: u32) -> u32 {
    here_and(event.total)
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let event = OrderCreated {
        id: "o-1".to_owned(),
        total: 1,
        metadata: Origin::default(),
    };
    let json = Json(event.clone());
    destructured(event.clone());
    spoken_of(event.clone()).await;
    only_spoken_of(event.clone());
    by_reference(&event);
    matched_through(&event);
    wrapped(json.clone());
    beside_another(json.clone(), &State { prefix: "x" });
    beside_another_pattern(json.clone(), State { prefix: "x" }).await;
    assert_eq!(mutable_inside(json, 1).await, "o-1!");
    bound_whole(event.clone(), 1);
    mutable(event.clone(), 1);
    ignored(event.clone()).await;
    underscored(&event);
    beside_a_tuple(&event, (1, 2), [3, 4]);
    with_attributes(&event, 1);
    sdk.assert_each_body_ran_inside(15);
    assert_eq!(sdk.spans()[2].name, "order o-1");
}
