//! Fifty handlers that raise lints. The feature `attribute` adds the attribute to them.
//!
//! `tests/difference.rs` runs clippy on both. Empty lines separate handlers.
#![allow(dead_code, clippy::missing_errors_doc)]
#![allow(
    unused,
    clippy::all,
    clippy::nursery,
    clippy::pedantic,
    reason = "`cargo clippy` of the workspace is not to report them: the test asks with `--force-warn`"
)]

#[rustfmt::skip]
pub mod handlers {
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Display;
use std::future::Future;
use std::pin::Pin;
use std::sync::Mutex;

use linked_span::{LinkedEvent, Origin};
#[cfg(feature = "attribute")]
use linked_span::linked_span;

#[derive(Clone, Debug, LinkedEvent)]
pub struct Order {
    pub id: String,
    pub number: u64,
    pub metadata: Origin,
}

#[derive(Clone, Copy, Debug, LinkedEvent)]
#[event(no_origin)]
pub struct Tick(pub u8, pub u16);

#[derive(Debug)]
pub struct Service {
    pub name: String,
    pub count: u64,
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn plain(event: &Order) -> u64 {
    event.number + 1
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn returns_explicitly(event: &Order) -> u64 {
    return event.number;
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn not_consumed(event: Order) -> usize {
    event.id.len()
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn other_not_consumed(event: &Order, text: String) -> usize {
    event.id.len() + text.len()
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn unused(event: &Order, unused: u64) -> u64 {
    event.number
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn unused_by_value(event: &Order, unused: String) -> u64 {
    event.number
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn unused_mutable(event: &Order, mut number: u64) -> u64 {
    event.number + number
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn assigned(event: &Order, mut number: u64) -> u64 {
    number = event.number;
    number
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn assigned_too_late(event: &Order, mut number: u64) -> u64 {
    let before = number;
    number += event.number;
    before
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn underscored(event: &Order, _ignored: String, _: Vec<u8>) -> u64 {
    event.number
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn used_underscore(event: &Order, _used: u64) -> u64 {
    event.number + _used
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn begins_with_an_item(event: &Order) -> u64 {
    const ONE: u64 = 1;
    fn add(number: u64) -> u64 {
        number + ONE
    }
    add(event.number)
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn item_after_a_statement(event: &Order) -> u64 {
    let number = event.number;
    const ONE: u64 = 1;
    number + ONE
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn let_and_return(event: &Order) -> u64 {
    let number = event.number;
    number
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn wraps(event: &Order) -> Option<u64> {
    Some(event.number)
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn wraps_a_result(event: &Order) -> Result<u64, String> {
    Ok(event.number)
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn question_mark(event: &Order) -> Result<u64, std::num::ParseIntError> {
    let number: u64 = event.id.parse()?;
    Ok(number)
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn needless_question_mark(event: &Order) -> Result<u64, std::num::ParseIntError> {
    Ok(event.id.parse::<u64>()?)
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn unwraps(event: &Order, map: &HashMap<u64, String>) -> usize {
    map.get(&event.number).unwrap().len()
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn panics(event: &Order) -> Result<u64, String> {
    if event.number == 0 {
        panic!("zero");
    }
    Err(String::from("no"))
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn indexes(event: &Order, list: &[u8]) -> u8 {
    list[event.number as usize]
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn shadows(event: &Order, number: u64) -> u64 {
    let number = number + event.number;
    number
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn several_by_value(event: Order, mut a: String, b: String, c: Vec<u8>) -> usize {
    a += &event.id;
    a.len() + b.len() + c.len()
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn destructured(event: &Order, (a, b): (u64, String)) -> u64 {
    event.number + a
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn destructured_reference(event: &Order, &(ref a, b): &(String, u64)) -> u64 {
    event.number + b + a.len() as u64
}

#[cfg_attr(feature = "attribute", linked_span)]
pub fn only_a_pattern(Order { number, .. }: Order) -> u64 {
    number
}

#[cfg_attr(feature = "attribute", linked_span(attributes(number = number)))]
pub fn spoken_of(Order { number, id, .. }: Order) -> u64 {
    number + id.len() as u64
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn small_by_reference(event: &Order, tick: &Tick) -> u64 {
    event.number + u64::from(tick.0)
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn boxed_vector(event: &Order, list: &Vec<u8>, text: &String) -> usize {
    event.id.len() + list.len() + text.len()
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn option_instead(event: &Order, text: Option<String>) -> usize {
    if let Some(text) = text {
        text.len()
    } else {
        event.id.len()
    }
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn lock(event: &Order, mutex: &Mutex<String>) -> usize {
    let guard = mutex.lock().unwrap();
    let length = guard.len();
    length + event.id.len()
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn match_of_one(event: &Order) -> u64 {
    match event.number {
        number => number,
    }
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn nothing(event: &Order) {
    drop(event.id.clone());
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn never_returns(event: &Order) -> u64 {
    loop {
        if event.number > 1 {
            return event.number;
        }
    }
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn unreachable_code(event: &Order) -> u64 {
    return event.number;
    event.number + 1
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn generic<T: Display>(event: &Order, value: T) -> String {
    format!("{}{}", event.id, value)
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn impl_argument(event: &Order, value: impl Display) -> String {
    format!("{}{value}", event.id)
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn lifetimes<'e>(event: &'e Order) -> &'e str {
    &event.id
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn many(event: &Order, a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: bool) -> bool {
    let sum = a + b + c + d + e + f;
    if g { true } else { sum > event.number as u8 }
}

#[cfg_attr(feature = "attribute", linked_span(events))]
pub fn batch(events: Vec<Order>) -> usize {
    let mut count = 0;
    for i in 0..events.len() {
        count += events[i].id.len();
    }
    count
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub async fn later(event: &Order) -> u64 {
    std::future::ready(event.number).await
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub async fn never_waits(event: &Order) -> u64 {
    event.number
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub async fn by_value_later(event: Order, text: String) -> usize {
    std::future::ready(()).await;
    event.id.len() + text.len()
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub async fn not_send(event: &Order, cell: &RefCell<u64>) -> u64 {
    let borrowed = cell.borrow();
    std::future::ready(()).await;
    *borrowed + event.number
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub async fn returns_a_future(event: Order) -> std::future::Ready<u64> {
    std::future::ready(()).await;
    std::future::ready(event.number)
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn could_be_async(event: &Order) -> impl Future<Output = u64> + '_ {
    async move { event.number }
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn boxed(event: &Order) -> Pin<Box<dyn Future<Output = usize> + Send + '_>> {
    Box::pin(async move {
        const ONE: usize = 1;
        event.id.len() + ONE
    })
}

#[cfg_attr(feature = "attribute", linked_span(event))]
pub fn prepared(event: Order, mut text: String) -> impl Future<Output = usize> {
    text += &event.id;
    async move { text.len() }
}

impl Service {
    #[cfg_attr(feature = "attribute", linked_span(event))]
    pub fn unused_self(self, event: &Order) -> u64 {
        event.number
    }
}

impl Service {
    #[cfg_attr(feature = "attribute", linked_span(event))]
    pub async fn method(&mut self, event: &Order) -> u64 {
        self.count += 1;
        std::future::ready(()).await;
        self.count + event.number
    }
}
}
