//! A function's span has the attributes of its own join only, with any caller and any callee.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::thread;

use linked_span::__private::IncomingInput;
use linked_span::fan_in;
use linked_span::fan_in::Memory;
use linked_span_tests::Sdk;
use opentelemetry::{Context, Value};
use tracing::instrument;

use crate::{
    InventoryReserved, PaymentConfirmed, attribute, inventory, links, options, payment, poll_once,
    ran, waits_for,
};

/// Returns each span's name and key, in the order of their ends.
///
/// It asserts that a span has a key if and only if each of its links has the input's wait.
fn keys(sdk: &Sdk) -> Vec<(String, Option<Value>)> {
    let key = |span: &opentelemetry_sdk::trace::SpanData| {
        let key = attribute(span, "fan_in.key");
        for (_, attributes) in links(span) {
            let waited = attributes.iter().any(|(key, _)| *key == "fan_in.wait");
            assert_eq!(waited, key.is_some(), "{span:#?}");
        }
        (span.name.to_string(), key)
    };
    sdk.spans().iter().map(key).collect()
}

fn of(name: &str, key: impl Into<Value>) -> (String, Option<Value>) {
    (name.to_owned(), Some(key.into()))
}

fn of_none(name: &str) -> (String, Option<Value>) {
    (name.to_owned(), None)
}

#[fan_in(payment, inventory)]
fn again(payment: &PaymentConfirmed, inventory: &InventoryReserved, times: u8) {
    if let Some(times) = times.checked_sub(1) {
        again(payment, inventory, times);
    }
}

#[test]
fn recursive_function_has_its_key_once() {
    let sdk = Sdk::install();
    let joins = Again::new(Memory::new(), options());
    assert_eq!(waits_for(joins.payment(payment("o-1"), 2)), "inventory");
    ran(joins.inventory(inventory("o-1"), 2));
    let none = || of_none("again");
    assert_eq!(keys(&sdk), [none(), none(), of("again", "o-1")]);
}

#[fan_in(payment, inventory)]
async fn again_later(payment: &PaymentConfirmed, inventory: &InventoryReserved, times: u8) {
    if let Some(times) = times.checked_sub(1) {
        Box::pin(again_later(payment, inventory, times)).await;
        tokio::task::yield_now().await;
        Box::pin(again_later(payment, inventory, 0)).await;
    }
}

#[tokio::test]
async fn recursive_async_function_has_its_key_once() {
    let sdk = Sdk::install();
    let joins = AgainLater::new(Memory::new(), options());
    let first = joins.payment(payment("o-1"), 1).await;
    assert_eq!(waits_for(first), "inventory");
    ran(joins.inventory(inventory("o-1"), 1).await);
    let none = || of_none("again_later");
    assert_eq!(keys(&sdk), [none(), none(), of("again_later", "o-1")]);
}

/// A function without a span of its own still takes what is handed to it.
#[test]
fn recursive_function_without_a_first_span_has_no_key() {
    #[fan_in(payment, inventory)]
    fn unrecorded(payment: &PaymentConfirmed, inventory: &InventoryReserved, times: u8) {
        if times > 0 {
            let _recorded = Context::new().attach();
            unrecorded(payment, inventory, 0);
        }
    }

    let sdk = Sdk::install();
    let joins = Unrecorded::new(Memory::new(), options());
    assert_eq!(waits_for(joins.payment(payment("o-1"), 1)), "inventory");
    let suppressed = Context::enter_telemetry_suppressed_scope();
    ran(joins.inventory(inventory("o-1"), 1));
    drop(suppressed);
    assert_eq!(keys(&sdk), [of_none("unrecorded")]);
}

#[fan_in(payment, inventory)]
fn inner(payment: &PaymentConfirmed, inventory: &InventoryReserved) {}

#[test]
fn other_function_in_the_body_has_no_key() {
    #[fan_in(payment, inventory)]
    fn outer(payment: &PaymentConfirmed, inventory: &InventoryReserved) {
        inner(payment, inventory);
    }

    let sdk = Sdk::install();
    let joins = Outer::new(Memory::new(), options());
    assert_eq!(waits_for(joins.payment(payment("o-1"))), "inventory");
    ran(joins.inventory(inventory("o-1")));
    assert_eq!(keys(&sdk), [of_none("inner"), of("outer", "o-1")]);
}

#[test]
fn join_in_the_body_has_its_own_key() {
    #[fan_in(payment, inventory)]
    fn outer(payment: &PaymentConfirmed, inventory: &InventoryReserved, inner: &Inner) {
        assert_eq!(waits_for(inner.payment(payment.clone())), "inventory");
        ran(inner.inventory(inventory.clone()));
    }

    let sdk = Sdk::install();
    let joins = Outer::new(Memory::new(), options());
    let inner = Inner::new(Memory::new(), options());
    assert_eq!(
        waits_for(joins.payment(payment("o-1"), &inner)),
        "inventory"
    );
    ran(joins.inventory(inventory("o-1"), &inner));
    assert_eq!(keys(&sdk), [of("inner", "o-1"), of("outer", "o-1")]);
}

