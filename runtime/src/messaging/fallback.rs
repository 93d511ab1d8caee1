//! A second place in a message where a producer may have stored its context.

use crate::Origin;
use crate::propagation::{Part, part};

/// Returns the origin, or, if it has no context, what the second place has.
///
/// Context and baggage belong to one hop: a place with a context decides about both. Baggage of a first place without a
/// context is kept. The second place is read only if it is needed.
pub(super) fn or(origin: Origin, second: impl FnOnce() -> Origin) -> Origin {
    let is_complete =
        origin.span_context().is_valid() || (part() == Part::Baggage && origin.baggage().is_some());
    if is_complete {
        return origin;
    }
    let (context, baggage) = second().into_parts();
    Origin::new(context, origin.into_baggage().or(baggage))
}
