//! The meter provider that the program has installed, now or later.
//!
//! OpenTelemetry keeps it behind a lock that all threads share, and instruments that were made before it was installed
//! stay without effect (opentelemetry-rust#2280). So a thread asks at most once in a millisecond, as it does for the
//! tracer provider, and the instruments are made again when another provider is found.

use std::cell::{Cell, RefCell};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use opentelemetry::global;
use opentelemetry::metrics::MeterProvider;

use super::instruments::Instruments;
use crate::support::clock::{self, CacheWindow, Instant};
use crate::support::shield::shielded;

type Provider = dyn MeterProvider + Send + Sync;

/// The instruments of the provider that was found last, for all threads.
///
/// Of the provider only a [`Weak`]: it keeps the address from being used again, and lets a provider end that was replaced.
static CURRENT: Mutex<Option<(Weak<Provider>, Arc<Instruments>)>> = Mutex::new(None);

/// Whether any thread has found a provider, for what is too cheap to ask itself.
static FOUND: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// How long this thread's answer counts, and whether there was a provider.
    static ANSWER: Cell<Option<(CacheWindow, bool)>> = const { Cell::new(None) };
    static INSTRUMENTS: RefCell<Weak<Instruments>> = const { RefCell::new(Weak::new()) };
}

/// Whether there is a provider.
#[inline]
pub(super) fn is_installed(now: Instant) -> bool {
    match ANSWER.try_with(Cell::get) {
        Ok(Some((window, is_installed))) if !window.is_over(now) => is_installed,
        Ok(_) => ask(now),
        // Nothing is measured in destructors of a thread that ends.
        Err(_) => false,
    }
}

/// Whether any thread has found a provider. It is not looked for here.
#[inline]
pub(super) fn was_found() -> bool {
    FOUND.load(Ordering::Relaxed)
}

/// The provider's instruments.
pub(super) fn instruments() -> Option<Arc<Instruments>> {
    instruments_at(clock::now())
}

/// The same, where the time is known.
pub(super) fn instruments_at(now: Instant) -> Option<Arc<Instruments>> {
    if !is_installed(now) {
        return None;
    }
    let known = INSTRUMENTS
        .try_with(|known| known.borrow().upgrade())
        .ok()?;
    // Another thread has found another provider meanwhile.
    known.or_else(|| {
        ask(now);
        INSTRUMENTS
            .try_with(|known| known.borrow().upgrade())
            .ok()?
    })
}

#[cold]
fn ask(now: Instant) -> bool {
    // The provider is the user's code, which may handle events: they must not ask again.
    let window = CacheWindow::from(now);
    if ANSWER
        .try_with(|answer| answer.set(Some((window, false))))
        .is_err()
    {
        return false;
    }
    let found = shielded(current).flatten();
    let is_installed = found.is_some();
    if is_installed {
        FOUND.store(true, Ordering::Relaxed);
    }
    let found = found.as_ref().map(Arc::downgrade).unwrap_or_default();
    let _ = INSTRUMENTS.try_with(|known| known.replace(found));
    let _ = ANSWER.try_with(|answer| answer.set(Some((window, is_installed))));
    is_installed
}

fn current() -> Option<Arc<Instruments>> {
    let provider = global::meter_provider();
    // OpenTelemetry's no-op provider has no fields, and an SDK's has.
    if size_of_val(&*provider) == 0 {
        let outdated = lock().take();
        drop(outdated);
        return None;
    }
    let is_its =
        |known: &(Weak<Provider>, _)| ptr::addr_eq(known.0.as_ptr(), Arc::as_ptr(&provider));
    if let Some((_, instruments)) = lock().as_ref().filter(|known| is_its(known)) {
        return Some(Arc::clone(instruments));
    }
    let made = Arc::new(Instruments::of(&*provider));
    let mut current = lock();
    if let Some((_, instruments)) = current.as_ref().filter(|known| is_its(known)) {
        // Another thread was faster.
        return Some(Arc::clone(instruments));
    }
    let outdated = current.replace((Arc::downgrade(&provider), Arc::clone(&made)));
    drop(current);
    // Their end is the user's code.
    drop(outdated);
    Some(made)
}

fn lock() -> std::sync::MutexGuard<'static, Option<(Weak<Provider>, Arc<Instruments>)>> {
    CURRENT.lock().unwrap_or_else(PoisonError::into_inner)
}
