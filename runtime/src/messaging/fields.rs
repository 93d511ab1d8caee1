//! The fields of a client's headers.

use crate::propagation::{ReadHeaders, Repeated};
use crate::support::shield::shielded;

/// Reads the fields of the last hop, because a producer that forwards a message appends its own.
#[doc(hidden)]
#[inline]
pub fn read_last_hop<'h, R, I>(read: R, headers: impl Fn() -> I) -> R::Part
where
    R: ReadHeaders,
    I: Iterator<Item = (&'h str, &'h [u8])>,
{
    read.hop(Repeated::Last, headers)
}

/// Reads headers that a client returns one at a time, and may panic on.
///
/// Unreadable headers and headers without a value count as absent.
#[inline]
pub(super) fn read_at_places<'h, R: ReadHeaders>(
    read: R,
    repeated: Repeated,
    count: usize,
    header: impl Fn(usize) -> Option<(&'h str, Option<&'h [u8]>)>,
) -> R::Part {
    let field = |place| {
        let (name, value) = header(place)?;
        Some((name, value?))
    };
    // One shield for all headers is cheaper. If one is unreadable, each gets its own.
    let all = || read.hop(repeated, || (0..count).filter_map(field));
    shielded(all).unwrap_or_else(|| {
        read.hop(repeated, || {
            (0..count).filter_map(|place| shielded(|| field(place)).flatten())
        })
    })
}
