//! The handler's span that this thread makes a `tracing` span for.

use std::cell::Cell;
use std::ptr;

use opentelemetry::trace::SpanContext;

thread_local! {
    static ANNOUNCED: Cell<Option<Announced>> = const { Cell::new(None) };
}

struct Announced {
    /// The very text of the `tracing` span's name, by which it is told from any other.
    name: &'static str,
    span_context: SpanContext,
}

/// Announces the handler's span while `make` makes its `tracing` span.
///
/// A handler that runs meanwhile, in a layer of the user's, announces its own and then puts this one back.
pub(super) fn announcing<R>(
    name: &'static str,
    span_context: SpanContext,
    make: impl FnOnce() -> R,
) -> R {
    let _restored = Restored(swap(Some(Announced { name, span_context })));
    make()
}

/// Takes the announced span, if the layer asks for its name: one layer gets it, and no other span does.
pub(super) fn take(name: &str) -> Option<SpanContext> {
    let announced = swap(None)?;
    if ptr::eq(announced.name, name) {
        return Some(announced.span_context);
    }
    swap(Some(announced));
    None
}

/// Does nothing while the thread ends.
fn swap(next: Option<Announced>) -> Option<Announced> {
    let swapped = ANNOUNCED.try_with(|announced| announced.replace(next));
    swapped.ok().flatten()
}

struct Restored(Option<Announced>);

impl Drop for Restored {
    fn drop(&mut self) {
        swap(self.0.take());
    }
}
