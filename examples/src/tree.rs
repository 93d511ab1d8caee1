//! Exported spans as text: traces, the spans in them, and the links between them.

use std::fmt;

use opentelemetry::KeyValue;
use opentelemetry::trace::{Link, SpanId, Status};
use opentelemetry_sdk::trace::SpanData;

/// Displays spans as a tree, by the time they started.
///
/// A span stands under its parent, or under its trace where the parent was not exported.
#[derive(Clone, Copy, Debug)]
pub struct Tree<'s>(pub &'s [SpanData]);

impl fmt::Display for Tree<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut spans: Vec<&SpanData> = self.0.iter().collect();
        spans.sort_by_key(|span| span.start_time);
        while let Some(first) = spans.first() {
            let trace_id = first.span_context.trace_id();
            let (trace, others) = spans
                .into_iter()
                .partition(|span| span.span_context.trace_id() == trace_id);
            spans = others;
            writeln!(out, "trace {}", short(trace_id))?;
            self.roots(out, &trace)?;
        }
        Ok(())
    }
}

impl Tree<'_> {
    fn roots(self, out: &mut fmt::Formatter<'_>, trace: &[&SpanData]) -> fmt::Result {
        let is_exported = |id: SpanId| trace.iter().any(|span| span.span_context.span_id() == id);
        for root in trace {
            if !is_exported(root.parent_span_id) {
                self.span(out, root, trace, 1)?;
            }
        }
        Ok(())
    }

    fn span(
        self,
        out: &mut fmt::Formatter<'_>,
        span: &SpanData,
        trace: &[&SpanData],
        depth: usize,
    ) -> fmt::Result {
        let id = span.span_context.span_id();
        let kind = format!("{:?}", span.span_kind).to_lowercase();
        let indent = "  ".repeat(depth);
        write!(out, "{indent}{} ({kind}, span {})", span.name, short(id))?;
        attributes(out, &span.attributes)?;
        if let Status::Error { description } = &span.status {
            write!(out, " error: {description}")?;
        }
        writeln!(out)?;
        for link in &span.links.links {
            write!(out, "{indent}  -> linked to {}", self.target(link))?;
            attributes(out, &link.attributes)?;
            writeln!(out)?;
        }
        for child in trace.iter().filter(|child| child.parent_span_id == id) {
            self.span(out, child, trace, depth + 1)?;
        }
        Ok(())
    }

    /// The span a link leads to, by its name if it was exported here.
    fn target(self, link: &Link) -> String {
        let context = &link.span_context;
        let ids = |of: &SpanData| (of.span_context.trace_id(), of.span_context.span_id());
        let known = self
            .0
            .iter()
            .find(|span| ids(span) == (context.trace_id(), context.span_id()));
        let name = known.map_or("a span from elsewhere", |span| &*span.name);
        let (trace_id, span_id) = (short(context.trace_id()), short(context.span_id()));
        format!("{name} (trace {trace_id}, span {span_id})")
    }
}

fn attributes(out: &mut fmt::Formatter<'_>, attributes: &[KeyValue]) -> fmt::Result {
    for attribute in attributes {
        write!(out, " {}={}", attribute.key, attribute.value)?;
    }
    Ok(())
}

/// Enough of an id to tell the few apart that an example makes.
fn short(id: impl fmt::Display) -> String {
    let mut id = id.to_string();
    id.truncate(4);
    id + "…"
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use opentelemetry::InstrumentationScope;
    use opentelemetry::trace::{SpanContext, SpanKind, TraceFlags, TraceId, TraceState};
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
