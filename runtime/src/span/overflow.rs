//! The links that find no room on a span, on child spans of their own.

use std::time::SystemTime;

use opentelemetry::Context;
use opentelemetry::trace::{Link, SpanBuilder, SpanKind, TraceContextExt};

use super::{limit, merge};
use crate::span::request::SpanContexts;
use crate::span::tracer::StartSpan;
use crate::support::shield::shielded;

/// How many pages a span has at the most. A batch span processor's queue has room for 2,048 spans by default.
const MOST: usize = 128;

/// The attribute that counts the links for which the pages have no room.
pub(crate) const LEFT_OUT: &str = "linked_span.links_left_out";

/// What became of the links beyond the limit.
pub(crate) struct Split {
    pub(crate) pages: Option<OverflowSpans>,
    pub(crate) left_out: usize,
}

/// Links beyond the first page, which are lost if they are not exported.
pub(crate) struct OverflowSpans {
    /// The handler's span's.
    name: String,
    kind: SpanKind,
    links: Vec<Link>,
    length: usize,
}

impl OverflowSpans {
    /// Leaves `links` with what one span keeps; `None` if that is all.
    #[inline]
    pub(crate) fn split(name: &str, kind: &SpanKind, links: &mut Vec<Link>) -> Option<Split> {
        // One finds room wherever there is a limit that leaves pages.
        if links.len() <= 1 {
            return None;
        }
        let (length, merges) = limit::page()?;
        (links.len() > length).then(|| Self::split_longer(name, kind, links, length, merges))
    }

    #[cold]
    fn split_longer(
        name: &str,
        kind: &SpanKind,
        links: &mut Vec<Link>,
        length: usize,
        merges: bool,
    ) -> Split {
        if merges {
            merge::by_context(links);
        } else {
            merge::equal(links);
        }
        let pages = links.len().saturating_sub(length).div_ceil(length);
        let kept = length.saturating_mul(pages.min(MOST) + 1);
        let left_out = links.len().saturating_sub(kept);
        links.truncate(kept);
        let pages = (links.len() > length).then(|| Self {
            name: format!("{name} links"),
            kind: kind.clone(),
            links: links.split_off(length),
            length,
        });
        Split { pages, left_out }
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
