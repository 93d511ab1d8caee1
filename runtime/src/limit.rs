//! How many links a span keeps.

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

/// OpenTelemetry's default, of links, attributes and events.
const DEFAULT: usize = 128;

/// No program sets this: so many links are no limit.
const UNSET: usize = usize::MAX;

static LIMIT: AtomicUsize = AtomicUsize::new(UNSET);
static OVERFLOW: AtomicU8 = AtomicU8::new(0);

/// What becomes of the links that a span's limit leaves no room for; see [`set_link_overflow`].
///
/// ```
/// use linked_span::LinkOverflow;
///
/// assert_eq!(LinkOverflow::default(), LinkOverflow::Pages);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LinkOverflow {
    /// They stand on child spans called `NAME links`, a page each, that have ended before the handler's body starts.
    #[default]
    Pages,
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
/// Without a word it is what the environment variable `OTEL_SPAN_LINK_COUNT_LIMIT` says when it is first needed, as for
/// the SDK itself, and else 128. A limit of 0 keeps no link, on pages neither.
pub fn set_link_limit(links: usize) {
    LIMIT.store(links, Ordering::Relaxed);
}

/// Says what becomes of the links beyond the limit: by default [`LinkOverflow::Pages`], so that none is lost.
///
/// ```
/// use linked_span::{LinkOverflow, set_link_overflow};
///
/// set_link_overflow(LinkOverflow::Drop);
/// # set_link_overflow(LinkOverflow::Pages);
/// ```
pub fn set_link_overflow(overflow: LinkOverflow) {
    OVERFLOW.store(u8::from(overflow == LinkOverflow::Drop), Ordering::Relaxed);
}

/// How many links a page has; `None` where all go to the SDK.
pub(crate) fn page() -> Option<usize> {
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
    (limit > 0 && OVERFLOW.load(Ordering::Relaxed) == 0).then_some(limit)
}

/// A limit that the SDK reads too.
pub(crate) fn from_environment(variable: &str) -> usize {
    let said = std::env::var(variable).ok();
    said.and_then(|limit| limit.parse::<u32>().ok())
        .map_or(DEFAULT, |limit| limit.try_into().unwrap_or(DEFAULT))
}
