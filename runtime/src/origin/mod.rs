//! The origin of an event: its producer's span context and baggage.

use std::fmt;
use std::sync::Arc;

use opentelemetry::Context;
use opentelemetry::baggage::{Baggage, BaggageExt};
use opentelemetry::trace::{SpanContext, TraceContextExt};

use crate::support::ambient;

/// Identifies the producer of an event: its span context and its baggage.
///
/// ```
/// use linked_span::Origin;
///
/// struct OrderCreated {
///     id: u64,
///     metadata: Origin,
/// }
///
/// let event = OrderCreated { id: 7, metadata: Origin::current() };
/// # let _ = (event.id, event.metadata);
/// ```
///
/// A producer stores [`Origin::current()`] in the event. The event's handler then links to the span that was active in the
/// producer. [`Origin::default()`] has no span context: the handler runs in a span without a link.
///
/// With the feature `serde`, an origin is serialized as `{"traceparent": "…", "tracestate": "…", "baggage": "…"}` in
/// self-describing formats. Entries without a value are left out. The values are the W3C's
/// [trace context](https://www.w3.org/TR/trace-context-1/) and [baggage](https://www.w3.org/TR/baggage/). A missing, empty,
/// null or malformed origin deserializes as one without a span context, never as an error.
///
/// serde cannot `flatten` an origin, because it may be missing. For a `traceparent` at the top level of an event, flatten a
/// map, and mark it `#[event(metadata)]`.
///
/// Equality ignores whether a span context is remote.
#[derive(Clone, Default)]
pub struct Origin {
    span_context: SpanContextOrNone,
    baggage: Option<Arc<Baggage>>,
}

/// `SpanContext` has a `NONE`, but no `Default`.
#[derive(Clone)]
struct SpanContextOrNone(SpanContext);

impl Default for SpanContextOrNone {
    fn default() -> Self {
        Self(SpanContext::NONE)
    }
}

/// The baggage of an event; `None` if it is empty.
pub type SharedBaggage = Option<Arc<Baggage>>;

impl Origin {
    /// Returns the active span's context with the active baggage.
    ///
    /// ```
    /// use linked_span::{Origin, extract};
    /// use opentelemetry::Context;
    /// use opentelemetry::trace::TraceContextExt;
    ///
    /// assert_eq!(Origin::current(), Origin::default());       // no span is active
    ///
    /// let caller = extract(&[("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]);
    /// let _active = Context::new().with_remote_span_context(caller.span_context().clone()).attach();
    /// assert_eq!(Origin::current(), caller);
    /// ```
    #[must_use]
    pub fn current() -> Self {
        ambient::map(|context| Self::from(context)).unwrap_or_default()
    }

    /// Returns the producer's span context, or [`SpanContext::NONE`] if there is none.
    ///
    /// ```
    /// use linked_span::extract;
    ///
    /// let origin = extract(&[("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736")]);    // truncated
    /// assert!(!origin.span_context().is_valid());
    /// ```
    #[must_use]
    pub fn span_context(&self) -> &SpanContext {
        &self.span_context.0
    }

    /// Returns the producer's baggage, or `None` if it is empty.
    ///
    /// ```
    /// use linked_span::extract;
    ///
    /// let origin = extract(&[("baggage", "tenant=acme")]);
    /// let tenant = origin.baggage().and_then(|baggage| baggage.get("tenant"));
    /// assert_eq!(tenant.map(|tenant| tenant.as_str()), Some("acme"));
    /// ```
    #[must_use]
    pub fn baggage(&self) -> Option<&Baggage> {
        self.baggage.as_deref()
    }

    /// Combines a context and baggage; `Some` baggage must not be empty.
    #[inline]
    pub(crate) fn new(span_context: SpanContext, baggage: Option<Arc<Baggage>>) -> Self {
        Self {
            span_context: SpanContextOrNone(span_context),
            baggage,
        }
    }

    pub(crate) fn shared_baggage(&self) -> SharedBaggage {
        self.baggage.clone()
    }

    #[inline]
    pub(crate) fn into_baggage(self) -> SharedBaggage {
        self.baggage
    }

    pub(crate) fn into_parts(self) -> (SpanContext, Option<Arc<Baggage>>) {
        (self.span_context.0, self.baggage)
    }
}

impl From<SpanContext> for Origin {
    fn from(span_context: SpanContext) -> Self {
        Self::new(span_context, None)
    }
}

