//! `#[fan_in]` inside `macro_rules!`, with the caller's names and its own.
#![deny(warnings)]

use std::time::Duration;

use linked_span::{LinkedEvent, Origin, fan_in};
use linked_span_tests::{Sdk, here};

#[derive(Clone, LinkedEvent)]
pub(crate) struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

macro_rules! of_the_caller {
    ($(#[$attribute:meta])* $visibility:vis fn $name:ident($($input:ident: $of:ty),* $(; $($extra:ident: $type:ty),*)?) -> $returned:ty $body:block) => {
        $(#[$attribute])*
        #[fan_in($($input),*)]
        $visibility fn $name($($input: $of,)* $($($extra: $type),*)?) -> $returned $body
    };
}
of_the_caller! {
    /// Documented.
    pub(crate) fn by_value(payment: Event, inventory: Event) -> u64 {
        here();
        payment.order + inventory.order
    }
}
of_the_caller! {
    fn by_reference(payment: &Event, inventory: &Event; count: u64, text: &str) -> Result<u64, String> {
        here();
        if text.is_empty() {
            return Err("no text".to_owned());
        }
        Ok(payment.order + inventory.order + count)
    }
}

macro_rules! of_its_own {
    ($name:ident, $joins:ident, $value:expr) => {
        #[fan_in(payment(key = payment.order), inventory, join = $joins, attributes(value = $value))]
        async fn $name(payment: Event, inventory: &Event, count: u64) -> u64 {
            here();
            payment.order + inventory.order + count + $value
        }
    };
}
of_its_own!(of_its_own, Own, 1);

macro_rules! mixed {
    ($name:ident, $payment:ident, $key:expr, $origin:expr) => {
        #[fan_in($payment(key = $key, origin = $origin), inventory, key = order)]
        fn $name($payment: Event, inventory: Event, extra: u64) -> u64 {
            here();
            $payment.order + inventory.order + extra
        }
    };
}
mixed!(mixed, payment, payment.order, payment.metadata.clone());

macro_rules! a_field {
    ($name:ident, $field:ident) => {
        #[fan_in(payment, inventory, key = $field)]
        fn $name(payment: &Event, inventory: &Event) {
            here();
            let _ = (payment, inventory);
        }
    };
}
a_field!(a_field, order);

fn event() -> Event {
    Event {
        order: 7,
        metadata: Origin::default(),
    }
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let timeout = Duration::from_secs(600);
    let joins = ByValue::in_memory(timeout);
    joins.payment(event()).map(drop).unwrap();
    joins.inventory(event()).map(drop).unwrap();
    let joins = ByReference::in_memory(timeout);
    joins.payment(event(), 1, "text").map(drop).unwrap();
    joins.inventory(event(), 1, "text").map(drop).unwrap();
    let joins = Own::in_memory(timeout);
    joins.payment(event(), 1).await.map(drop).unwrap();
    joins.inventory(event(), 1).await.map(drop).unwrap();
    let joins = Mixed::in_memory(timeout);
    joins.payment(event(), 1).map(drop).unwrap();
    joins.inventory(event(), 1).map(drop).unwrap();
    let joins = AField::in_memory(timeout);
    joins.payment(event()).map(drop).unwrap();
    joins.inventory(event()).map(drop).unwrap();
    sdk.assert_each_body_ran_inside(5);
}
