//! Handlers inside `macro_rules!`, with the caller's names and their own.
#![deny(warnings)]

use linked_span::{LinkedEvent, Origin, linked_span};
use linked_span_tests::{Sdk, here};

#[derive(LinkedEvent)]
pub(crate) struct Message {
    id: u64,
    metadata: Origin,
}

macro_rules! name_of_the_caller {
    ($name:ident, $event:ident, $body:expr) => {
        #[linked_span($event, attributes(order.id = $event.id))]
        fn $name($event: &Message) -> u64 {
            here();
            $body
        }
    };
}
name_of_the_caller!(of_the_caller, delivery, delivery.id);

macro_rules! name_of_its_own {
    ($name:ident, $value:expr) => {
        #[linked_span(event, attributes(order.id = event.id))]
        async fn $name(event: &Message) -> u64 {
            here();
            let _ = $value;
            event.id
        }
    };
}
name_of_its_own!(of_its_own, 1);

macro_rules! default_of_the_caller {
    ($(#[$attribute:meta])* $visibility:vis fn $name:ident($event:ident: $of:ty) -> $returned:ty $body:block) => {
        $(#[$attribute])*
        #[linked_span]
        $visibility fn $name($event: $of) -> $returned $body
    };
}
default_of_the_caller! {
    /// With a type, a visibility and a body of the caller's.
    pub(crate) fn by_default(message: &Message) -> Result<u64, String> {
        here();
        if message.id == 0 {
            return Err("zero".to_owned());
        }
        Ok(message.id)
    }
}

macro_rules! mixed {
    ($name:ident($($parameter:ident: $of:ty),*) $body:block) => {
        #[linked_span(event)]
        fn $name($($parameter: $of),*) -> u64 $body
    };
}
mixed!(named_in_both(event: &Message, more: u64) { here(); event.id + more });

macro_rules! with_expressions {
    ($name:ident, $span_name:expr, $relationship:literal, $value:expr) => {
        #[linked_span(
                                    event,
                                    name = $span_name,
                                    relationship = $relationship,
                                    attributes(value = $value, shown = %$value, debugged = ?$value),
                                )]
        fn $name(event: &Message) {
            here();
            let _ = event;
        }
    };
}
with_expressions!(expressions, "named", "follows", 1 + 1);

macro_rules! boxed {
    ($name:ident, $event:ident, $async_block:expr) => {
        #[linked_span($event)]
        fn $name($event: Message) -> std::pin::Pin<Box<dyn Future<Output = u64> + Send>> {
            Box::pin($async_block)
        }
    };
}
boxed!(boxed, event, async move {
    here();
    event.id
});

macro_rules! fragments {
    ($name:ident($pattern:pat => $of:ty) -> $returned:ty $body:block) => {
        #[linked_span]
        fn $name($pattern: $of) -> $returned $body
    };
}
fragments! {
    boxed_fragments(event => Message) -> std::pin::Pin<Box<dyn Future<Output = u64> + Send>> {
        Box::pin(async move { here(); event.id })
    }
}
fragments! {
    opaque_fragments(event => Message) -> impl Future<Output = u64> {
        async move { here(); event.id }
    }
}
fragments! {
    pattern_fragments(Message { id, .. } => &Message) -> u64 { here(); *id }
}

fn message() -> Message {
    Message {
        id: 7,
        metadata: Origin::default(),
    }
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let event = message();
    assert_eq!(of_the_caller(&event), 7);
    assert_eq!(of_its_own(&event).await, 7);
    assert_eq!(by_default(&event), Ok(7));
    assert_eq!(named_in_both(&event, 1), 8);
    expressions(&event);
    assert_eq!(pattern_fragments(&event), 7);
    assert_eq!(boxed(event).await, 7);
    assert_eq!(boxed_fragments(message()).await, 7);
    assert_eq!(opaque_fragments(message()).await, 7);
    sdk.assert_each_body_ran_inside(9);
}
