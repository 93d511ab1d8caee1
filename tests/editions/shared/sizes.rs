//! A future with the attribute is hardly larger than without it.

use std::mem::size_of_val;

use linked_span::{LinkedEvent, Origin};
use linked_span_tests_edition::Yield;

#[derive(LinkedEvent)]
pub(crate) struct Large {
    pub(crate) bytes: [u8; 4096],
    pub(crate) metadata: Origin,
}

fn large() -> Large {
    Large {
        bytes: [1; 4096],
        metadata: Origin::default(),
    }
}

/// The size of a running handler's span. The rest of the future must not grow.
const SPAN: usize = 192;

twice!(by_value (event) {
    pub(crate) async fn handle(event: Large) -> u8 {
        Yield::default().await;
        event.bytes[0]
    }
});

twice!(by_value_with_options (event, name = format!("{}", event.bytes[0]), attributes(first = event.bytes[0])) {
    pub(crate) async fn handle(event: Large) -> u8 {
        Yield::default().await;
        event.bytes[0]
    }
});

twice!(mutable (event) {
    pub(crate) async fn handle(mut event: Large) -> u8 {
        event.bytes[0] += 1;
        Yield::default().await;
        event.bytes[0]
    }
});

twice!(unused (event) {
    pub(crate) async fn handle(event: &Large, _unused: Large) -> u8 {
        Yield::default().await;
        event.bytes[0]
    }
});

twice!(#[allow(unused_variables)] unused_event (event) {
    pub(crate) async fn handle(event: Large) {
        Yield::default().await;
    }
});

twice!(ignored (event) {
    pub(crate) async fn handle(event: &Large, _: Large) -> u8 {
        Yield::default().await;
        event.bytes[0]
    }
});

twice!(in_a_pattern (event) {
    pub(crate) async fn handle((event, _): (Large, u8)) -> u8 {
        Yield::default().await;
        event.bytes[0]
    }
});

twice!(returned (event) {
    pub(crate) fn handle(event: Large) -> impl std::future::Future<Output = u8> {
        async move {
            Yield::default().await;
            event.bytes[0]
        }
    }
});

#[test]
fn future_of_an_event_by_value_does_not_grow() {
    macro_rules! compare {
        ($name:ident $(, $argument:expr)*) => {{
            let without = size_of_val(&$name::without::handle($($argument),*));
            let with = size_of_val(&$name::with::handle($($argument),*));
            assert!(with <= without + SPAN, "{}: {} without, {} with", stringify!($name), without, with);
        }};
    }
    compare!(by_value, large());
    compare!(by_value_with_options, large());
    compare!(mutable, large());
    compare!(unused, &large(), large());
    compare!(unused_event, large());
    compare!(ignored, &large(), large());
    compare!(in_a_pattern, (large(), 1));
    compare!(returned, large());
}
