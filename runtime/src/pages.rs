//! The links that find no room on a span, on child spans of their own.

use std::time::SystemTime;

use opentelemetry::Context;
use opentelemetry::trace::{Link, SpanBuilder, SpanKind, TraceContextExt};

use crate::limit;
use crate::shield::shielded;
use crate::start::Surroundings;
use crate::tracer::StartSpan;

/// Links beyond the first page, which are lost if nobody exports them.
pub(crate) struct Pages {
    /// The handler's span's.
    name: String,
    links: Vec<Link>,
    length: usize,
}

impl Pages {
    /// Leaves `links` with what one span keeps; `None` if that is all.
    #[inline]
    pub(crate) fn split(name: &str, links: &mut Vec<Link>) -> Option<Self> {
        // One finds room wherever there is a limit that leaves pages.
        if links.len() <= 1 {
            return None;
        }
        let length = limit::page()?;
        (links.len() > length).then(|| Self {
            name: name.to_owned(),
            links: links.split_off(length),
            length,
        })
    }

    /// Exports a child span a page. It is no part of the handler's work, and so takes no time.
    pub(crate) fn export(self, now: SystemTime, parent: &Context, tracer: &dyn StartSpan) {
        let surroundings = Surroundings::of_a_child(parent);
        let mut links = self.links.into_iter();
        while links.len() > 0 {
            let mut builder = SpanBuilder::from_name(format!("{} links", self.name))
                .with_kind(SpanKind::Internal)
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
