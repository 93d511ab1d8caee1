//! The switch that makes handlers' spans `tracing` spans.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

static IS_ON: AtomicBool = AtomicBool::new(false);
/// The number of layers that hold this crate's tracer.
static LAYERS: AtomicUsize = AtomicUsize::new(0);

/// Makes each handler's span a `tracing` span, for logs without an OpenTelemetry layer.
///
/// ```
/// linked_span::use_tracing(true);
/// // … tracing_subscriber::fmt().init();
/// # linked_span::use_tracing(false);
/// ```
///
/// With tracing-opentelemetry's layer, call [`layer_tracer`](crate::layer_tracer) instead, which enables this too. Call
/// it from a program, not from a library. See [inside `tracing`](crate#inside-tracing).
pub fn use_tracing(on: bool) {
    IS_ON.store(on, Ordering::Release);
}

#[inline]
pub(super) fn is_on() -> bool {
    IS_ON.load(Ordering::Relaxed)
}

/// Returns `true` if an OpenTelemetry layer has this crate's tracer.
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
