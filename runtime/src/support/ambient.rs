//! Accesses OpenTelemetry's current context without its panics.
//!
//! OpenTelemetry panics if its context is gone, which happens in destructors of an ending thread. It also panics if a
//! context is attached while the current one is borrowed.

use opentelemetry::{Context, ContextGuard};

use crate::support::shield::shielded;

thread_local! {
    /// Is destroyed before OpenTelemetry's context: a thread destroys its thread-locals in reverse order of first use.
    static SENTINEL: Sentinel = Sentinel::new();
}

struct Sentinel;

impl Sentinel {
    fn new() -> Self {
        // Use the context first, so that this sentinel is the newer of the two.
        let _ = shielded(Context::is_current_telemetry_suppressed);
        Self
    }
}

/// A type without a destructor is never destroyed, so `try_with` would always succeed.
impl Drop for Sentinel {
    fn drop(&mut self) {}
}

/// Returns `true` if the context is available. Catching OpenTelemetry's panic instead would call the panic hook, which may
/// end the program.
#[inline]
fn is_there() -> bool {
    SENTINEL.try_with(|_| ()).is_ok()
}

/// Calls `part` with the current context; `None` if there is none.
///
/// `part` runs while the context is borrowed, so it must not run user code.
#[inline]
pub(crate) fn map<R>(part: impl FnOnce(&Context) -> R) -> Option<R> {
    if is_there() {
        shielded(|| Context::map_current(part))
    } else {
        None
    }
}

/// Clones the current context; `None` if there is none.
#[inline]
pub(crate) fn current() -> Option<Context> {
    map(Context::clone)
}

/// Makes a context current until the guard drops; `None` if that is not possible.
#[inline]
pub(crate) fn attach(context: &Context) -> Option<ContextGuard> {
    if is_there() {
        let context = context.clone();
        shielded(|| context.attach())
    } else {
        None
    }
}
