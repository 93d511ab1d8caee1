//! Names of the prelude that mean something else, and every lint as an error.
#![no_implicit_prelude]
#![deny(
    warnings,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    let_underscore_drop,
    missing_docs,
    non_ascii_idents,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unused_import_braces,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    variant_size_differences
)]

/// What a careless expansion would name.
#[allow(
    dead_code,
    non_camel_case_types,
    clippy::missing_const_for_fn,
    clippy::redundant_pub_crate
)]
mod shadows {
    pub(crate) mod std {}
    pub(crate) mod core {}
    pub(crate) mod alloc {}
    pub(crate) mod opentelemetry {}
    pub(crate) struct Ok;
    pub(crate) struct Err;
    pub(crate) struct Some;
    pub(crate) struct None;
    pub(crate) struct Result;
    pub(crate) struct Option;
    pub(crate) struct Box;
    pub(crate) struct Pin;
    pub(crate) struct String;
    pub(crate) struct Vec;
    pub(crate) struct Cow;
    pub(crate) struct Context;
    pub(crate) struct Attributes;
    pub(crate) struct Start;
    pub(crate) struct str;
    pub(crate) struct bool;
    pub(crate) struct usize;
    pub(crate) trait Future {}
    pub(crate) trait Send {}
    pub(crate) trait From {}
    pub(crate) trait Into {}
    pub(crate) trait Fn {}
    pub(crate) trait FnOnce {}
    pub(crate) trait Drop {}
    pub(crate) trait Clone {}
    pub(crate) trait Display {}
    pub(crate) trait Outcome {}
    pub(crate) trait Describe {}
    pub(crate) trait Carrier {}
    pub(crate) trait Keyed {}
    pub(crate) struct Duration;
    pub(crate) struct Memory;
    pub(crate) struct JoinOptions;
    pub(crate) struct Join;
    pub(crate) struct Arrival;
    pub(crate) trait Debug {}
    pub(crate) trait Sync {}
    pub(crate) trait Store {}
    pub(crate) trait Iterator {}
    pub(crate) trait IntoIterator {}
    pub(crate) fn drop() {}
    pub(crate) fn handle() {}
    pub(crate) fn open() {}
    pub(crate) fn collect() {}
    pub(crate) fn ready() {}
    pub(crate) fn keyed() {}
}

/// What an expansion would call without a path.
#[allow(unused_macros)]
macro_rules! format_args {
    ($($token:tt)*) => {
        ::core::compile_error!("the user's")
    };
}
#[allow(unused_macros)]
macro_rules! unreachable {
    ($($token:tt)*) => {
        ::core::compile_error!("the user's")
    };
}

use ::linked_span::{LinkedEvent, Origin, fan_in, linked_span};
#[allow(unused_imports)]
use shadows::*;

#[derive(LinkedEvent)]
#[event(type = "order.created")]
struct Order {
    id: ::std::string::String,
    #[event(key, attribute = "order.number")]
    number: u64,
    metadata: Origin,
}

#[derive(LinkedEvent)]
struct Payment<T> {
    r#type: ::core::option::Option<::std::sync::Arc<::core::primitive::str>>,
    #[event(id)]
    number: T,
    #[event(metadata)]
    headers: ::std::vec::Vec<(::std::string::String, ::std::string::String)>,
}

#[derive(LinkedEvent)]
enum Event {
    Payment(Payment<u8>),
    #[event(type = "event")]
    Other {
        id: ::core::primitive::usize,
        metadata: Origin,
    },
}

#[linked_span(
    event,
    name = ::std::format!("handle {}", event.id),
    kind = internal,
    relationship = "follows",
    attributes(
        order.id = %event.id,
        debug = ?event.number,
        text = "text",
        "number" = event.number,
    ),
    parent = event,
    errors = type,
    scope = "hostile",
    level = "debug",
    target = "hostile"
)]
fn plain(event: &Order) -> ::core::result::Result<u64, ::std::fmt::Error> {
    ::linked_span_tests::here();
    if event.number == 0 {
        return ::core::result::Result::Err(::std::fmt::Error);
    }
    ::core::result::Result::Ok(event.number)
}

/// Has names like ours.
#[linked_span(
    event(
        origin = ::core::clone::Clone::clone(&event.metadata),
        relationship = "follows",
        attributes(a = %event.id, b = __linked_span_start)
    ),
    parent = root,
    errors = off
)]
async fn later(
    event: &Order,
    __linked_span_start: u64,
    __linked_span_returned: u64,
) -> ::core::result::Result<u64, ::std::fmt::Error> {
    ::linked_span_tests::here();
    let __linked_span_hint = __linked_span_start;
    let __linked_span_recorder = __linked_span_returned;
    let __linked_span_event = event.number;
    ::core::future::ready(()).await;
    ::core::result::Result::Ok(__linked_span_hint + __linked_span_recorder + __linked_span_event)
}

