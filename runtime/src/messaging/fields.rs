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
    let field = |place| {
        let (name, value) = header(place)?;
        Some((name, value?))
    };
    // One shield for all headers is cheaper. If one is unreadable, each gets its own.
    let all = || origin_of_hop(repeated, || (0..count).filter_map(field));
    shielded(all).unwrap_or_else(|| {
        origin_of_hop(repeated, || {
            (0..count).filter_map(|place| shielded(|| field(place)).flatten())
        })
    })
}
