//! Writes the active context, or another origin, into a carrier.

use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;

use super::CarrierMut;
use crate::propagation;
use crate::support::ambient;
use crate::support::shield::shielded;
use crate::{Origin, origin};

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
    write(&context, carrier);
}

/// Writes another origin than the active context into a carrier.
///
/// ```
/// use linked_span::{extract, inject_origin};
///
/// let stored = [("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")];
/// let mut headers: Vec<(String, String)> = Vec::new();
/// inject_origin(&extract(&stored), &mut headers);
/// assert_eq!(headers[0].1, stored[0].1);
/// ```
///
/// An outbox stores an event with its [`Origin`], and sends it later: the handler is linked to the span that made the
/// event, with the baggage of that time. The active context and its baggage are not written.
pub fn inject_origin(origin: &Origin, carrier: &mut (impl CarrierMut + ?Sized)) {
    write(&context_of(origin), carrier);
}

fn write(context: &Context, carrier: &mut (impl CarrierMut + ?Sized)) {
    shielded(|| {
        propagation::write(context, &mut |name, value| match value {
            Some(value) => carrier.set(name, value),
            None => carrier.remove(name),
        });
    });
}

/// A context that has the origin's span context and baggage, and nothing else.
fn context_of(origin: &Origin) -> Context {
    let context = Context::new();
    let context = match origin.baggage() {
        Some(baggage) => origin::with_baggage(&context, baggage),
        None => context,
    };
    if origin.span_context().is_valid() {
        context.with_remote_span_context(origin.span_context().clone())
    } else {
        context
    }
}

impl Origin {
    /// Returns the names and values to store for this origin, for a client whose headers are not a
    /// [`CarrierMut`](crate::CarrierMut).
    ///
    /// ```
    /// use linked_span::Origin;
    ///
    /// # struct Record; impl Record { fn add_header(&mut self, name: &str, value: &[u8]) {} }
    /// # let mut record = Record;
    /// for (name, value) in Origin::current().fields() {
    ///     record.add_header(&name, value.as_bytes());
    /// }
    /// ```
    ///
    /// They are what [`inject`] writes. Without a span context there is no `traceparent`. The whole of them has at most
    /// about nine thousand bytes, nearly all of which is baggage; see [`Origin::without_baggage`].
    pub fn fields(&self) -> impl Iterator<Item = (String, String)> + use<> {
        let mut fields: Vec<(String, String)> = Vec::new();
        inject_origin(self, &mut fields);
        fields.into_iter()
    }

    /// Returns the origin with its span context alone.
    ///
    /// ```
    /// use linked_span::Origin;
    ///
    /// let small: Vec<(String, String)> = Origin::current().without_baggage().fields().collect();
    /// # assert!(small.is_empty());
    /// ```
    #[must_use]
    pub fn without_baggage(&self) -> Self {
        self.span_context().into()
    }
}
