//! A handler's `tracing` span, entered while a part of the body runs.

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, TraceContextExt, TraceState};
use tracing::span::{Attributes, Id};
use tracing::{Dispatch, dispatcher};

use super::announced::announcing;
use super::handler::Handler;
use super::probe::Probe;
use super::switch;
use super::thread::while_it_lives;
use super::values::Values;
use crate::support::ambient;
use crate::support::shield::shielded;

/// Holds the handler's `tracing` span, if it has one.
///
/// It keeps its own dispatcher, because the body may run under another. If a subscriber panics, only its own record is
/// lost.
#[derive(Debug, Default)]
pub(in crate::span) struct TracingSpan(Option<Box<Opened>>);

#[derive(Debug)]
struct Opened {
    dispatch: Dispatch,
    id: Id,
    is_entered: bool,
}

impl TracingSpan {
    #[inline]
    pub(in crate::span) fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// Enters the span.
    ///
    /// Only one caller has it, so no two threads enter it at once.
    #[inline(never)]
    pub(in crate::span) fn enter(&mut self) {
        if let Some(opened) = &mut self.0 {
            let enter = || opened.dispatch.enter(&opened.id);
            opened.is_entered = shielded(|| while_it_lives(enter)).flatten().is_some();
        }
    }

    /// Exits the span, if it was entered.
    pub(in crate::span) fn exit(&mut self) {
        if let Some(opened) = self.0.as_mut().filter(|opened| opened.is_entered) {
            opened.is_entered = false;
            shielded(|| opened.dispatch.exit(&opened.id));
        }
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        shielded(|| self.dispatch.try_close(self.id.clone()));
    }
}

/// Makes the `tracing` span in the body's context.
pub(super) fn open(
    handler: &'static Handler,
    values: &Values,
    context: &Context,
) -> Option<TracingSpan> {
    let opened = if switch::has_layer() {
        open_for_our_layer(handler, values, context)
    } else {
        open_for_logs(handler, values, context)
    };
    opened.map(|opened| TracingSpan(Some(Box::new(opened))))
}

/// Makes the span for our layer, whose tracer uses the context's active span for it.
fn open_for_our_layer(
    handler: &'static Handler,
    values: &Values,
    context: &Context,
) -> Option<Opened> {
    let active = context.span();
    let active = active.span_context();
    // The layer's tracer does not need the trace state to recognize the span.
    let (flags, state) = (active.trace_flags(), TraceState::NONE);
    let active = SpanContext::new(active.trace_id(), active.span_id(), flags, false, state);
    announcing(handler.metadata.name(), active, || {
        open_in(handler, values, context)
    })
}

/// Makes the span for logs alone.
///
/// If a layer has another tracer, it would start a second OpenTelemetry span. The handler then has no `tracing` span.
fn open_for_logs(handler: &'static Handler, values: &Values, context: &Context) -> Option<Opened> {
    let probe = Probe::in_place_of(context);
    let opened = open_in(handler, values, &probe.context)?;
    if probe.was_kept() {
        handler.site.found_another_layer();
        return None;
    }
    Some(opened)
}

/// Asks the subscriber whether it wants the span, and makes it.
///
/// No code of the user runs between these two calls: layers' filters keep the first answer in a thread-local for the
/// second. The first call is made even if the interest is cached, because the thread-local may hold another span's
/// answer.
fn open_in(handler: &'static Handler, values: &Values, context: &Context) -> Option<Opened> {
    let _attached = ambient::attach(context);
    let metadata = &handler.metadata;
    let open = |dispatch: &Dispatch| {
        values.with(metadata.fields(), &handler.fields, |values| {
            let attributes = Attributes::new(metadata, values);
            dispatch.enabled(metadata).then(|| Opened {
                id: dispatch.new_span(&attributes),
                dispatch: dispatch.clone(),
                is_entered: false,
            })
        })
    };
    let open = || dispatcher::get_default(open);
    shielded(|| while_it_lives(open)).flatten().flatten()
}
