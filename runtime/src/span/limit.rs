//! The number of links that a span keeps.

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

/// OpenTelemetry's default limit of links, attributes and events.
const DEFAULT: usize = 128;

/// Means that no limit was set. A program that sets this value gets the number below, which no span reaches either.
const UNSET: usize = usize::MAX;

static LIMIT: AtomicUsize = AtomicUsize::new(UNSET);
static OVERFLOW: AtomicU8 = AtomicU8::new(0);

/// Chooses where links beyond a span's limit go; see [`set_link_overflow`].
///
/// ```
/// use linked_span::LinkOverflow;
///
/// assert_eq!(LinkOverflow::default(), LinkOverflow::ChildSpans);
/// ```
///
/// # Costs
///
/// A batch of 10,000 events with different producers takes 8 % more instructions with `ChildSpans` or `Merge` than with
/// `Drop`. If one producer sent all of them, `Merge` takes 35 % more than `Drop`, and `ChildSpans` twice as many, or 52 %
/// more if the events are equal too.
///
/// # Pages, samplers and queues
///
/// A page is a span of the handler's kind, and a child of the handler's span. A sampler that keeps only consumers keeps
/// the pages of a consumer. A sampler that drops spans by their name or for want of a parent's decision drops pages with
/// their links.
///
/// A batch span processor has room for 2,048 spans by default. It drops the spans that come while its queue is full.
/// One handler fills at most a sixteenth of it, and keeps its own span. If many handlers receive large batches at once,
/// enlarge the queue with `OTEL_BSP_MAX_QUEUE_SIZE`, or choose [`LinkOverflow::Merge`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LinkOverflow {
    /// The links go to child spans called `NAME links`, one page each. These end before the handler's body starts.
    ///
    /// Identical links first become one link, with their number as the attribute `link.count`.
    ///
    /// A handler has at most 128 pages. The span's attribute `linked_span.links_left_out` counts the links beyond
    /// these.
    #[default]
    ChildSpans,
    /// Links to one context become one link, with their number as the attribute `link.count` and the attributes that
    /// all of them share. The links that still exceed the limit go to pages.
    ///
    /// Links with different relationships remain separate. Use this for batches with many events from one producer.
    Merge,
    /// The SDK drops the links and counts them.
    Drop,
}

/// Sets the number of links that the SDK keeps, if the program configures it in code.
///
/// ```
/// # use opentelemetry_sdk::trace::SdkTracerProvider;
/// let builder = SdkTracerProvider::builder().with_max_links_per_span(512);
/// linked_span::set_link_limit(512);
/// # let _ = builder;
/// ```
///
/// The default is the environment variable `OTEL_SPAN_LINK_COUNT_LIMIT`, which the SDK also reads, or else 128. The
/// variable is read at its first use. A limit of 0 keeps no links and makes no pages. `usize::MAX` leaves all links to
/// the SDK.
pub fn set_link_limit(links: usize) {
    LIMIT.store(links.min(UNSET - 1), Ordering::Relaxed);
}

/// Chooses where links beyond the limit go; the default is [`LinkOverflow::ChildSpans`].
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

/// Returns the number of links on a page, and `true` if different links are merged.
///
/// Returns `None` if the SDK gets all links.
pub(crate) fn page() -> Option<(usize, bool)> {
    let limit = match LIMIT.load(Ordering::Relaxed) {
        UNSET => {
            let limit = from_environment("OTEL_SPAN_LINK_COUNT_LIMIT");
            // A limit that the program has set meanwhile takes precedence.
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

/// Returns a limit from an environment variable that the SDK also reads.
pub(crate) fn from_environment(variable: &str) -> usize {
    let said = std::env::var(variable).ok();
    said.and_then(|limit| limit.parse::<u32>().ok())
        .map_or(DEFAULT, |limit| limit.try_into().unwrap_or(DEFAULT))
}
