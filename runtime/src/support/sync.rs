//! Locks and atomics. The tests replace them with Shuttle's, to explore schedules.

pub(crate) use std::sync::atomic::{AtomicUsize, Ordering};
pub(crate) use std::sync::{Mutex, MutexGuard};
