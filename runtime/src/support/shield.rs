//! Catches panics of code that telemetry runs, so that they do not reach the handler.

use std::any::Any;
use std::mem::forget;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs user or SDK code for telemetry; `None` if it panics.
///
/// Without a panic this costs nothing, because it is inlined. Where the compiler did not, the end of a span cost 32
/// instructions more.
#[expect(clippy::inline_always, reason = "`#[inline]` is not enough")]
#[inline(always)]
pub(crate) fn shielded<R>(code: impl FnOnce() -> R) -> Option<R> {
    // Unwind safe: the panic can only leave telemetry data incomplete.
    match catch_unwind(AssertUnwindSafe(code)) {
        Ok(returned) => Some(returned),
        Err(panic) => {
            discard(panic);
            None
        }
    }
}

/// Drops the payload of a panic, whose destructor may panic too.
#[cold]
#[inline(never)]
fn discard(panic: Box<dyn Any + Send>) {
    if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
        forget(again);
    }
}
