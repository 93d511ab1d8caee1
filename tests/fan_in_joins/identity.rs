//! The identity that a store receives of a function.

#![allow(
    dead_code,
    reason = "the types of the joins are used, and the functions are not called"
)]

use linked_span::fan_in::FanInIdentity;
use linked_span::{LinkedEvent, Origin, fan_in};
use linked_span_tests::Time;
use serde::{Deserialize, Serialize};

use crate::encoded::Encoded;
use crate::options;

#[derive(Clone, Serialize, Deserialize, LinkedEvent)]
struct Event<T = u64> {
    #[event(key)]
    order: u64,
    other: Vec<T>,
    metadata: Origin,
}

mod orders {
    pub(super) mod shipping {
        use super::super::{Event, fan_in};

        #[fan_in(payment, r#type)]
        pub(in super::super) fn ship(payment: Event, r#type: &super::super::Event<Option<u8>>) {}

        #[fan_in(first, second, join = Other)]
        pub(in super::super) fn named(second: &Event, first: Event) {}
    }
}

macro_rules! of_a_macro {
    ($name:ident, $of:ty) => {
        #[fan_in(first, second)]
        fn $name(first: $of, second: Event<$of>) {}
    };
}

of_a_macro!(made, Event<(u8, [u8; 2])>);

/// The identity that a new type of joins declares.
macro_rules! declared {
    ($joins:path) => {{
        let store = Encoded::new(&Time::default());
        let _ = <$joins>::new(store.clone(), options());
        let declared = store.declared();
        assert_eq!(declared.len(), 1);
        declared[0]
    }};
}

#[test]
fn identity_is_the_module_and_the_inputs_in_the_order_of_the_attribute() {
    use orders::shipping::{Other, Ship};
    assert_eq!(
        declared!(Ship<Encoded>),
        FanInIdentity::new(
            "fan_in_joins::identity::orders::shipping::Ship",
            &["payment", "type"],
            &["Event", "super::super::Event<Option<u8>>"],
        )
    );
    assert_eq!(
        declared!(Other<Encoded>),
        FanInIdentity::new(
            "fan_in_joins::identity::orders::shipping::Other",
            &["first", "second"],
            &["Event", "Event"],
        )
    );
}

#[test]
fn identity_of_a_function_that_a_macro_makes_is_where_the_macro_is_called() {
    assert_eq!(
        declared!(Made<Encoded>),
        FanInIdentity::new(
            "fan_in_joins::identity::Made",
            &["first", "second"],
            &["Event<(u8, [u8; 2])>", "Event<Event<(u8, [u8; 2])>>"],
        )
    );
}

/// The documentation says that `.named(…)` distinguishes two such functions.
#[test]
fn identity_of_a_function_in_a_function_has_the_module_alone() {
    #[fan_in(first, second)]
    fn ship(first: Event, second: Event) {}

    assert_eq!(
        declared!(Ship<Encoded>).path,
        "fan_in_joins::identity::Ship"
    );
}
