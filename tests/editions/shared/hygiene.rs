//! The user's traits, constants and statics do not change the meaning of an expansion.
#![allow(dead_code, non_camel_case_types, non_upper_case_globals)]

use std::time::Duration;

use linked_span::fan_in::Arrival;
use linked_span::{fan_in, linked_span, Keyed, LinkedEvent, Origin};
use linked_span_tests_edition::{install, logged, wait};
use opentelemetry::StringValue;

/// Methods on everything, by reference, with the names that the expansion calls.
macro_rules! on_everything {
    ($($name:ident)*) => {
        trait ByReference {
            $(fn $name(&self) -> Wrong { Wrong })*
        }
        impl<T: ?Sized> ByReference for T {}

        mod by_value {
            use super::Wrong;

            pub(super) trait ByValue: Sized {
                $(fn $name(self) -> Wrong { Wrong })*
            }
            impl<T> ByValue for T {}
        }
        #[allow(unused_imports)]
        use by_value::ByValue as _;
    };
}

/// The result of a wrong method.
struct Wrong;

on_everything! {
    recorder text key event succeeded origin id event_type attributes input input_from event_from
    attribute link_attribute relationship name tracer parent set get arrive due sweep work next
    count done into_owned on_expired on_expired_async in_memory as_ref deref borrow to_string fmt
    poll into_future into_iter clone from_residual branch await_ unwrap expect settle kept keyed cloned
    call call_async open close handle record recorded outcome awaited is_ok is_err start within end
}

/// Constants with the names of variables.
mod constants {
    pub(crate) const field_0: u8 = 0;
    pub(crate) const field_1: u8 = 0;
    pub(crate) const field_2: u8 = 0;
    pub(crate) static event: u8 = 0;
    pub(crate) const attributes: u8 = 0;
    pub(crate) const start: u8 = 0;
    pub(crate) const returned: u8 = 0;
    pub(crate) const recorder: u8 = 0;
    pub(crate) const succeeded: u8 = 0;
    pub(crate) const key: u8 = 0;
    pub(crate) struct came;
    pub(crate) struct text;
}

mod derived {
    #[allow(unused_imports)]
    use super::constants::*;
    #[allow(unused_imports)]
    use super::{by_value::ByValue as _, ByReference as _};
    use linked_span::{LinkedEvent, Origin};

    #[derive(Clone, LinkedEvent)]
    pub(crate) struct Payment {
        pub(crate) id: String,
        #[event(key, attribute = "order.id")]
        pub(crate) order: u64,
        pub(crate) r#type: std::sync::Arc<str>,
        pub(crate) metadata: Origin,
    }

    #[derive(Clone, LinkedEvent)]
    pub(crate) struct Wrapped(Payment);

    #[derive(Clone, LinkedEvent)]
    pub(crate) enum Either {
        Payment(Payment),
        Refund {
            #[event(id)]
            number: u8,
            #[event(key)]
            order: u64,
            metadata: Origin,
        },
    }
}

use derived::{Either, Payment};

fn payment() -> Payment {
    Payment {
        id: "payment-1".to_owned(),
        order: 7,
        r#type: std::sync::Arc::from("payment"),
        metadata: Origin::default(),
    }
}

#[linked_span(event, attributes(order = event.order))]
fn fails(event: &Payment) -> Result<u64, std::fmt::Error> {
    match event.order {
        7 => Err(std::fmt::Error),
        order => Ok(order),
    }
}

#[linked_span(event(origin = Origin::default(), attributes(order = event.order)), relationship = "why")]
async fn fails_later(event: Payment) -> Result<u64, std::fmt::Error> {
    fails(&event)
}

#[linked_span(first, second)]
fn fails_in_a_future(
    first: Payment,
    second: Payment,
) -> impl std::future::Future<Output = Result<u64, std::fmt::Error>> {
    async move { fails(&first).or_else(|_| fails(&second)) }
}

#[fan_in(first, second(key = second.order))]
fn join(first: Payment, second: &Payment, fail: bool) -> Result<u64, String> {
    if fail {
        return Err(String::from("as it should"));
    }
    Ok(first.order + second.order)
}

#[fan_in(first, second(key = second.order), join = JoinLater)]
async fn join_later(first: Payment, second: &Payment, fail: bool) -> Result<u64, String> {
    join(first, second, fail)
}

