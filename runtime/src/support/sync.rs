//! What threads wait for each other with. The tests put Shuttle's in its place, to try schedules.

pub(crate) use std::sync::atomic::{AtomicUsize, Ordering};
pub(crate) use std::sync::{Mutex, MutexGuard};