impl From<&SpanContext> for Origin {
    fn from(span_context: &SpanContext) -> Self {
        span_context.clone().into()
    }
}

impl From<Context> for Origin {
    fn from(context: Context) -> Self {
        Self::from(&context)
    }
}

impl From<&Context> for Origin {
    fn from(context: &Context) -> Self {
        let span_context = context.span().span_context().clone();
        Self::new(span_context, copy_baggage(context))
    }
}

/// Copies the context's baggage; `None` if it is empty. (`Baggage` is not `Clone`.)
pub(crate) fn copy_baggage(context: &Context) -> Option<Arc<Baggage>> {
    let baggage = context.baggage();
    let entries = baggage.iter();
    let entries = entries.map(|(key, entry)| (key.clone(), entry.clone()));
    (!baggage.is_empty()).then(|| Arc::new(entries.collect()))
}

impl From<&Origin> for Origin {
    fn from(origin: &Origin) -> Self {
        origin.clone()
    }
}

/// Converts `None` to an origin without a span context.
impl<T: Into<Origin>> From<Option<T>> for Origin {
    fn from(origin: Option<T>) -> Self {
        origin.map(Into::into).unwrap_or_default()
    }
}

impl PartialEq for Origin {
    fn eq(&self, other: &Self) -> bool {
        let ids = |origin: &Self| {
            let context = origin.span_context();
            (context.trace_id(), context.span_id(), context.trace_flags())
        };
        ids(self) == ids(other)
            && self.span_context().trace_state() == other.span_context().trace_state()
            && same_baggage(self.baggage(), other.baggage())
    }
}

impl Eq for Origin {}

impl fmt::Debug for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut origin = formatter.debug_struct("Origin");
        origin.field("span_context", self.span_context());
        if let Some(baggage) = self.baggage() {
            origin.field("baggage", &baggage.to_string());
        }
        origin.finish()
    }
}

fn same_baggage(one: Option<&Baggage>, other: Option<&Baggage>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(key, entry)| other.get_with_metadata(key) == Some(entry))
        }
        _ => false,
    }
}

/// Adds baggage to a context.
pub(crate) fn with_baggage(context: &Context, baggage: &Baggage) -> Context {
    context.with_baggage(merged(context.baggage(), baggage))
}

/// Merges two baggages; for an equal key, the entry of `over` wins.
fn merged(under: &Baggage, over: &Baggage) -> Baggage {
    // `over` goes first: a `Baggage` drops entries beyond its limits, and `over` must not lose any.
    let kept_under = under
        .iter()
        .filter(|(key, _)| over.get_with_metadata(key).is_none());
    over.iter()
        .chain(kept_under)
        .map(|(key, entry)| (key.clone(), entry.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::{SpanId, TraceFlags, TraceId, TraceState};
    use opentelemetry::{KeyValue, StringValue};

    use super::*;

    fn span_context(is_remote: bool) -> SpanContext {
        SpanContext::new(
            TraceId::from(1),
            SpanId::from(2),
            TraceFlags::SAMPLED,
            is_remote,
            TraceState::NONE,
        )
    }

    #[test]
    fn origin_equality_ignores_remoteness() {
        assert_eq!(Origin::from(span_context(true)), span_context(false).into());
        assert_ne!(Origin::from(span_context(true)), Origin::default());
    }

    #[test]
    fn current_under_an_active_context_has_its_span_and_baggage() {
        let context = Context::new()
            .with_remote_span_context(span_context(true))
            .with_baggage([KeyValue::new("tenant", "a")]);
        let _guard = context.attach();
        let origin = Origin::current();
        assert_eq!(origin.span_context(), &span_context(true));
        let tenant = origin.baggage().and_then(|baggage| baggage.get("tenant"));
        assert_eq!(tenant.map(StringValue::as_str), Some("a"));
        assert_ne!(origin, span_context(true).into());
    }

    #[test]
    fn merged_with_an_equal_key_keeps_the_event_s_entry() {
        let under: Baggage = [KeyValue::new("a", "1"), KeyValue::new("b", "2")].into();
        let over: Baggage = [KeyValue::new("b", "3")].into();
        let both = merged(&under, &over);
        assert_eq!(both.get("a").map(StringValue::as_str), Some("1"));
        assert_eq!(both.get("b").map(StringValue::as_str), Some("3"));
    }
}
