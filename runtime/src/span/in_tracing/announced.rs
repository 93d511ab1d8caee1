//! The span that this thread announces to the `tracing` layer.

use std::cell::Cell;
use std::ptr;

use opentelemetry::trace::SpanContext;

thread_local! {
    static ANNOUNCED: Cell<Option<Announced>> = const { Cell::new(None) };
}

struct Announced {
    /// The name of the `tracing` span. Its address distinguishes it from every other span.
    name: &'static str,
    span_context: SpanContext,
}

/// Announces the handler's span while `make` makes its `tracing` span.
///
/// A layer of the user may run another handler meanwhile. That handler announces its own span, and then restores this
/// one.
pub(super) fn announcing<R>(
    name: &'static str,
    span_context: SpanContext,
    make: impl FnOnce() -> R,
) -> R {
    let _restored = Restored(swap(Some(Announced { name, span_context })));
    make()
}

/// Takes the announced span if the layer asks for its name. Only one layer gets it, and no other span does.
pub(super) fn take(name: &str) -> Option<SpanContext> {
    let announced = swap(None)?;
    if ptr::eq(announced.name, name) {
        return Some(announced.span_context);
    }
    swap(Some(announced));
    None
}

/// Swaps the announcement; does nothing while the thread ends.
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
