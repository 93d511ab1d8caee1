//! A handler's registration with `tracing`: it shows whether a subscriber wants its spans.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use tracing::callsite::{self, Callsite, Identifier};
use tracing::field::FieldSet;
use tracing::metadata::Kind;
use tracing::subscriber::{Interest, NoSubscriber};
use tracing::{Level, Metadata, dispatcher};

use crate::support::shield::shielded;

const UNREGISTERED: u8 = 0;
const REGISTERING: u8 = 1;
const NEVER: u8 = 2;
const WANTED: u8 = 3;

/// Holds a callsite that is registered with `tracing`.
///
/// It lives as long as the program, as `tracing` requires.
pub(super) struct Site {
    interest: AtomicU8,
    /// `true` after an OpenTelemetry layer with another tracer was found.
    has_other_layer: AtomicBool,
    /// Set before the site is registered: it refers to the site.
    metadata: OnceLock<&'static Metadata<'static>>,
}

impl Site {
    pub(super) const fn new() -> Self {
        Self {
            interest: AtomicU8::new(UNREGISTERED),
            has_other_layer: AtomicBool::new(false),
            metadata: OnceLock::new(),
        }
    }

    pub(super) fn describe(&self, metadata: &'static Metadata<'static>) {
        // A second call changes nothing.
        let _ = self.metadata.set(metadata);
    }

    /// Returns `true` if a subscriber may want a span of this site.
    #[inline]
    pub(super) fn is_wanted(&'static self) -> bool {
        match self.interest.load(Ordering::Relaxed) {
            NEVER => false,
            UNREGISTERED => self.register(),
            // Another thread registers it, or this thread does and its subscriber handles an event meanwhile.
            REGISTERING => true,
            _ => !self.has_other_layer.load(Ordering::Relaxed),
        }
    }

    /// Registers the site with all subscribers.
    ///
    /// This holds no lock and runs no initializer, because the subscribers may call this handler.
    #[cold]
    fn register(&'static self) -> bool {
        // `tracing` may ask only this thread's subscriber. Without one, the answer would be a permanent "never".
        if !dispatcher::get_default(|dispatch| !dispatch.is::<NoSubscriber>()) {
            return false;
        }
        let (from, to) = (UNREGISTERED, REGISTERING);
        let registers =
            self.interest
                .compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire);
        if registers.is_ok() {
            shielded(|| callsite::register(self));
            // After a panic, the crate asks the subscriber at each span.
            let (from, to) = (REGISTERING, WANTED);
            let _ = self
                .interest
                .compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire);
        }
        self.interest.load(Ordering::Relaxed) != NEVER
    }

    /// Leaves this handler to OpenTelemetry alone until subscribers or filters change.
    pub(super) fn found_another_layer(&self) {
        self.has_other_layer.store(true, Ordering::Relaxed);
    }
}

impl Callsite for Site {
    fn set_interest(&self, interest: Interest) {
        self.has_other_layer.store(false, Ordering::Relaxed);
        let interest = if interest.is_never() { NEVER } else { WANTED };
        self.interest.store(interest, Ordering::SeqCst);
    }

    fn metadata(&self) -> &Metadata<'_> {
        static SITE: Site = Site::new();
        static UNDESCRIBED: Metadata<'static> = Metadata::new(
            "",
            "linked_span",
            Level::TRACE,
            None,
            None,
            None,
            FieldSet::new(&[], Identifier(&SITE)),
            Kind::SPAN,
        );
        // Only a site that is described is registered.
        self.metadata.get().copied().unwrap_or(&UNDESCRIBED)
    }
}
