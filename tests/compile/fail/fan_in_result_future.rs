//! Functions that return a future or a stream.

use linked_span::{LinkedEvent, Origin, fan_in};

use std::pin::Pin;

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

type Handled = Pin<Box<dyn Future<Output = ()> + Send>>;
type BoxFuture<'f, T> = Pin<Box<dyn Future<Output = T> + Send + 'f>>;

trait Stream {}

#[fan_in(payment, inventory)]
fn opaque(payment: Event, inventory: Event) -> impl Future<Output = ()> {
    async {}
}

#[fan_in(payment, inventory)]
fn boxed(payment: Event, inventory: Event) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async {})
}

#[fan_in(payment, inventory)]
fn boxed_by_name(payment: Event, inventory: Event) -> BoxFuture<'static, ()> {
    Box::pin(async {})
}

#[fan_in(payment, inventory)]
fn aliased(payment: Event, inventory: Event) -> Handled {
    Box::pin(async {})
}

#[fan_in(payment, inventory)]
fn boxed_stream(payment: Event, inventory: Event) -> Pin<Box<dyn Stream>> {
    loop {}
}

#[fan_in(payment, inventory)]
fn opaque_stream(payment: Event, inventory: Event) -> impl Stream {
    struct Empty;
    impl Stream for Empty {}
    Empty
}

fn main() {}
