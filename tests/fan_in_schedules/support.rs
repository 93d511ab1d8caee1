//! The parts of the runtime's `support` that the store in memory uses, with locks that switch between threads.

#[allow(dead_code, unused_imports)]
#[path = "../../runtime/src/support/clock.rs"]
pub(crate) mod clock;

pub(crate) mod sync {
    pub(crate) use shuttle::sync::atomic::{AtomicUsize, Ordering};
    pub(crate) use shuttle::sync::{Mutex, MutexGuard};
}
