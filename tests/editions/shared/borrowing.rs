//! Values are borrowed as long as without the attribute.

use std::cell::RefCell;
use std::fmt::Display;
use std::future::Future;
use std::sync::Mutex;

use linked_span_tests_edition::{order, wait, Order};

pub(crate) struct Msg<T>(pub(crate) T);

impl linked_span::LinkedEvent for Msg<RefCell<Order>> {
    fn origin(&self) -> linked_span::Origin {
        linked_span::Origin::default()
    }
}

twice!(tail () {
    pub(crate) fn handle(Msg(cell): Msg<RefCell<Order>>) -> String {
        cell.borrow().id.clone()
    }
});

twice!(tail_later () {
    pub(crate) async fn handle(Msg(cell): Msg<RefCell<Order>>) -> String {
        cell.borrow().id.clone()
    }
});

twice!(tail_beside_another (event) {
    pub(crate) fn handle(event: &Order, (mutex, _): (Mutex<String>, u8)) -> usize {
        event.id.len() + mutex.lock().unwrap().len()
    }
});

twice!(tail_of_a_mutable (event) {
    pub(crate) fn handle(event: &Order, mut cell: RefCell<String>) -> usize {
        cell = RefCell::new(format!("{}{}", event.id, cell.borrow()));
        cell.borrow().len()
    }
});

twice!(tail_of_a_future () {
    pub(crate) fn handle(Msg(cell): Msg<RefCell<Order>>) -> impl Future<Output = String> {
        async move { cell.borrow().id.clone() }
    }
});

twice!(tail_of_a_match (event) {
    pub(crate) async fn handle(event: &Order, (mutex, _): (Mutex<Option<String>>, u8)) -> usize {
        match &mut *mutex.lock().unwrap() {
            Some(text) => text.len(),
            None => event.id.len(),
        }
    }
});

twice!(borrowed_from_a_reference (event) {
    pub(crate) fn handle<'e>(event: &'e Order, (a, _): (&'e str, u8)) -> impl Display + 'e {
        format!("{}{}", event.id, a)
    }
});

twice!(reborrowed (event) {
    pub(crate) fn handle<'l>(event: &Order, list: &'l mut Vec<u32>) -> &'l mut u32 {
        list.push(event.number);
        list.last_mut().unwrap()
    }
});

#[test]
fn tails_may_borrow_from_parameters() {
    macro_rules! both {
        ($name:ident, $call:expr) => {{
            let without = {
                use $name::without::handle;
                $call
            };
            let with = {
                use $name::with::handle;
                $call
            };
            assert_eq!(without, with);
        }};
    }
    let event = order("event");
    let msg = || Msg(RefCell::new(order("event")));
    both!(tail, handle(msg()));
    both!(tail_later, wait(handle(msg())));
    both!(tail_of_a_future, wait(handle(msg())));
    both!(
        tail_beside_another,
        handle(&event, (Mutex::new("m".to_owned()), 1))
    );
    both!(
        tail_of_a_mutable,
        handle(&event, RefCell::new("m".to_owned()))
    );
    both!(tail_of_a_match, wait(handle(&event, (Mutex::new(None), 1))));
    both!(
        borrowed_from_a_reference,
        handle(&event, ("a", 1)).to_string()
    );
    both!(reborrowed, *handle(&event, &mut vec![7]));
}