#[linked_span(attributes(id = id, __linked_span_event = __linked_span_event))]
fn destructured(
    Order {
        id,
        number: __linked_span_event,
        ..
    }: Order,
) -> ::std::string::String {
    ::linked_span_tests::here_and(::std::format!("{id}{__linked_span_event}"))
}

#[linked_span(event)]
fn boxed(
    event: &Event,
) -> ::core::pin::Pin<
    ::std::boxed::Box<dyn ::core::future::Future<Output = u64> + ::core::marker::Send + '_>,
> {
    ::std::boxed::Box::pin(async move {
        ::linked_span_tests::here();
        number(event)
    })
}

#[linked_span(event)]
fn boxed_after_a_statement(
    event: &Event,
) -> ::core::pin::Pin<
    ::std::boxed::Box<dyn ::core::future::Future<Output = u64> + ::core::marker::Send + '_>,
> {
    ::linked_span_tests::here();
    let number = number(event);
    ::std::boxed::Box::pin(async move { number })
}

#[linked_span(event)]
fn opaque(event: Payment<u8>) -> impl ::core::future::Future<Output = Payment<u8>> {
    async move {
        ::linked_span_tests::here();
        event
    }
}

#[linked_span(event)]
fn opaque_after_a_statement(
    mut event: Payment<u8>,
) -> impl ::core::future::Future<Output = Payment<u8>> {
    ::linked_span_tests::here();
    event.number += 1;
    async move { event }
}

#[linked_span]
fn nothing(event: &Order) {
    ::linked_span_tests::here();
    let _ = event.number;
}

#[linked_span(event)]
fn never(event: &Order) -> ! {
    ::std::process::exit(if event.number == 0 { 3 } else { 4 })
}

#[linked_span(event)]
async fn never_later(event: &Order) -> ! {
    ::linked_span_tests::here();
    ::core::future::ready(()).await;
    never(event)
}

#[linked_span(event)]
async fn generic<E, T>(event: E, value: T) -> (E, ::core::option::Option<T>)
where
    E: LinkedEvent + ::core::marker::Send,
    T: ::core::marker::Send,
{
    ::linked_span_tests::here();
    ::core::future::ready(()).await;
    (event, ::core::option::Option::Some(value))
}

/// What comes of it is a future, which is wrong in an `async` block only.
#[linked_span(event)]
async fn spawns(event: &Order) -> ::core::future::Ready<u64> {
    ::linked_span_tests::here();
    ::core::future::ready(()).await;
    ::core::future::ready(event.number)
}

#[linked_span(orders, attributes(batch.first = orders.first().map(|order| order.number)))]
fn batch(orders: &[Order]) -> ::core::primitive::usize {
    ::linked_span_tests::here_and(orders.len())
}

#[linked_span(events(attributes(source = "queue")), relationship = "batched")]
async fn batch_later(
    events: ::std::vec::Vec<Event>,
) -> ::core::result::Result<::core::primitive::usize, ::std::fmt::Error> {
    ::linked_span_tests::here();
    ::core::future::ready(()).await;
    ::core::result::Result::Ok(events.len())
}

#[linked_span(
    order(relationship = "payment_confirmation", attributes(number = order.number)),
    payment,
    number(origin = ::core::clone::Clone::clone(&order.metadata)),
    events
)]
async fn several(
    order: &Order,
    payment: Payment<u8>,
    number: u64,
    events: &[Event],
) -> ::core::option::Option<u64> {
    ::linked_span_tests::here();
    ::core::future::ready(()).await;
    ::core::option::Option::Some(
        order.number + <u64 as ::core::convert::From<u8>>::from(payment.number) + number,
    )
    .filter(|_| events.is_empty())
}

#[linked_span(order, payment)]
fn several_boxed(
    order: Order,
    payment: Payment<u8>,
) -> ::core::pin::Pin<
    ::std::boxed::Box<
        dyn ::core::future::Future<Output = (Order, Payment<u8>)> + ::core::marker::Send,
    >,
> {
    ::std::boxed::Box::pin(async move {
        ::linked_span_tests::here();
        (order, payment)
    })
}

struct Shop {
    tracer: ::std::sync::Arc<::opentelemetry_sdk::trace::SdkTracer>,
}

impl Shop {
    #[linked_span(event, tracer = ::core::clone::Clone::clone(&self.tracer))]
    async fn method<'s>(&'s self, event: &Order) -> ::core::option::Option<&'s Self> {
        ::linked_span_tests::here();
        ::core::future::ready(()).await;
        let _ = event.number;
        ::core::option::Option::Some(self)
    }
}

