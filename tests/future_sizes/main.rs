//! The sizes of handlers' futures, beside those with `#[tracing::instrument]`: `benches/FUTURE_SIZES.md`.
//!
//! After a change of this crate, or for another compiler, run `SIZES=update cargo test -p linked-span-tests --test
//! future_sizes` and review the difference.
#![allow(
    clippy::large_stack_arrays,
    clippy::manual_async_fn,
    clippy::needless_pass_by_value
)]

use std::fmt::Write;
use std::mem::size_of_val;
use std::path::Path;

use linked_span::{LinkedEvent, Origin};
use tokio::task::yield_now;

#[derive(Clone, LinkedEvent)]
struct Large {
    bytes: [u8; 4096],
    metadata: Origin,
}

fn large() -> Large {
    Large {
        bytes: [1; 4096],
        metadata: Origin::default(),
    }
}

/// Defines the same functions under each attribute.
macro_rules! handlers {
    ($($name:ident $attribute:tt { $($item:tt)* })*) => {
        mod without {
            use super::*;
            $($($item)*)*
        }
        mod with_linked_span {
            use super::*;
            $(#[::linked_span::linked_span $attribute] $($item)*)*
        }
        mod with_instrument {
            use super::*;
            $(#[::tracing::instrument(skip_all)] $($item)*)*
        }
    };
}

handlers! {
    by_reference (event) {
        pub(super) async fn by_reference(event: &Large) -> u8 {
            yield_now().await;
            event.bytes[0]
        }
    }
    by_value (event) {
        pub(super) async fn by_value(event: Large) -> u8 {
            yield_now().await;
            event.bytes[0]
        }
    }
    with_options (event, attributes(first = event.bytes[0])) {
        pub(super) async fn with_options(event: Large) -> u8 {
            yield_now().await;
            event.bytes[0]
        }
    }
    mutable (event) {
        pub(super) async fn mutable(mut event: Large) -> u8 {
            event.bytes[0] += 1;
            yield_now().await;
            event.bytes[0]
        }
    }
    unused (event) {
        pub(super) async fn unused(event: &Large, _unused: Large) -> u8 {
            yield_now().await;
            event.bytes[0]
        }
    }
    in_a_pattern (event) {
        pub(super) async fn in_a_pattern((event, _): (Large, u8)) -> u8 {
            yield_now().await;
            event.bytes[0]
        }
    }
    destructured (event) {
        pub(super) async fn destructured(event: &Origin, Large { bytes, .. }: Large) -> u8 {
            yield_now().await;
            let _ = event;
            bytes[0]
        }
    }
    a_batch (events) {
        pub(super) async fn a_batch(events: [Large; 4]) -> u8 {
            yield_now().await;
            events[0].bytes[0]
        }
    }
    returned (event) {
        pub(super) fn returned(event: Large) -> impl Future<Output = u8> {
            async move {
                yield_now().await;
                event.bytes[0]
            }
        }
    }
}

/// Returns the size of each future, for handlers with these arguments.
macro_rules! rows {
    ($($name:ident($($argument:expr),*): $title:literal;)*) => {
        [$((
            $title,
            [
                size_of_val(&without::$name($($argument),*)),
                size_of_val(&with_linked_span::$name($($argument),*)),
                size_of_val(&with_instrument::$name($($argument),*)),
            ],
        )),*]
    };
}

#[test]
fn futures_are_as_large_as_the_table_says() {
    let rows = rows! {
        by_reference(&large()): "an event of 4 KiB by reference";
        by_value(large()): "by value";
        with_options(large()): "by value, with attributes of the span";
        mutable(large()): "`mut event`";
        unused(&large(), large()): "another 4 KiB by value, which the body does not use";
        in_a_pattern((large(), 1)): "the event is part of a pattern";
        destructured(&Origin::default(), large()): "another 4 KiB, destructured";
        a_batch([large(), large(), large(), large()]): "a batch of four by value";
        returned(large()): "`fn … -> impl Future`, by value";
    };
    // `cargo test --workspace` builds the runtime with `metrics`, for other packages: a timer makes each future larger.
    let (name, packages) = if linked_span::__private::HAS_METRICS {
        ("benches/FUTURE_SIZES_WITH_METRICS.md", "--workspace")
    } else {
        ("benches/FUTURE_SIZES.md", "-p linked-span-tests")
    };
    let mut page = format!(
        "# Sizes of futures\n\n\
         Made by `SIZES=update cargo test {packages} --test future_sizes`, which also checks it: the bytes of a handler's\n\
         future without an attribute, with `#[linked_span]`, and with `#[tracing::instrument(skip_all)]`.\n\n\
         | handler of | without | `linked_span` | `instrument` |\n| --- | ---: | ---: | ---: |\n",
    );
    for (title, [without, linked_span, instrument]) in rows {
        let _ = writeln!(
            page,
            "| {title} | {without} | {linked_span} | {instrument} |"
        );
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var("SIZES").as_deref() == Ok("update") {
        std::fs::write(&file, &page).expect("a file that can be written");
    }
    let written = std::fs::read_to_string(file).expect("the table");
    assert_eq!(written, page, "futures are not as large as {name} says");
}
