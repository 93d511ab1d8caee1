//! From the active context to a carrier.

use super::CarrierMut;
use crate::propagation;
use crate::support::ambient;
use crate::support::shield::shielded;

/// Writes the active context into a carrier, for whoever will handle the event.
///
/// ```
/// use std::collections::HashMap;
///
/// let mut headers: HashMap<String, String> = HashMap::new();
/// linked_span::inject(&mut headers);
/// assert!(headers.is_empty());        // no span was active
/// ```
///
/// What the global propagator writes, or, if none is installed, `traceparent`, `tracestate` and `baggage`. A field of
/// the same name is replaced, in any case of its letters, and no field is written empty. If the carrier or the propagator
/// panics, the fields that were written before stay.
///
/// With an active span, all fields of the propagator are replaced: one that it does not write now is removed, so that no
/// `tracestate`, `baggage` or `x-b3-flags` of an earlier hop stays beside the new context. Without an active span no
/// context is written, and a forwarded one stays; the active baggage is still written.
pub fn inject(carrier: &mut (impl CarrierMut + ?Sized)) {
    // A clone: in a borrow of the current context, a carrier that opens another would panic.
    let Some(context) = ambient::current() else {
        return;
    };
    shielded(|| {
        propagation::write(&context, &mut |name, value| match value {
            Some(value) => carrier.set(name, value),
            None => carrier.remove(name),
        });
    });
}