#[test]
fn methods_of_blanket_traits_are_not_called() {
    install();
    let mut result = Ok(0);
    let mut log = logged(|| result = fails(&payment()));
    assert!(std::result::Result::is_err(&result));
    assert_eq!(log.len(), 1, "{:?}", log);
    assert!(log[0].contains("an error occurred"), "{:?}", log);
    log = logged(|| result = wait(fails_later(payment())));
    assert_eq!(log.len(), 2);
    assert!(log[1].contains("an error occurred"), "{:?}", log);
    log = logged(|| result = wait(fails_in_a_future(payment(), payment())));
    assert_eq!(log.len(), 3);
    assert!(log[2].contains("an error occurred"), "{:?}", log);
}

#[test]
fn fan_in_beside_blanket_traits_runs() {
    install();
    let timeout = Duration::from_secs(601);
    let joins = Join::in_memory(timeout);
    assert!(matches!(
        joins.first(payment(), true),
        Ok(Arrival::Waiting { .. })
    ));
    assert!(matches!(
        joins.second(payment(), true),
        Ok(Arrival::Failed(_))
    ));
    assert!(matches!(
        joins.second(payment(), false),
        Ok(Arrival::Ran(Ok(14)))
    ));
    assert!(matches!(Join::sweep(&joins, false), Ok(_)));
    let joins = JoinLater::in_memory(timeout);
    assert!(matches!(
        wait(joins.first(payment(), true)),
        Ok(Arrival::Waiting { .. })
    ));
    assert!(matches!(
        wait(joins.second(payment(), true)),
        Ok(Arrival::Failed(_))
    ));
    assert!(matches!(
        wait(joins.second(payment(), false)),
        Ok(Arrival::Ran(Ok(14)))
    ));
    assert!(matches!(wait(JoinLater::sweep(&joins, false)), Ok(_)));
}

#[test]
fn derived_events_beside_blanket_traits_and_constants_are_read() {
    let payment = payment();
    assert_eq!(
        LinkedEvent::id(&payment),
        Some(StringValue::from("payment-1"))
    );
    assert_eq!(
        LinkedEvent::event_type(&payment),
        Some(StringValue::from("payment"))
    );
    assert_eq!(Keyed::key(&payment), "7");
    let either = Either::Payment(payment);
    assert_eq!(
        LinkedEvent::id(&either),
        Some(StringValue::from("payment-1"))
    );
    assert_eq!(Keyed::key(&either), "7");
}

/// Constants beside handlers whose parameters have other names.
mod handlers {
    #[allow(unused_imports)]
    use super::constants::*;
    use super::derived::Payment;
    use linked_span::{fan_in, linked_span};

    #[linked_span(attributes(order = order))]
    pub(crate) async fn handle(Payment { order, .. }: Payment) -> Option<u64> {
        Some(order)
    }

    #[fan_in(one, other(key = other.order))]
    pub(crate) fn join(one: &Payment, other: &Payment) -> Option<u64> {
        Some(one.order + other.order)
    }
}

#[test]
fn constants_named_like_variables_change_nothing() {
    assert_eq!(wait(handlers::handle(payment())), Some(7));
    let _joins = handlers::Join::in_memory(Duration::from_secs(601));
}

/// Constants with the names of parameters of a fan-in's methods.
mod methods {
    #[allow(non_upper_case_globals, unused)]
    mod constants {
        pub(crate) const options: u8 = 0;
        pub(crate) const store: u8 = 0;
        pub(crate) const timeout: u8 = 0;
        pub(crate) const max: u8 = 0;
        pub(crate) const on_expired: u8 = 0;
    }
    #[allow(unused_imports)]
    use self::constants::*;
    use super::Payment;
    use linked_span::fan_in;

    #[fan_in(first, second)]
    pub(crate) fn add(first: Payment, second: Payment) -> u64 {
        first.order + second.order
    }

    #[fan_in(first, second)]
    pub(crate) async fn add_later(first: Payment, second: Payment) -> u64 {
        first.order + second.order
    }
}

#[test]
fn fan_in_beside_constants_named_like_parameters_runs() {
    let timeout = Duration::from_secs(60);
    let joins = methods::Add::in_memory(timeout);
    let first = joins.first(payment());
    assert!(matches!(first, Ok(Arrival::Waiting { .. })));
    assert!(matches!(joins.second(payment()), Ok(Arrival::Ran(14))));
    let due = methods::Add::due(&joins, 1);
    assert!(matches!(due, Ok(due) if due.is_empty()));
    let joins = methods::AddLater::in_memory(timeout);
    let first = wait(joins.first(payment()));
    assert!(matches!(first, Ok(Arrival::Waiting { .. })));
    assert!(matches!(
        wait(joins.second(payment())),
        Ok(Arrival::Ran(14))
    ));
}
