//! `#[derive(LinkedEvent)]`

/// Implements [`LinkedEvent`](trait@crate::LinkedEvent), and [`Keyed`](crate::Keyed) if a field is the key.
///
/// ```
/// use linked_span::{Keyed, LinkedEvent, Origin};
///
/// #[derive(LinkedEvent)]
/// #[event(type = "payment.confirmed")]
/// struct PaymentConfirmed {
///     id: String,
///     #[event(key, attribute = "order.id")]
///     order_id: u64,
///     metadata: Origin,
/// }
///
/// let event = PaymentConfirmed { id: "e-1".into(), order_id: 7, metadata: Origin::default() };
/// assert_eq!(event.id(), Some("e-1".into()));
/// assert_eq!(event.event_type(), Some("payment.confirmed".into()));
/// assert_eq!(event.key(), "7");
/// ```
///
/// | part of the event | field | type |
/// | --- | --- | --- |
/// | the carrier | marked `#[event(metadata)]`, or called `metadata` | a [`Carrier`](crate::Carrier): `Origin`, a map, headers, an `Option` of one |
/// | the id | marked `#[event(id)]`, or called `id` | `Display`, or an `Option` of it |
/// | the type | marked `#[event(type)]`, or called `type` or `event_type`; or `#[event(type = "…")]` on the struct or the variant | `Display`, or an `Option` of it |
/// | the key | marked `#[event(key)]` | `Display` |
/// | a span attribute | marked `#[event(attribute = "order.id")]` | an [`AttributeValue`](crate::AttributeValue) |
///
/// `#[event(skip)]` excludes a field that has one of these names. `#[event(crate = path)]` on the type is the path of
/// `linked_span`, if you renamed the dependency.
///
/// # Newtypes and enums
///
/// A struct or variant with a single unnamed, unmarked field delegates to the event in that field. To delegate its key
/// too, mark the field:
///
/// ```
/// # use linked_span::{Keyed, LinkedEvent, Origin};
/// # #[derive(LinkedEvent)]
/// # struct PaymentConfirmed { #[event(key)] order_id: u64, metadata: Origin }
/// #[derive(LinkedEvent)]
/// struct Audited(#[event(key)] PaymentConfirmed);
///
/// let event = Audited(PaymentConfirmed { order_id: 7, metadata: Origin::default() });
/// assert_eq!(event.key(), "7");
/// ```
///
/// Write `#[event(no_origin)]` on a type or a variant without a producer, such as serde's `other`. The handler's span
/// then has no link:
///
/// ```
/// # use linked_span::{LinkedEvent, Origin};
/// # #[derive(LinkedEvent)]
/// # struct PaymentConfirmed { order_id: u64, metadata: Origin }
/// #[derive(LinkedEvent)]
/// enum Event {
///     PaymentConfirmed(PaymentConfirmed),
///     #[event(no_origin, type = "unknown")]
///     Unknown,
/// }
///
/// assert_eq!(Event::Unknown.event_type(), Some("unknown".into()));
/// ```
///
/// # Limits
///
/// Implement the trait by hand for a `union`, for a `repr(packed)` type, and for one of two generic types that contain
/// each other (E0275).
pub use linked_span_macros::LinkedEvent;
