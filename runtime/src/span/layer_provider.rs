//! The provider of the program's `tracing` layer, for handlers without a global one.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use opentelemetry::InstrumentationScope;
use opentelemetry::trace::{Tracer, TracerProvider};

use crate::span::noop::is_noop;
use crate::span::tracer::StartSpan;
use crate::support::generation;

static PROVIDER: Mutex<Option<Weak<dyn HandlerTracers>>> = Mutex::new(None);

/// Makes tracers for handlers from a provider of any type.
pub(super) trait HandlerTracers: Send + Sync {
    /// Returns `None` if the provider makes no spans.
    fn handler_tracer(&self, scope: InstrumentationScope) -> Option<Arc<dyn StartSpan>>;
}

impl<P> HandlerTracers for P
where
    P: TracerProvider + Send + Sync,
    P::Tracer: Tracer<Span: Send + Sync> + Send + Sync + 'static,
{
    fn handler_tracer(&self, scope: InstrumentationScope) -> Option<Arc<dyn StartSpan>> {
        let tracer = self.tracer_with_scope(scope);
        let makes_spans = !is_noop(&tracer);
        makes_spans.then(|| Arc::new(tracer) as Arc<dyn StartSpan>)
    }
}

/// Makes handlers use this provider while it lives and no global one is installed.
pub(super) fn set(provider: &Arc<dyn HandlerTracers>) {
    let mut known = PROVIDER.lock().unwrap_or_else(PoisonError::into_inner);
    *known = Some(Arc::downgrade(provider));
    drop(known);
    generation::advance();
}

/// Returns a tracer of that provider. The lock is released first, because the provider is the user's code.
pub(super) fn tracer(scope: InstrumentationScope) -> Option<Arc<dyn StartSpan>> {
    let known = PROVIDER.lock().unwrap_or_else(PoisonError::into_inner);
    let provider = known.as_ref().and_then(Weak::upgrade);
    drop(known);
    provider?.handler_tracer(scope)
}
