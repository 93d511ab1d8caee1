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
    /// `None` if the handler has its own tracer, or if only `tracing` may want a span.
    installed: Option<Arc<dyn StartSpan>>,
    ambient: Context,
    /// The way to read contexts.
    pub(super) propagation: Propagation,
}

impl SpanOpener {
    /// Returns an opener, or an error if no span is made.
    ///
    /// The error is the way to read contexts, for the event's baggage.
    #[inline]
    pub(super) fn of(callsite: &'static Callsite, now: Instant) -> Result<Self, Propagation> {
        match provider::without_sdk(callsite, now) {
            Some(propagation) if !in_tracing::is_wanted(callsite) => Err(propagation),
            _ => Self::find(callsite, now),
        }
    }

    fn find(callsite: &'static Callsite, now: Instant) -> Result<Self, Propagation> {
        let (installed, propagation) = if callsite.own_tracer {
            (None, propagation::propagation_at(now))
        } else {
            let (tracer, propagation) = provider::tracer(callsite.scope(), now);
            if tracer.is_none() && !in_tracing::is_wanted(callsite) {
                return Err(propagation);
            }
            (tracer, propagation)
        };
        let ambient = ambient::current().ok_or(propagation)?;
        if ambient.is_telemetry_suppressed() {
            return Err(propagation);
        }
        Ok(Self {
            installed,
            ambient,
            propagation,
        })
    }

    /// Starts the span of a collected request.
    pub(super) fn start(self, request: &mut SpanRequest, began: SystemTime) -> Option<ActiveSpan> {
        let prepared = in_tracing::prepare(request);
        // The SDK runs code of the user, such as a sampler and span processors.
        let mut active = shielded(|| self.start_unshielded(request, began)).unwrap_or_else(|| {
            // Without a span, the body still gets the event's baggage.
            request
                .baggage
                .as_deref()
                .and_then(ActiveSpan::without_span)
        });
        if let Some(prepared) = prepared {
            active = ActiveSpan::in_tracing(active, prepared);
        }
        active
    }

    #[inline]
    fn start_unshielded(self, request: &mut SpanRequest, began: SystemTime) -> Option<ActiveSpan> {
        let contexts = request.contexts(self.ambient);
        let own;
        let tracer: &dyn StartSpan = match &self.installed {
            Some(tracer) => &**tracer,
            None if request.callsite.own_tracer => {
                own = take(&mut request.tracer);
                own.get()?
            }
            None => return Some(ActiveSpan::of_context(contexts.body)),
        };
        let overflow = OverflowSpans::split(request);
        let Some(started) = tracer.start_span(request.builder(began), &contexts) else {
            // The SDK was shut down, or replaced by a no-op provider.
            if self.installed.is_some() {
                provider::made_no_span();
            }
            let baggage = request.baggage.as_ref();
            return baggage.map(|_| ActiveSpan::of_context(contexts.body));
        };
        if started.recording {
            if let Some(overflow) = overflow {
                overflow.export(began, &started.context, tracer);
            }
        }
        Some(ActiveSpan::new(started, request.callsite.errors))
    }
}
