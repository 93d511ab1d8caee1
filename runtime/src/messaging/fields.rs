//! The fields of a client's headers.

use crate::Origin;
use crate::propagation::{Repeated, origin_of_hop};
use crate::support::shield::shielded;

/// Returns the origin in headers that a client reads one at a time, and may panic on.
///
/// Unreadable headers and headers without a value count as absent.
pub(super) fn origin_at_places<'h>(
    repeated: Repeated,
    count: usize,
    header: impl Fn(usize) -> Option<(&'h str, Option<&'h [u8]>)>,
) -> Origin {
    origin_of_hop(repeated, || {
        (0..count).filter_map(|place| {
            let (name, value) = shielded(|| header(place)).flatten()?;
            Some((name, value?))
        })
    })
}
