//! Puts overflowing links on child spans.

use std::time::SystemTime;

use opentelemetry::Context;
use opentelemetry::trace::{Link, SpanBuilder, SpanKind, TraceContextExt};

use super::{limit, merge};
use crate::span::request::SpanRequest;
use crate::span::tracer::{SpanContexts, StartSpan};
use crate::support::shield::shielded;

/// The maximum number of pages of a span. The queue of a batch span processor has room for 2,048 spans by default.
const MOST: usize = 128;

/// The attribute that counts the links beyond the last page.
const LEFT_OUT: &str = "linked_span.links_left_out";

/// Holds the links beyond the first page, which are lost unless they are exported.
pub(crate) struct OverflowSpans {
    /// The name of the handler's span.
    name: String,
    kind: SpanKind,
    links: Vec<Link>,
    length: usize,
}

impl OverflowSpans {
    /// Takes the links that exceed the limit; returns `None` if none does.
    #[inline]
    pub(super) fn split(request: &mut SpanRequest) -> Option<Self> {
        // A single link never overflows: each limit that makes pages is at least one.
        if request.links.len() <= 1 {
            return None;
        }
        let (length, merges) = limit::page()?;
        if request.links.len() <= length {
            return None;
        }
        Self::split_longer(request, length, merges)
    }

    #[cold]
    fn split_longer(request: &mut SpanRequest, length: usize, merges: bool) -> Option<Self> {
        let links = &mut request.links;
        if merges {
            merge::by_context(links);
        } else {
            merge::equal(links);
        }
        let pages = links.len().saturating_sub(length).div_ceil(length);
        let kept = length.saturating_mul(pages.min(MOST) + 1);
        let left_out = links.len().saturating_sub(kept);
        links.truncate(kept);
        let overflow = (links.len() > length).then(|| Self {
            name: format!("{} links", request.name),
            kind: request.callsite.kind.clone(),
            links: links.split_off(length),
            length,
        });
        if left_out > 0 {
            request.left_out(LEFT_OUT, left_out);
        }
        overflow
    }

    /// Exports one child span per page. A page has no duration, because it is not part of the handler's work.
    pub(crate) fn export(self, now: SystemTime, parent: &Context, tracer: &dyn StartSpan) {
        let surroundings = SpanContexts::of_a_child(parent);
        let mut links = self.links.into_iter();
        while links.len() > 0 {
            // The page has the handler's kind, so that a sampler that keeps only consumers keeps it.
            let mut builder = SpanBuilder::from_name(self.name.clone())
                .with_kind(self.kind.clone())
                .with_start_time(now);
            builder.links = Some(links.by_ref().take(self.length).collect());
            // The handler's span has begun. A page that panics loses only its own links.
            shielded(|| {
                if let Some(page) = tracer.start_span(builder, &surroundings) {
                    page.context.span().end_with_timestamp(now);
                }
            });
        }
    }
}
