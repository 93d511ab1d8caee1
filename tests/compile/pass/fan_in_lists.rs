//! Lists and optional inputs.
#![deny(warnings)]

use std::time::Duration;

use linked_span::fan_in::Arrival;
use linked_span::{LinkedEvent, Origin, fan_in};
use linked_span_tests::{Sdk, here};

#[derive(Clone, LinkedEvent)]
struct Order {
    #[event(key)]
    order: u64,
    lines: Vec<u32>,
    metadata: Origin,
}

#[derive(Clone, LinkedEvent)]
struct Line {
    #[event(key)]
    order: u64,
    number: u32,
    metadata: Origin,
}

fn order(lines: &[u32]) -> Order {
    Order {
        order: 7,
        lines: lines.to_vec(),
        metadata: Origin::default(),
    }
}

fn line(number: u32) -> Line {
    Line {
        order: 7,
        number,
        metadata: Origin::default(),
    }
}

const QUORUM: u8 = 2;

#[fan_in(order, packed(count = order.lines.len(), id = packed.number))]
fn by_value(order: Order, packed: Vec<Line>) {
    here();
}

/// The identity is computed, the input is taken by reference, and the list has a relationship of its own.
#[fan_in(
    packed(
        count = { let lines = order.lines.len(); lines * 2 },
        id = format_args!("{}-{}", packed.order, packed.number),
        key = packed.order,
        relationship = "line",
        attributes(lines = packed.len())
    ),
    order,
)]
async fn by_reference(order: &Order, packed: std::vec::Vec<Line>) {
    here();
}

#[fan_in(reply(count = QUORUM, id = reply.number))]
fn quorum(reply: Vec<Line>) -> usize {
    here();
    reply.len()
}

#[fan_in(
    order,
    first(count = order.lines.len(), id = first.number),
    second(count = 1, id = second.number),
    note
)]
fn all_kinds(
    order: &Order,
    note: Option<Line>,
    second: Vec<Line>,
    first: Vec<Line>,
) -> Result<bool, ()> {
    here();
    Ok(note.is_some())
}

/// A `Vec` without a `count` is one input, as before.
#[fan_in(batch(key = batch[0].order), order)]
fn batch(batch: Vec<Line>, order: Order) {
    here();
}

#[test]
fn lists_and_optional_inputs_run() {
    let sdk = Sdk::install();
    let timeout = Duration::from_secs(600);

    let joins = ByValue::in_memory(timeout);
    assert!(matches!(
        joins.order(order(&[1])),
        Ok(Arrival::Waiting { .. })
    ));
    assert!(matches!(joins.packed(line(1)), Ok(Arrival::Ran(()))));

    let joins = ByReference::in_memory(timeout);
    let ran = linked_span::fan_in::ready(async {
        let _waits = joins.packed(line(1)).await;
        let _waits = joins.packed(line(2)).await;
        joins.order(order(&[1])).await
    });
    assert!(matches!(ran, Ok(Arrival::Ran(()))));

    let joins = Quorum::in_memory(timeout);
    let _waits = joins.reply(line(1));
    let second = joins.arrive(QuorumInput::Reply(line(2)));
    assert!(matches!(second, Ok(Arrival::Ran(2))));

    let joins = AllKinds::in_memory(timeout).on_expired(|join| {
        let _: Option<&Order> = join.inputs.order();
        let _: Option<&Line> = join.inputs.note();
        let _: Vec<&Line> = join.inputs.first();
    });
    let _waits = joins.order(order(&[]));
    let _waits = joins.note(line(1));
    assert!(matches!(joins.second(line(1)), Ok(Arrival::Ran(Ok(true)))));

    let joins = Batch::in_memory(timeout);
    let _waits = joins.order(order(&[]));
    assert!(matches!(joins.batch(vec![line(1)]), Ok(Arrival::Ran(()))));
    sdk.assert_each_body_ran_inside(5);
}
