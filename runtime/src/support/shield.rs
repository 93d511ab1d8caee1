//! Keeps a panic of code that telemetry runs away from the handler.

use std::any::Any;
use std::mem::forget;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs code of the user's, or of the SDK's, for telemetry alone; `None` if it panics.
///
/// Where nothing panics this costs nothing: the compiler inlines it.
#[inline]
pub(crate) fn shielded<R>(code: impl FnOnce() -> R) -> Option<R> {
    // What the panic leaves behind is telemetry's, which may be incomplete.
    match catch_unwind(AssertUnwindSafe(code)) {
        Ok(returned) => Some(returned),
        Err(panic) => {
            discard(panic);
            None
        }
    }
}

/// The payload of a panic is the user's too, and may panic when it is dropped.
#[cold]
#[inline(never)]
fn discard(panic: Box<dyn Any + Send>) {
    if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
        forget(again);
    }
}
