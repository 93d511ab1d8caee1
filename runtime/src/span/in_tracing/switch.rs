//! Whether handlers' spans are `tracing` spans.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

static IS_ON: AtomicBool = AtomicBool::new(false);
/// How many of our tracers layers hold.
static LAYERS: AtomicUsize = AtomicUsize::new(0);

/// Makes each handler's span a `tracing` span, for logs without an OpenTelemetry layer.
///
/// ```
/// linked_span::use_tracing(true);
/// // … tracing_subscriber::fmt().init();
/// # linked_span::use_tracing(false);
/// ```
///
/// With tracing-opentelemetry's layer, call [`layer_tracer`](crate::layer_tracer) instead: it switches this on. This is
/// for programs to decide, not for libraries. See [inside `tracing`](crate#inside-tracing).
pub fn use_tracing(on: bool) {
    IS_ON.store(on, Ordering::Release);
}

#[inline]
pub(super) fn is_on() -> bool {
    IS_ON.load(Ordering::Relaxed)
}

/// Returns `true` if an OpenTelemetry layer has our tracer.
pub(super) fn has_layer() -> bool {
    LAYERS.load(Ordering::Relaxed) > 0
}

/// Counts one layer while it lives.
#[derive(Debug)]
pub(super) struct CountedLayer(());

impl CountedLayer {
    pub(super) fn new() -> Self {
        LAYERS.fetch_add(1, Ordering::Relaxed);
        Self(())
    }
}

impl Drop for CountedLayer {
    fn drop(&mut self) {
        LAYERS.fetch_sub(1, Ordering::Relaxed);
    }
}