#[test]
fn join_of_the_same_function_in_the_body_has_its_own_key() {
    #[fan_in(payment, inventory)]
    fn nested(payment: &PaymentConfirmed, inventory: &InventoryReserved, deliver: &dyn Fn()) {
        deliver();
    }

    let sdk = Sdk::install();
    let joins = Nested::new(Memory::new(), options());
    let deliver = || {
        let nothing = || ();
        let first = joins.payment(payment("o-2"), &nothing);
        assert_eq!(waits_for(first), "inventory");
        ran(joins.inventory(inventory("o-2"), &nothing));
        nested(&payment("o-3"), &inventory("o-3"), &nothing);
    };
    assert_eq!(
        waits_for(joins.payment(payment("o-1"), &deliver)),
        "inventory"
    );
    ran(joins.inventory(inventory("o-1"), &deliver));
    assert_eq!(
        keys(&sdk),
        [of("nested", "o-2"), of_none("nested"), of("nested", "o-1")]
    );
}

#[fan_in(payment, inventory)]
async fn wrapped(payment: &PaymentConfirmed, inventory: &InventoryReserved) {}

/// What an attribute above the function can make of it.
async fn wrapped_and_late(payment: &PaymentConfirmed, inventory: &InventoryReserved, fail: bool) {
    tokio::task::yield_now().await;
    inner(payment, inventory);
    let joins = Inner::new(Memory::new(), options());
    assert_eq!(waits_for(joins.payment(payment.clone())), "inventory");
    ran(joins.inventory(inventory.clone()));
    assert!(!fail, "as it should");
    tokio::task::yield_now().await;
    wrapped(payment, inventory).await;
    wrapped(payment, inventory).await;
}

/// An arrival as the macro generates it, except for the wrapper.
async fn arrive(joins: &Wrapped, fail: bool) {
    use linked_span::__private::{Ended, call_async};

    let ran = joins.join().arrive(
        IncomingInput::new(1, "o-1".into()),
        WrappedInput::Inventory(inventory("o-1")),
        |came| async move {
            let received = WrappedReceived(came.clone());
            let late = wrapped_and_late(
                received.payment().unwrap(),
                received.inventory().unwrap(),
                fail,
            );
            call_async(&came, "Wrapped", late).await;
            Ended {
                returned: (),
                succeeded: true,
            }
        },
    );
    crate::ran(ran.await);
}

#[test]
fn wrapper_that_waits_and_calls_others_first_keeps_the_key() {
    let sdk = Sdk::install();
    let joins = Wrapped::new(Memory::new(), options());
    assert_eq!(
        waits_for(fan_in::ready(joins.payment(payment("o-1")))),
        "inventory"
    );
    let mut arriving = pin!(arrive(&joins, false));
    for _ in 0..2 {
        assert!(poll_once(arriving.as_mut()).is_pending());
        // The thread runs another task between two polls.
        fan_in::ready(wrapped(&payment("o-1"), &inventory("o-1")));
    }
    assert!(poll_once(arriving).is_ready());
    assert_eq!(
        keys(&sdk),
        [
            of_none("wrapped"),
            of_none("inner"),
            of("inner", "o-1"),
            of_none("wrapped"),
            of("wrapped", "o-1"),
            of_none("wrapped"),
        ]
    );
}

#[test]
fn function_that_continues_on_another_thread_keeps_its_key() {
    let sdk = Sdk::install();
    let joins = Wrapped::new(Memory::new(), options());
    assert_eq!(
        waits_for(fan_in::ready(joins.payment(payment("o-1")))),
        "inventory"
    );
    let mut arriving = Box::pin(arrive(&joins, false));
    for _ in 0..2 {
        assert!(poll_once(arriving.as_mut()).is_pending());
    }
    let goes_on = || assert!(poll_once(arriving.as_mut()).is_ready());
    thread::scope(|scope| scope.spawn(goes_on).join().unwrap());
    assert_eq!(
        keys(&sdk),
        [
            of_none("inner"),
            of("inner", "o-1"),
            of("wrapped", "o-1"),
            of_none("wrapped"),
        ]
    );
}

#[test]
fn panic_of_a_wrapper_leaves_no_key_behind() {
    let sdk = Sdk::install();
    let joins = Wrapped::new(Memory::new(), options());
    assert_eq!(
        waits_for(fan_in::ready(joins.payment(payment("o-1")))),
        "inventory"
    );
    let mut arriving = Box::pin(arrive(&joins, true));
    assert!(poll_once(arriving.as_mut()).is_pending());
    assert!(catch_unwind(AssertUnwindSafe(|| poll_once(arriving.as_mut()))).is_err());
    fan_in::ready(wrapped(&payment("o-1"), &inventory("o-1")));
    assert_eq!(
        keys(&sdk),
        [of_none("inner"), of("inner", "o-1"), of_none("wrapped")]
    );
}

#[instrument(name = "beside", skip_all)]
#[fan_in(payment, inventory)]
async fn instrumented(payment: &PaymentConfirmed, inventory: &InventoryReserved) {}

#[fan_in(payment, inventory)]
#[instrument(name = "beside", skip_all)]
fn instrumented_below(payment: &PaymentConfirmed, inventory: &InventoryReserved) {}

#[tokio::test]
async fn tracing_attribute_above_or_below_keeps_the_key() {
    let sdk = Sdk::install();
    let above = Instrumented::new(Memory::new(), options());
    let first = above.payment(payment("o-1")).await;
    assert_eq!(waits_for(first), "inventory");
    ran(above.inventory(inventory("o-1")).await);
    let below = InstrumentedBelow::new(Memory::new(), options());
    assert_eq!(waits_for(below.payment(payment("o-2"))), "inventory");
    ran(below.inventory(inventory("o-2")));
    // With `tracing`, its own spans are exported too; they are not the handlers' spans.
    let mut keys = keys(&sdk);
    keys.retain(|(name, _)| name != "beside");
    assert_eq!(
        keys,
        [of("instrumented", "o-1"), of("instrumented_below", "o-2")]
    );
}
