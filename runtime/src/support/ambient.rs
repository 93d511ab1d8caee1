//! Accesses OpenTelemetry's current context without its panics.
//!
//! OpenTelemetry panics if its context is gone, which happens in destructors of an ending thread. It also panics if a
//! context is attached while the current one is borrowed.

use std::cell::Cell;

use opentelemetry::{Context, ContextGuard};

use crate::support::shield::shielded;

thread_local! {
    /// Has no destructor, so that it is available as long as the thread runs.
    static ACCESS: Cell<Access> = const { Cell::new(Access::Unknown) };
    /// Is destroyed before OpenTelemetry's context: a thread destroys its thread-locals in reverse order of first use.
    static SENTINEL: Sentinel = Sentinel::new();
}

/// Whether a thread's context can be asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    /// The thread has not asked yet.
    Unknown,
    There,
    Gone,
}

struct Sentinel;

impl Sentinel {
    fn new() -> Self {
        // Use the context first, so that this sentinel is the newer of the two.
        let _ = shielded(Context::is_current_telemetry_suppressed);
        Self
    }
}

impl Drop for Sentinel {
    fn drop(&mut self) {
        ACCESS.set(Access::Gone);
    }
}

/// Returns `true` if the context is available. Catching OpenTelemetry's panic instead would call the panic hook, which may
/// end the program.
#[inline]
pub(crate) fn is_there() -> bool {
    ACCESS.get() == Access::There || is_there_at_first()
}

#[cold]
fn is_there_at_first() -> bool {
    if ACCESS.get() == Access::Gone {
        return false;
    }
    let is_there = SENTINEL.try_with(|_| ()).is_ok();
    let access = if is_there {
        Access::There
    } else {
        Access::Gone
    };
    ACCESS.set(access);
    is_there
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
pub(crate) fn current() -> Option<Context> {
    if is_there() {
        shielded(Context::current)
    } else {
        None
    }
}

/// Makes a context current until the guard drops; `None` if that is not possible.
#[inline]
pub(crate) fn attach(context: &Context) -> Option<ContextGuard> {
    if is_there() {
        shielded(|| context.clone().attach())
    } else {
        None
    }
}
