//! The links that find no room on a span, on child spans of their own.

use std::time::SystemTime;

use opentelemetry::Context;
use opentelemetry::trace::{Link, SpanBuilder, SpanKind, TraceContextExt};

use super::{limit, merge};
use crate::span::request::SpanRequest;
use crate::span::tracer::{SpanContexts, StartSpan};
use crate::support::shield::shielded;

/// How many pages a span has at the most. A batch span processor's queue has room for 2,048 spans by default.
const MOST: usize = 128;

/// The attribute that counts the links for which the pages have no room.
const LEFT_OUT: &str = "linked_span.links_left_out";

/// Links beyond the first page, which are lost if they are not exported.
pub(crate) struct OverflowSpans {
    /// The handler's span's.
    name: String,
    kind: SpanKind,
    links: Vec<Link>,
    length: usize,
}

impl OverflowSpans {
    /// Leaves the request the links that one span keeps; `None` if these are all.
    #[inline]
    pub(super) fn split(request: &mut SpanRequest) -> Option<Self> {
        // One finds room wherever there is a limit that leaves pages.
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

    /// Exports a child span a page. It is no part of the handler's work, and so takes no time.
    pub(crate) fn export(self, now: SystemTime, parent: &Context, tracer: &dyn StartSpan) {
        let surroundings = SpanContexts::of_a_child(parent);
        let mut links = self.links.into_iter();
        while links.len() > 0 {
            // The handler's kind, so that a sampler which keeps only consumers keeps their pages.
            let mut builder = SpanBuilder::from_name(self.name.clone())
                .with_kind(self.kind.clone())
                .with_start_time(now);
            builder.links = Some(links.by_ref().take(self.length).collect());
            // The handler's span has begun: a page that panics costs its own links alone.
            shielded(|| {
                if let Some(page) = tracer.start_span(builder, &surroundings) {
                    page.context.span().end_with_timestamp(now);
                }
            });
        }
    }
}
