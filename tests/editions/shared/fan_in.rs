//! Fan-ins do not change their functions.

use std::time::Duration;

use linked_span::fan_in;
use linked_span::fan_in::Arrival;
use linked_span::{LinkedEvent, Origin};
use linked_span_tests_edition::{install, wait, Note, Yield};

#[derive(Clone, Debug)]
pub(crate) struct Shared(std::sync::Arc<Note>);

#[derive(Clone, Debug, LinkedEvent)]
pub(crate) struct Event {
    #[event(key)]
    order: u64,
    #[event(skip)]
    note: Shared,
    metadata: Origin,
}

pub(crate) fn event(name: &'static str) -> Event {
    Event {
        order: 7,
        note: Shared(std::sync::Arc::new(Note(name))),
        metadata: Origin::default(),
    }
}

macro_rules! fan_in_twice {
    ($(#[$lint:meta])* $name:ident $attribute:tt { $($item:tt)* }) => {
        $(#[$lint])*
        mod $name {
            #[allow(unused_imports)]
            pub(crate) mod without {
                use super::super::*;
                $($item)*
            }
            #[allow(unused_imports)]
            pub(crate) mod with {
                use super::super::*;
                #[linked_span::fan_in $attribute]
                $($item)*
            }
        }
    };
}

fan_in_twice!(#[allow(unused_variables, dead_code)] plain (payment, inventory) {
    pub(crate) fn handle(payment: Event, inventory: Event, tx: Note, savepoint: Note, unused: Note) {
        tx.touch();
        savepoint.touch();
        inventory.note.0.touch();
    }
});

fan_in_twice!(#[allow(dead_code)] patterns (payment, inventory) {
    pub(crate) fn handle(payment: &Event, (a, _): (Note, Note), inventory: Event, mut tx: Note, b: Note) {
        a.touch();
        tx.change();
        tx = Note("tx again");
        b.touch();
        inventory.note.0.touch();
        payment.note.0.touch();
        tx.touch();
    }
});

fan_in_twice!(#[allow(dead_code, unused_variables)] later (payment, inventory) {
    pub(crate) async fn handle(payment: Event, inventory: Event, tx: Note, savepoint: Note) {
        tx.touch();
        Yield::default().await;
        payment.note.0.touch();
    }
});

#[test]
fn bodies_of_fan_ins_drop_the_same() {
    assert_same_log!(
        plain,
        handle(
            event("payment"),
            event("inventory"),
            Note("tx"),
            Note("savepoint"),
            Note("unused")
        )
    );
    let payment = event("payment");
    assert_same_log!(
        patterns,
        handle(
            &payment,
            (Note("a"), Note("_")),
            event("inventory"),
            Note("tx"),
            Note("b")
        )
    );
    assert_same_log!(
        later,
        wait(handle(
            event("payment"),
            event("inventory"),
            Note("tx"),
            Note("savepoint")
        ))
    );
}

#[fan_in(payment, inventory)]
fn with_cfg<
    #[cfg(any())] Missing,
    #[cfg(not(any()))] T: Default,
    #[cfg_attr(any(), cfg(any()))] U: Default,
>(
    payment: &Event,
    inventory: &Event,
    number: U,
) -> Option<(T, U)> {
    let _ = (payment, inventory);
    Some((T::default(), number))
}

#[fan_in(payment, inventory, join = WithCfgLater)]
async fn with_cfg_later<#[cfg(any())] Missing, #[cfg(not(any()))] 's, const SIZE: usize>(
    payment: &Event,
    inventory: &Event,
    list: &'s [u8; SIZE],
) -> Result<&'s u8, String> {
    let _ = (payment, inventory);
    list.first().ok_or_else(|| "empty".to_owned())
}

#[test]
fn generics_may_depend_on_the_configuration() {
    install();
    let joins = WithCfg::in_memory(Duration::from_secs(601));
    let arrived = joins.payment::<u8, u16>(event("payment"), 1);
    assert!(matches!(arrived, Ok(Arrival::Waiting { .. })));
    let arrived = joins.inventory::<u8, u16>(event("inventory"), 2);
    assert!(matches!(arrived, Ok(Arrival::Ran(Some((0, 2))))));
    let joins = WithCfgLater::in_memory(Duration::from_secs(601));
    let arrived = wait(joins.payment(event("payment"), &[1]));
    assert!(matches!(arrived, Ok(Arrival::Waiting { .. })));
    let arrived = wait(joins.inventory(event("inventory"), &[2]));
    assert!(matches!(arrived, Ok(Arrival::Ran(Ok(2)))));
}
