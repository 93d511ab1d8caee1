//! The one tracer provider of the process, whose spans are captured.

use std::cell::Cell;
use std::sync::{Mutex, OnceLock, PoisonError};

use opentelemetry::trace::TracerProvider;
use opentelemetry::{InstrumentationScope, global};
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider};

use super::router::Router;
use crate::span::noop::is_noop;

/// The instrumentation scope that only our provider knows.
const PROBE: &str = "linked_span.testing.probe";

thread_local! {
    static PROBED: Cell<bool> = const { Cell::new(false) };
}

/// Lets a thread that asks for a tracer find out that it is installed.
struct Capturing(SdkTracerProvider);

impl TracerProvider for Capturing {
    type Tracer = SdkTracer;

    fn tracer_with_scope(&self, scope: InstrumentationScope) -> SdkTracer {
        if scope.name() == PROBE {
            let _ = PROBED.try_with(|probed| probed.set(true));
        }
        self.0.tracer_with_scope(scope)
    }
}

/// Which provider is installed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Installed {
    Ours,
    Nothing,
    Another,
}

pub(super) fn installed() -> Installed {
    let _ = PROBED.try_with(|probed| probed.set(false));
    let tracer = global::tracer(PROBE);
    if PROBED.try_with(Cell::take).unwrap_or(false) {
        return Installed::Ours;
    }
    if is_noop(&tracer) {
        Installed::Nothing
    } else {
        Installed::Another
    }
}

/// Installs our provider, if it is not installed.
///
/// # Panics
///
/// If the program has installed one of its own.
#[track_caller]
pub(super) fn install() {
    static INSTALLING: Mutex<()> = Mutex::new(());
    /// It is never dropped: a replacement does not shut it down.
    static PROVIDER: OnceLock<SdkTracerProvider> = OnceLock::new();

    let guard = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let found = installed();
    if found == Installed::Nothing {
        let provider = PROVIDER.get_or_init(|| {
            SdkTracerProvider::builder()
                .with_sampler(Sampler::AlwaysOn)
                .with_span_processor(Router)
                .build()
        });
        crate::set_tracer_provider(Capturing(provider.clone()));
    }
    drop(guard);
    assert!(found != Installed::Another, "{ANOTHER}");
}

pub(super) const ANOTHER: &str = "remove the program's own tracer provider from tests that call \
`linked_span::testing::capture()`: a provider was installed, by `set_tracer_provider`, that captures nothing";
