//! The macros of `linked-span`, which re-exports and documents them: name that crate, not this one.

mod args;
mod error;
mod event;
mod handler;
mod linked_span;
mod output;

use proc_macro::TokenStream;

/// Opens a span around a function, linked to the producer of the event it handles.
///
/// ```
/// use linked_span::{LinkedEvent, Origin, linked_span};
///
/// #[derive(LinkedEvent)]
/// struct PaymentConfirmed {
///     id: String,
///     order_id: u64,
///     metadata: Origin,
/// }
///
/// #[linked_span(event, attributes(order.id = event.order_id))]
/// async fn send_receipt(event: &PaymentConfirmed) -> Result<(), std::io::Error> {
///     // …
///     Ok(())
/// }
/// ```
///
/// The span is a consumer's, called like the function, and a child of the active span or the first of a new trace. It
/// has a link to the span that was active where the event was made. It ends when the body ends, whether that returns,
/// returns an `Err`, panics, or is cancelled. Without an SDK, nothing of this happens and nothing is computed for it.
///
/// It goes on a `fn`, an `async fn`, and a function that returns `impl Future` or `Pin<Box<dyn Future>>`: free ones,
/// methods, and those in traits, `#[async_trait]` included.
///
/// # Which parameter is the event
///
/// | attribute | event |
/// | --- | --- |
/// | `#[linked_span]` | the parameter called `event` or `events`, else the only one that is not `self` |
/// | `#[linked_span(order)]` | this parameter, which may be `self` |
/// | `#[linked_span(order(origin = extract(order.headers())))]` | this one, whose type is not a [`LinkedEvent`]; any expression that is `Into<Origin>` |
/// | `#[linked_span(order(attributes(region = %order.region)))]` | this one, with attributes on its link |
/// | `#[linked_span(payment, inventory(relationship = "reservation"))]` | several: a link to each, in this order |
///
/// A parameter may be a batch: a slice, a `Vec`, a `VecDeque`, an array, or a type that implements `Events`. Its type
/// tells. Then the span is linked to each of its events.
///
/// # Options
///
/// After the parameters, in any order:
///
/// | option | meaning |
/// | --- | --- |
/// | `name = EXPR` | the span's name, anything that is `Into<Cow<'static, str>>`, over the parameters; by default the function's |
/// | `kind = consumer` | `consumer` (the default), `producer`, `internal`, `server` or `client` |
/// | `relationship = EXPR` | the link's attribute `link.relationship`; by default `"triggered_by"`, of several parameters their names, of a batch none |
/// | `attributes(order.id = %event.order_id, "batch.size" = 3)` | attributes of the span, which samplers see; keys are dotted names, strings, or paths to constants; values are taken by reference: [`AttributeValue`]s, `%` for what is `Display`, `?` for what is `Debug` |
/// | `parent = current` | `current` (the default): a child of the active span; `root`: always a new trace; `event`: a child of the one event's producer, and linked to it |
/// | `errors = full` | what is recorded of an `Err`: `full` (the default), `type` (no message), `off` |
/// | `scope = "…"` | the name of the instrumentation scope; by default your crate's, with its version |
/// | `tracer = EXPR` | a tracer of your own: a `Tracer`, or a `&'static` or an `Arc` of one |
/// | `crate = PATH` | where `linked_span` is, if you have it under another name |
///
/// A key of yours replaces one of ours.
///
/// # What is recorded
///
/// | handler of | on the span | on each link |
/// | --- | --- | --- |
/// | one event | `event.id`, `event.type`, what the event's `attributes` add | `link.relationship`, `link.event_type` |
/// | a batch | `batch.size`, `batch.link_count` | `link.relationship` if one was given, `event.id`, what `attributes` add |
/// | several parameters | | `link.relationship`, `event.id`, `link.event_type`, what `attributes` add |
///
/// An event without a valid origin is handled all the same; it makes no link. Links that are more than the SDK keeps go
/// on child spans called `NAME links`; see `set_link_limit`.
///
/// | outcome | on the span |
/// | --- | --- |
/// | it returns | nothing |
/// | it returns an `Err` | status `Error` with its `Display`, else its `Debug`, an event `exception`, `error.type`; the status alone if it is neither |
/// | it panics | status `Error`, `panicked` |
/// | its future is dropped before it was done | `linked_span.cancelled = true` |
///
/// [`LinkedEvent`]: https://docs.rs/linked-span/latest/linked_span/trait.LinkedEvent.html
/// [`AttributeValue`]: https://docs.rs/linked-span/latest/linked_span/trait.AttributeValue.html
#[proc_macro_attribute]
pub fn linked_span(args: TokenStream, item: TokenStream) -> TokenStream {
    linked_span::expand(args.into(), &item.into()).into()
}

/// Implements `LinkedEvent`, and `Keyed` if a key is marked.
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
/// | what | which field | which types |
/// | --- | --- | --- |
/// | the carrier | marked `#[event(metadata)]`, else called `metadata` | a `Carrier`: `Origin`, a map, headers, an `Option` of one |
/// | the id | marked `#[event(id)]`, else called `id` | `Display`, or an `Option` of what is |
/// | the type | marked `#[event(type)]`, else called `type` or `event_type`; or `#[event(type = "…")]` on the struct or the variant | `Display`, or an `Option` of what is |
/// | the key | marked `#[event(key)]` | `Display` |
/// | an attribute of the span | marked `#[event(attribute = "order.id")]` | an `AttributeValue` |
///
/// `#[event(skip)]` on a field that has one of these names leaves it out. A struct or a variant with a single unnamed
/// field that is not marked is the event in that field. `#[event(crate = path)]` on the type says where `linked_span` is.
#[proc_macro_derive(LinkedEvent, attributes(event))]
pub fn linked_event(item: TokenStream) -> TokenStream {
    event::expand(item.into()).into()
}
