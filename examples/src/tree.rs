//! Exported spans as text.

use std::fmt;

use flow_drawing::Span;
use opentelemetry_sdk::trace::SpanData;

use crate::drawn;

/// Displays spans as a tree, by the time they started.
///
/// A span is below its parent, or below its trace if the parent was not exported.
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

    /// Returns ids that differ in the printed digits.
    fn context(trace: u8, span: u8) -> SpanContext {
        SpanContext::new(
            TraceId::from(u128::from(trace) << 112),
            SpanId::from(u64::from(span) << 48),
            TraceFlags::SAMPLED,
            false,
            TraceState::NONE,
        )
    }

    /// Returns a span that starts `id` seconds after the epoch.
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
    fn tree_of_no_spans_is_empty() {
        assert_eq!(Tree(&[]).to_string(), "");
    }

    #[test]
    fn tree_puts_spans_below_their_parents_by_start() {
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
    fn tree_puts_a_span_without_its_parent_below_the_trace() {
        assert_eq!(
            Tree(&[span(1, 3, Some(2), "orphan")]).to_string(),
            "trace 0001…\n  orphan (internal, span 0003…)\n"
        );
    }

    #[test]
    fn tree_names_the_target_of_a_link_if_it_was_exported() {
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
    fn tree_distinguishes_equal_span_ids_in_two_traces() {
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
    fn tree_shows_attributes_and_errors() {
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
    fn tree_orders_traces_by_their_first_spans() {
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
