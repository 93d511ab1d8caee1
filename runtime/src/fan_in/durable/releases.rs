//! The releases that a store still has to make.

use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use tokio::runtime::Handle;

use crate::fan_in::core::state::{JoinPolicy, Settlement, Token};

/// The releases that a store still has to make.
#[derive(Debug, Default)]
pub(in crate::fan_in) struct Releases {
    /// The runtime of the store's calls: a holder may be dropped outside of it.
    pub(super) runtime: OnceLock<Handle>,
    pub(super) running: AtomicUsize,
    /// Releases for which there was no runtime. The next call starts them.
    pub(super) postponed: Mutex<Vec<Release>>,
    pub(super) has_postponed: AtomicBool,
}

/// A release to make in the background.
#[derive(Clone, Debug)]
pub(super) struct Release {
    pub(super) target: Target,
    pub(super) policy: JoinPolicy,
    pub(super) since: Instant,
}

#[derive(Clone, Debug)]
pub(super) enum Target {
    /// One join, whose holder was dropped.
    Settle {
        key: String,
        token: Token,
        settlement: Settlement,
    },
    /// All claims of a call that was dropped or whose reply was lost.
    Claims { token: Token },
}

impl Releases {
    pub(super) fn lock(&self) -> MutexGuard<'_, Vec<Release>> {
        self.postponed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
