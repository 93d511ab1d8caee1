//! A future with the attribute is `Send` exactly when it is without.

use std::cell::Cell;

use linked_span_tests_edition::{order, wait, Order, Yield};

twice!(#[allow(unused_variables)] unused (event) {
    pub(crate) async fn handle(event: &Order, unused: Cell<u8>, _ignored: Cell<u8>, _: Cell<u8>) -> usize {
        Yield::default().await;
        event.id.len()
    }
});

twice!(moved_before_waiting (event) {
    pub(crate) async fn handle(event: Order, cell: Cell<u8>, (pair, _): (Cell<u8>, u8)) -> usize {
        let length = usize::from(cell.get()) + usize::from(pair.get());
        drop((cell, pair));
        Yield::default().await;
        event.id.len() + length
    }
});

twice!(assigned (event) {
    pub(crate) async fn handle(event: Order, mut cell: Cell<u8>, last: Cell<u8>) -> usize {
        cell = Cell::new(cell.get() + last.get());
        Yield::default().await;
        event.id.len() + usize::from(cell.get())
    }
});

twice!(spoken_of (attributes(number = number)) {
    pub(crate) async fn handle(Order { number, id, .. }: Order) -> usize {
        Yield::default().await;
        id.len() + number as usize
    }
});

fn send<T: Send>(value: T) -> T {
    value
}

#[test]
fn futures_are_send() {
    let event = order("event");
    let cell = || Cell::new(1);
    assert_eq!(
        wait(send(unused::without::handle(
            &event,
            cell(),
            cell(),
            cell()
        ))),
        7
    );
    assert_eq!(
        wait(send(unused::with::handle(&event, cell(), cell(), cell()))),
        7
    );
    let event = || order("event");
    assert_eq!(
        wait(send(moved_before_waiting::without::handle(
            event(),
            cell(),
            (cell(), 1)
        ))),
        9
    );
    assert_eq!(
        wait(send(moved_before_waiting::with::handle(
            event(),
            cell(),
            (cell(), 1)
        ))),
        9
    );
    assert_eq!(
        wait(send(assigned::without::handle(event(), cell(), cell()))),
        9
    );
    assert_eq!(
        wait(send(assigned::with::handle(event(), cell(), cell()))),
        9
    );
    assert_eq!(wait(send(spoken_of::without::handle(event()))), 8);
    assert_eq!(wait(send(spoken_of::with::handle(event()))), 8);
}
