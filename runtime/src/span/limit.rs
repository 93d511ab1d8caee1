//! How many links a span keeps.

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

/// OpenTelemetry's default, of links, attributes and events.
const DEFAULT: usize = 128;

/// A program that sets it means the number below, which no span reaches either.
const UNSET: usize = usize::MAX;

static LIMIT: AtomicUsize = AtomicUsize::new(UNSET);
static OVERFLOW: AtomicU8 = AtomicU8::new(0);

/// Where links go for which a span's limit leaves no room; see [`set_link_overflow`].
///
/// ```
/// use linked_span::LinkOverflow;
///
/// assert_eq!(LinkOverflow::default(), LinkOverflow::ChildSpans);
/// ```
///
/// # Pages, samplers and queues
///
/// A page is a span of the handler's kind, and a child of the handler's span. A sampler that keeps only consumers keeps
/// the pages of a consumer. A sampler that drops spans by their name or for want of a parent's decision drops pages with
/// their links.
///
/// A batch span processor has room for 2,048 spans by default, and drops the spans that come while its queue is full. One
/// handler fills a sixteenth of it at most, and keeps its own span. If many handlers receive large batches at once, give
/// the queue more room with `OTEL_BSP_MAX_QUEUE_SIZE`, or choose [`LinkOverflow::Merge`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LinkOverflow {
    /// They stand on child spans called `NAME links`, a page each, that have ended before the handler's body starts.
    ///
    /// Links that are equal in all they say become one first, with their number as the attribute `link.count`.
    ///
    /// A handler has at most 128 pages. The span's attribute `linked_span.links_left_out` counts the links for which
    /// these have no room.
    #[default]
    ChildSpans,
    /// Links to one context become one link. It has their number as the attribute `link.count`, and the attributes that
    /// all of them have. The links that still find no room stand on pages.
    ///
    /// Links with different relationships stay apart. Use this for batches with many events from one producer.
    Merge,
    /// The SDK drops them, and counts how many.
    Drop,
}

/// Says how many links the SDK keeps on a span, where that was set in code.
///
/// ```
/// # use opentelemetry_sdk::trace::SdkTracerProvider;
/// let builder = SdkTracerProvider::builder().with_max_links_per_span(512);
/// linked_span::set_link_limit(512);
/// # let _ = builder;
/// ```
///
/// By default it is the number in the environment variable `OTEL_SPAN_LINK_COUNT_LIMIT`, which the SDK reads too, or else
/// 128. The variable is read when it is first needed. A limit of 0 keeps no link, and makes no pages. `usize::MAX` leaves
/// all links to the SDK.
pub fn set_link_limit(links: usize) {
    LIMIT.store(links.min(UNSET - 1), Ordering::Relaxed);
}

/// Chooses where the links beyond the limit go: by default to [`LinkOverflow::ChildSpans`].
///
/// ```
/// use linked_span::{LinkOverflow, set_link_overflow};
///
/// set_link_overflow(LinkOverflow::Drop);
/// # set_link_overflow(LinkOverflow::ChildSpans);
/// ```
pub fn set_link_overflow(overflow: LinkOverflow) {
    OVERFLOW.store(overflow as u8, Ordering::Relaxed);
}

/// How many links a page has, and whether links that differ are merged; `None` where all go to the SDK.
pub(crate) fn page() -> Option<(usize, bool)> {
    let limit = match LIMIT.load(Ordering::Relaxed) {
        UNSET => {
            let limit = from_environment("OTEL_SPAN_LINK_COUNT_LIMIT");
            // What the program has said meanwhile stands.
            match LIMIT.compare_exchange(UNSET, limit, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => limit,
                Err(said) => said,
            }
        }
        limit => limit,
    };
    let overflow = OVERFLOW.load(Ordering::Relaxed);
    let has_pages = limit > 0 && overflow != LinkOverflow::Drop as u8;
    has_pages.then_some((limit, overflow == LinkOverflow::Merge as u8))
}

/// A limit that the SDK reads too.
pub(crate) fn from_environment(variable: &str) -> usize {
    let said = std::env::var(variable).ok();
    said.and_then(|limit| limit.parse::<u32>().ok())
        .map_or(DEFAULT, |limit| limit.try_into().unwrap_or(DEFAULT))
}