/// What is shipped.
#[derive(::core::clone::Clone, ::core::fmt::Debug, LinkedEvent)]
pub struct Parcel {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

/// Joins that everybody sees.
///
/// # Errors
///
/// If there is no weight.
#[fan_in(
    parcel(key = parcel.order, relationship = "packed", attributes(weight = weight)),
    label(origin = ::core::clone::Clone::clone(&label.metadata)),
    key = order,
    name = ::std::format!("ship {}", parcel.order),
    attributes(order.id = %parcel.order)
)]
pub fn ship<'s, T: ::core::convert::Into<u64>>(
    parcel: Parcel,
    label: &Parcel,
    weight: u64,
    shelf: &'s [u64],
    more: T,
) -> ::core::result::Result<&'s [u64], ::std::fmt::Error> {
    ::linked_span_tests::here();
    let Parcel { order, metadata } = parcel;
    ::core::mem::drop(metadata);
    if weight == order + label.order + more.into() {
        return ::core::result::Result::Err(::std::fmt::Error);
    }
    ::core::result::Result::Ok(shelf)
}

/// Joins with parameters of every kind, and names like ours.
#[fan_in(order, payment(key = 1))]
async fn pay<const SIZE: ::core::primitive::usize>(
    order: &Numbered,
    payment: &Payment<u8>,
    _: &Order,
    Parcel { order: number, .. }: &Parcel,
    text: impl ::core::fmt::Display + ::core::clone::Clone,
    list: &mut [u64; SIZE],
    __linked_span_came: ::std::string::String,
) -> ::std::string::String {
    ::linked_span_tests::here();
    ::core::future::ready(()).await;
    for each in list {
        *each = number + order.number;
    }
    ::std::format!("{text}{__linked_span_came}{}", payment.number)
}

/// Without `Clone`.
#[derive(LinkedEvent)]
struct Numbered {
    #[event(key)]
    number: u64,
    metadata: Origin,
}

const fn number(event: &Event) -> u64 {
    match event {
        Event::Payment(_) => 1,
        Event::Other { .. } => 2,
    }
}

#[allow(clippy::default_trait_access)]
fn order() -> Order {
    Order {
        id: ::core::default::Default::default(),
        number: 1,
        metadata: ::core::default::Default::default(),
    }
}

#[allow(clippy::default_trait_access)]
fn payment() -> Payment<u8> {
    Payment {
        r#type: ::core::option::Option::None,
        number: 1,
        headers: ::core::default::Default::default(),
    }
}

fn main() {
    ::tokio::runtime::Runtime::new()
        .expect("a runtime")
        .block_on(handle_all());
}

#[allow(
    clippy::default_trait_access,
    clippy::future_not_send,
    clippy::significant_drop_tightening
)]
async fn handle_all() {
    let sdk = ::linked_span_tests::Sdk::install();
    let order = order();
    let shop = Shop {
        tracer: ::std::sync::Arc::new(<::opentelemetry_sdk::trace::SdkTracerProvider as ::opentelemetry::trace::TracerProvider>::tracer(
            &::core::default::Default::default(),
            "hostile",
        )),
    };
    if order.number == 0 {
        never_later(&order).await;
    }
    nothing(&order);
    let other = Event::Other {
        id: 1,
        metadata: ::core::default::Default::default(),
    };
    let handled = (
        plain(&order),
        several(&order, payment(), 1, &[]).await,
        several_boxed(self::order(), payment()).await.0.number,
        batch(&[]),
        batch_later(::std::vec::Vec::new()).await,
        later(&order, 1, 1).await,
        shop.method(&order).await.is_some(),
        boxed(&Event::Payment(payment())).await,
        boxed_after_a_statement(&other).await,
        opaque(payment()).await.number,
        opaque_after_a_statement(payment()).await.number,
        generic(&payment(), 1).await.1,
        spawns(&order).await.await,
        destructured(order),
    );
    ::std::assert_eq!(handled.13, "1");
    join_all().await;
    sdk.assert_each_body_ran_inside(16);
}

#[allow(clippy::default_trait_access, clippy::future_not_send)]
async fn join_all() {
    let timeout = ::std::time::Duration::from_secs(601);
    let parcel = || Parcel {
        order: 1,
        metadata: ::core::default::Default::default(),
    };
    let ship = Ship::in_memory(timeout).on_expired(|expired| {
        ::std::assert!(expired.inputs.parcel().is_some());
    });
    ::std::assert!(ship.parcel(parcel(), 1, &[], 1_u8).is_ok());
    ::std::assert!(ship.label(parcel(), 1, &[], 1_u16).is_ok());
    ::std::assert!(ship.sweep(1, &[], 1_u32).is_ok());

    let (order, number, mut list, text) = (order(), parcel(), [0], ::std::string::String::new);
    let pay = Pay::in_memory(timeout).on_expired(async |expired| {
        ::std::assert!(expired.inputs.order().is_some());
    });
    let numbered = Numbered {
        number: 1,
        metadata: ::core::default::Default::default(),
    };
    let arrived = pay.order(numbered, &order, &number, 1, &mut list, text());
    ::std::assert!(arrived.await.is_ok());
    let arrived = pay.payment(payment(), &order, &number, "x", &mut list, text());
    ::std::assert!(arrived.await.is_ok());
    ::std::assert_eq!(list, [2]);
    let due = pay.due(1).await;
    ::std::assert!(due.is_ok_and(|due| due.is_empty()));
}
