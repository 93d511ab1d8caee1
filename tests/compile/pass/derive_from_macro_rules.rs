//! `#[derive(LinkedEvent)]` inside `macro_rules!`.
#![deny(warnings)]

use linked_span::{Keyed, LinkedEvent, Origin};

macro_rules! event {
    ($name:ident, $type:literal, $($field:ident: $of:ty),* $(,)?) => {
        #[derive(LinkedEvent)]
        #[event(type = $type)]
        struct $name {
            id: u64,
            $(#[event(key, attribute = "field")] $field: $of,)*
            metadata: Origin,
        }
    };
}
event!(Order, "order", number: u32);

macro_rules! enumeration {
    ($name:ident { $($variant:ident($of:ty)),* }) => {
        #[derive(LinkedEvent)]
        enum $name {
            $($variant($of),)*
        }
    };
}
enumeration!(Event { Order(Order), Other(Origin) });

#[test]
fn runs() {
    let order = Order {
        id: 1,
        number: 2,
        metadata: Origin::default(),
    };
    assert_eq!(order.key(), "2");
    assert_eq!(Event::Order(order).id(), Some("1".into()));
    assert_eq!(Event::Other(Origin::default()).id(), None);
}
