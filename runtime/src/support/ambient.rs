//! OpenTelemetry's current context, where a thread has one.
//!
//! OpenTelemetry panics where its context cannot be had: in destructors of a thread that ends, and, to make another
//! context current, where the current one is borrowed.

use std::cell::Cell;

use opentelemetry::{Context, ContextGuard};

use crate::support::shield::shielded;

thread_local! {
    /// Has no destructor, so that it can be asked as long as the thread runs.
    static ACCESS: Cell<Access> = const { Cell::new(Access::Unknown) };
    /// Gone before OpenTelemetry's context is: a thread drops first what it has used last.
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
        // The context is used here for the first time at the latest.
        let _ = shielded(Context::is_current_telemetry_suppressed);
        Self
    }
}

impl Drop for Sentinel {
    fn drop(&mut self) {
        ACCESS.set(Access::Gone);
    }
}

/// Whether to ask for the context. A panic that is caught would call the program's panic hook first, which may end it.
#[inline]
fn is_there() -> bool {
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
pub(crate) fn current() -> Option<Context> {
    if is_there() {
        shielded(Context::current)
    } else {
        None
    }
}

/// Makes a context current as long as the guard lives; `None` where that is not possible.
///
/// Not inlined: that would make the poll of each handler so large that it costs 34 instructions more.
#[inline(never)]
pub(crate) fn attach(context: &Context) -> Option<ContextGuard> {
    if is_there() {
        shielded(|| context.clone().attach())
    } else {
        None
    }
}
