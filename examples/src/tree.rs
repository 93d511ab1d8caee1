//! Exported spans as text.

use std::fmt;

use flow_drawing::Span;
use opentelemetry_sdk::trace::SpanData;

use crate::drawn;

/// Displays spans as a tree, by the time they started.
///
/// A span stands under its parent, or under its trace where the parent was not exported.
#[derive(Clone, Copy, Debug)]
pub struct Tree<'s>(pub &'s [SpanData]);

impl fmt::Display for Tree<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spans: Vec<Span> = self.0.iter().filter_map(drawn).collect();
        flow_drawing::Tree::of(&spans).fmt(out)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use opentelemetry::trace::{
        Link, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
    };
    use opentelemetry::{InstrumentationScope, KeyValue};
    use opentelemetry_sdk::trace::{SpanEvents, SpanLinks};

    use super::*;

    /// Ids that differ in the digits that are shown.
    fn context(trace: u8, span: u8) -> SpanContext {
        SpanContext::new(
            TraceId::from(u128::from(trace) << 112),
            SpanId::from(u64::from(span) << 48),
            TraceFlags::SAMPLED,
            false,
            TraceState::NONE,
        )
    }

    /// It starts that many seconds after the epoch that its id says.
    fn span(trace: u8, id: u8, parent: Option<u8>, name: &'static str) -> SpanData {
        let start_time = SystemTime::UNIX_EPOCH + Duration::from_secs(id.into());
        SpanData {
            span_context: context(trace, id),
            parent_span_id: parent
                .map_or(SpanId::INVALID, |parent| context(trace, parent).span_id()),
            parent_span_is_remote: false,
            span_kind: SpanKind::Internal,
            name: name.into(),
            start_time,
            end_time: start_time,
            attributes: Vec::new(),
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: Status::Unset,
            instrumentation_scope: InstrumentationScope::default(),
        }
    }

    fn linked(mut span: SpanData, to: SpanContext, attributes: Vec<KeyValue>) -> SpanData {
        span.links.links.push(Link::new(to, attributes, 0));
        span
    }

    #[test]
    fn nothing_is_nothing() {
        assert_eq!(Tree(&[]).to_string(), "");
    }

    #[test]
    fn a_span_stands_under_its_parent_in_the_order_of_starts() {
        let spans = [
            span(1, 5, Some(3), "grandchild"),
            span(1, 4, Some(2), "second child"),
            span(1, 3, Some(2), "first child"),
            span(1, 2, None, "root"),
        ];
        assert_eq!(
            Tree(&spans).to_string(),
            "trace 0001…\n\
             \x20 root (internal, span 0002…)\n\
             \x20   first child (internal, span 0003…)\n\
             \x20     grandchild (internal, span 0005…)\n\
             \x20   second child (internal, span 0004…)\n"
        );
    }

    #[test]
    fn a_span_whose_parent_is_elsewhere_stands_under_its_trace() {
        assert_eq!(
            Tree(&[span(1, 3, Some(2), "orphan")]).to_string(),
            "trace 0001…\n  orphan (internal, span 0003…)\n"
        );
    }

    #[test]
    fn a_link_names_the_span_it_leads_to_if_that_was_exported() {
        let relationship = || vec![KeyValue::new("link.relationship", "triggered_by")];
        let known = linked(span(2, 4, None, "handler"), context(1, 1), relationship());
        let spans = [
            span(1, 1, None, "producer"),
            linked(known, context(3, 7), Vec::new()),
        ];
        assert_eq!(
            Tree(&spans).to_string(),
            "trace 0001…\n\
             \x20 producer (internal, span 0001…)\n\
             trace 0002…\n\
             \x20 handler (internal, span 0004…)\n\
             \x20   -> linked to producer (trace 0001…, span 0001…) link.relationship=triggered_by\n\
             \x20   -> linked to a span from elsewhere (trace 0003…, span 0007…)\n"
        );
    }

    #[test]
    fn the_same_span_id_in_another_trace_is_another_span() {
        let spans = [
            span(1, 1, None, "producer"),
            linked(span(2, 2, Some(1), "handler"), context(2, 1), Vec::new()),
        ];
        assert_eq!(
            Tree(&spans).to_string(),
            "trace 0001…\n\
             \x20 producer (internal, span 0001…)\n\
             trace 0002…\n\
             \x20 handler (internal, span 0002…)\n\
             \x20   -> linked to a span from elsewhere (trace 0002…, span 0001…)\n"
        );
    }

    #[test]
    fn attributes_and_errors_are_shown() {
        let mut span = span(1, 1, None, "handler");
        span.span_kind = SpanKind::Consumer;
        span.attributes = vec![KeyValue::new("batch.size", 3), KeyValue::new("done", true)];
        span.status = Status::error("no such address");
        assert_eq!(
            Tree(&[span]).to_string(),
            "trace 0001…\n  handler (consumer, span 0001…) batch.size=3 done=true error: no such address\n"
        );
    }

    #[test]
    fn traces_stand_in_the_order_of_their_first_spans() {
        let spans = [
            span(2, 2, None, "second"),
            span(1, 3, Some(1), "late in the first"),
            span(1, 1, None, "first"),
        ];
        assert_eq!(
            Tree(&spans).to_string(),
            "trace 0001…\n\
             \x20 first (internal, span 0001…)\n\
             \x20   late in the first (internal, span 0003…)\n\
             trace 0002…\n\
             \x20 second (internal, span 0002…)\n"
        );
    }
}
