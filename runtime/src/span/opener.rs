//! Opens the span of a request.

use std::mem::take;
use std::sync::Arc;
use std::time::SystemTime;

use opentelemetry::Context;

use super::{in_tracing, overflow::OverflowSpans, provider};
use crate::propagation::{self, Propagation};
use crate::span::active::ActiveSpan;
use crate::span::callsite::Callsite;
use crate::span::request::SpanRequest;
use crate::span::tracer::StartSpan;
use crate::support::ambient;
use crate::support::clock::Instant;
use crate::support::shield::shielded;

/// Holds the tracer and the contexts for starting a span.
pub(super) struct SpanOpener {
    tracer: TracerSource,
    ambient: Context,
    /// The way to read contexts.
    pub(super) propagation: Propagation,
}

/// Selects the tracer that starts the span.
enum TracerSource {
    Installed(Arc<dyn StartSpan>),
    /// The handler's `tracer = …`, which it collects.
    Own,
    /// None: OpenTelemetry starts no span, but `tracing` may want one.
    None,
}

impl SpanOpener {
    /// Returns an opener, or an error if no span is made.
    ///
    /// The error is the way to read contexts, for the event's baggage.
    pub(super) fn of(callsite: &'static Callsite, now: Instant) -> Result<Self, Propagation> {
        let (tracer, propagation) = if callsite.own_tracer {
            (TracerSource::Own, propagation::propagation_at(now))
        } else {
            let (tracer, propagation) = provider::tracer(callsite.scope(), now);
            let tracer = match tracer {
                Some(tracer) => TracerSource::Installed(tracer),
                None if in_tracing::is_wanted(callsite) => TracerSource::None,
                None => return Err(propagation),
            };
            (tracer, propagation)
        };
        let ambient = ambient::current().ok_or(propagation)?;
        if ambient.is_telemetry_suppressed() {
            return Err(propagation);
        }
        Ok(Self {
            tracer,
            ambient,
            propagation,
        })
    }

    /// Starts the span of a collected request.
    pub(super) fn start(
        mut self,
        request: &mut SpanRequest,
        began: SystemTime,
    ) -> Option<ActiveSpan> {
        let prepared = in_tracing::prepare(request);
        // The SDK runs code of the user, such as a sampler and span processors.
        let started = shielded(|| self.start_unshielded(request, began));
        // Without a span, the body still gets the event's baggage.
        let active = started.unwrap_or_else(|| {
            let baggage = request.baggage.as_deref();
            baggage.and_then(ActiveSpan::without_span)
        });
        match prepared {
            Some(prepared) => ActiveSpan::in_tracing(active, prepared),
            None => active,
        }
    }

    #[inline]
    fn start_unshielded(
        &mut self,
        request: &mut SpanRequest,
        began: SystemTime,
    ) -> Option<ActiveSpan> {
        let own;
        let tracer: &dyn StartSpan = match &self.tracer {
            TracerSource::Installed(tracer) => &**tracer,
            TracerSource::Own => {
                own = take(&mut request.tracer);
                own.get()?
            }
            TracerSource::None => {
                let contexts = request.contexts(take(&mut self.ambient));
                return Some(ActiveSpan::of_context(contexts.body));
            }
        };
        let overflow = OverflowSpans::split(request);
        let contexts = request.contexts(take(&mut self.ambient));
        let Some(started) = tracer.start_span(request.builder(began), &contexts) else {
            // The SDK was shut down, or replaced by a no-op provider.
            if let TracerSource::Installed(_) = self.tracer {
                provider::made_no_span();
            }
            let baggage = request.baggage.as_ref();
            return baggage.map(|_| ActiveSpan::of_context(contexts.body));
        };
        if let (Some(overflow), true) = (overflow, started.recording) {
            overflow.export(began, &started.context, tracer);
        }
        Some(ActiveSpan::new(started, request.callsite.errors))
    }
}
