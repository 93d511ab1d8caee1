//! OpenTelemetry's current context, where a thread has one.
//!
//! OpenTelemetry panics where its context cannot be had: in destructors of a thread that ends, and, to make another
//! context current, where the current one is borrowed.

use opentelemetry::{Context, ContextGuard};

use crate::support::shield::shielded;

thread_local! {
    /// Gone before OpenTelemetry's context is: a thread drops first what it has used last.
    static SENTINEL: Sentinel = Sentinel::new();
}

struct Sentinel;

impl Sentinel {
    fn new() -> Self {
        // The context is used here for the first time at the latest.
        let _ = shielded(Context::is_current_telemetry_suppressed);
        Self
    }
}

/// Without this, nothing would be dropped, and so nothing would be known to be gone.
impl Drop for Sentinel {
    fn drop(&mut self) {}
}

/// Whether to ask for the context. A panic that is caught would call the program's panic hook first, which may end it.
#[inline]
fn is_there() -> bool {
    SENTINEL.try_with(|_| ()).is_ok()
}

/// Asks the current context; `None` where there is none. `part` runs in a borrow, and must not run code of the user's.
#[inline]
pub(crate) fn map<R>(part: impl FnOnce(&Context) -> R) -> Option<R> {
    if is_there() {
        shielded(|| Context::map_current(part))
    } else {
        None
    }
}

/// The current context.
#[inline]
pub(crate) fn current() -> Option<Context> {
    map(Context::clone)
}

/// Makes a context current as long as the guard lives; `None` where that is not possible.
#[inline]
pub(crate) fn attach(context: &Context) -> Option<ContextGuard> {
    if is_there() {
        let context = context.clone();
        shielded(|| context.attach())
    } else {
        None
    }
}
