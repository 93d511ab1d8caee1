//! Writes the active context into a carrier.

use super::CarrierMut;
use crate::propagation;
use crate::support::ambient;
use crate::support::shield::shielded;

/// Writes the active context into a carrier, such as a message's headers.
///
/// ```
/// use std::collections::HashMap;
///
/// let mut headers: HashMap<String, String> = HashMap::new();
/// linked_span::inject(&mut headers);
/// assert!(headers.is_empty());        // no span was active
/// ```
///
/// The global propagator decides which fields are written. Without one, the crate writes `traceparent`, `tracestate` and
/// `baggage`. A written field replaces fields of the same name in any letter case. Empty fields are not written. If the
/// carrier or the propagator panics, the fields written before the panic remain.
///
/// With an active span, other fields of the propagator are removed, so that no `tracestate`, `baggage` or `x-b3-flags` of an
/// earlier hop remains. Without an active span, no context is written and a forwarded one remains; the active baggage is
/// still written.
pub fn inject(carrier: &mut (impl CarrierMut + ?Sized)) {
    // OpenTelemetry borrows the current context in `map_current`: a carrier that attaches one would panic in there.
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
