//! A creation context for each message of a batch.

use opentelemetry::trace::SpanKind;

use super::Message;
use crate::WithOrigin;
use crate::span::callsite::Callsite;
use crate::span::handle;
use crate::span::outcome::record_nothing;
use crate::{LinkedEvent, Origin};

const CREATE: Callsite = Callsite {
    name: "create",
    scope: env!("CARGO_PKG_NAME"),
    version: env!("CARGO_PKG_VERSION"),
    kind: SpanKind::Producer,
    ..Callsite::CONSUMER
};

/// Makes a `create` span for each payload, and returns the payloads with these spans as their origins.
///
/// ```
/// use linked_span::messaging::{self, Message};
/// use linked_span::{LinkedEvent, WithOrigin, linked_span};
///
/// # struct Order;
/// #[linked_span(records, send("orders", system = "kafka"))] // one span, linked to each `create` span
/// fn publish_all(records: &[WithOrigin<Order>]) {
///     for record in records {
///         for (name, value) in record.origin().fields() {
///             // write them into the headers of this record
///         }
///     }
/// }
///
/// let orders = vec![Order, Order];
/// let records = messaging::create(&Message::new("kafka").destination("orders"), orders);
/// publish_all(&records);
/// ```
///
/// By the conventions, each message of a batch has its own context, so that a handler of one message links only to that
/// message. The spans are children of the active span, have the name `create orders`, and end at once.
///
/// A payload with an origin keeps it, and gets no span. In that case pass a list of [`WithOrigin`]s, and write the type
/// of the result: `let records: Vec<WithOrigin<Order>> = …`.
pub fn create<T, P: Into<WithOrigin<T>>>(
    message: &Message<'_>,
    payloads: impl IntoIterator<Item = P>,
) -> Vec<WithOrigin<T>> {
    let payloads = payloads.into_iter().map(Into::into);
    payloads
        .map(|payload: WithOrigin<T>| {
            if payload.origin().span_context().is_valid() {
                return payload;
            }
            WithOrigin::new(payload.into_inner(), created(message))
        })
        .collect()
}

fn created(message: &Message<'_>) -> Origin {
    let span = handle::open(&CREATE, |request| request.create(message));
    handle::handle(span, Origin::current, record_nothing)
}
