//! Visibilities, and functions inside a body.
#![deny(
    warnings,
    private_interfaces,
    private_bounds,
    unnameable_types,
    unreachable_pub
)]

use std::time::Duration;

use linked_span::fan_in::Memory;
use linked_span::{LinkedEvent, Origin, fan_in};
use linked_span_tests::{Sdk, here};

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[fan_in(payment, inventory)]
fn private(payment: &Event, inventory: &Event) {
    here();
    let _ = (payment, inventory);
}

mod inner {
    use super::*;

    #[fan_in(payment, inventory)]
    pub(crate) fn of_the_crate(payment: &Event, inventory: &Event) {
        here();
        let _ = (payment, inventory);
    }

    #[fan_in(payment, inventory)]
    pub(super) async fn of_the_parent(payment: &Event, inventory: &Event) {
        here();
        let _ = (payment, inventory);
    }

    pub(crate) mod deeper {
        use super::*;

        #[fan_in(payment, inventory)]
        pub(in crate::inner) fn of_an_ancestor(payment: &Event, inventory: &Event) {
            here();
            let _ = (payment, inventory);
        }

        /// Less visible than the function, which says so itself.
        #[derive(Clone, LinkedEvent)]
        struct Hidden {
            #[event(key)]
            order: u64,
            metadata: Origin,
        }

        #[allow(private_interfaces, unreachable_pub)]
        #[fan_in(payment, inventory)]
        pub fn with_a_private_input(payment: &Hidden, inventory: &Event) {
            here();
            let _ = (payment, inventory);
        }

        pub(crate) fn call_it(event: Event) {
            let joins = WithAPrivateInput::in_memory(Duration::from_secs(600));
            let payment = Hidden {
                order: event.order,
                metadata: Origin::default(),
            };
            joins.payment(payment).map(drop).unwrap();
            joins.inventory(event).map(drop).unwrap();
        }
    }

    fn joins() -> deeper::OfAnAncestor {
        deeper::OfAnAncestor::in_memory(Duration::from_secs(600))
    }

    pub(crate) fn call_them(event: fn() -> Event) {
        let joins = joins();
        joins.payment(event()).map(drop).unwrap();
        joins.inventory(event()).map(drop).unwrap();
    }
}

/// Holds joins, whose type can be named.
struct Service {
    joins: Private,
    others: inner::OfTheParent<Memory<inner::OfTheParentInput>>,
}

fn event() -> Event {
    Event {
        order: 7,
        metadata: Origin::default(),
    }
}

#[tokio::main]
async fn main() {
    let sdk = Sdk::install();
    let timeout = Duration::from_secs(600);
    let service = Service {
        joins: Private::in_memory(timeout),
        others: inner::OfTheParent::in_memory(timeout),
    };
    service.joins.payment(event()).map(drop).unwrap();
    service.joins.inventory(event()).map(drop).unwrap();
    service.others.payment(event()).await.map(drop).unwrap();
    service.others.inventory(event()).await.map(drop).unwrap();
    let joins = inner::OfTheCrate::in_memory(timeout).on_expired(|expired| {
        let _: &inner::OfTheCrateReceived = &expired.inputs;
    });
    joins.payment(event()).map(drop).unwrap();
    joins.inventory(event()).map(drop).unwrap();
    let _: Vec<inner::OfTheCrateDue<'_, Memory<inner::OfTheCrateInput>>> = joins.due(1).unwrap();
    inner::call_them(event);
    inner::deeper::call_it(event());

    struct Local;

    #[fan_in(payment, inventory)]
    fn nested(payment: &Event, inventory: &Event, _: Local) {
        here();
        let _ = (payment, inventory);
    }

    let joins = Nested::in_memory(timeout);
    joins.payment(event(), Local).map(drop).unwrap();
    joins.inventory(event(), Local).map(drop).unwrap();
    sdk.assert_each_body_ran_inside(6);
}
