//! The macros of `linked-span`, which re-exports and documents them: name that crate, not this one.

mod args;
mod error;
mod event;
mod fan_in;
mod handler;
mod linked_span;
mod output;
mod parameters;
#[cfg(test)]
mod snapshots;
mod variables;
mod which;

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
/// # Streams, and `#[track_caller]`
///
/// A function that returns a stream has returned long before the stream yields anything, and its span would have ended:
/// it is an error. Put the attribute on the function that handles an item of the stream.
///
/// The body of a function that is not `async` runs in a closure, so below `#[track_caller]`, `Location::caller()` is a
/// place in the body. If you need to know the caller, ask in a function around the handler, and hand the answer on.
///
/// # Mistakes
///
/// All mistakes in an attribute are reported at once, at your words, and the function is kept, so that its callers do
/// not fail too.
///
/// | mistake | what to write |
/// | --- | --- |
/// | no parameter is called so | the nearest name, or one of those that are listed |
/// | several parameters, and none is called `event` | `#[linked_span(order)]`: they are listed |
/// | there is no parameter, or none has a name | a parameter for the event, with a name |
/// | a parameter is named twice | once |
/// | a parameter's type is not a `LinkedEvent`, nor a batch of them | `#[derive(LinkedEvent)]` or an implementation; `order(origin = extract(order.headers()))`; a `WithOrigin` |
/// | an `origin` that is not `Into<Origin>` | `origin = extract(&headers)` |
/// | an unknown option, of the handler or of a parameter | the nearest one, or one of those that are listed |
/// | an option is given twice, or without its value | once, with a value |
/// | `name = …` and others inside of a parameter's parentheses | after the parameters |
/// | `event = …` | `event(origin = …)` |
/// | a wrong `kind`, `parent` or `errors` | one of the choices, which are listed |
/// | `parent = event` for a batch or several parameters | leave it out: the span is linked to each |
/// | a `name` that is not `Into<Cow<'static, str>>` | `name = format!(…)` |
/// | a `tracer` that is none, or a borrowed one | a `Tracer`, or a `&'static` or an `Arc` of one |
/// | a `crate` that is no path | `crate = ::my_tracing::linked_span` |
/// | a key of an attribute that is none | `order.id`, `"order.id"`, or `keys::ORDER_ID` |
/// | a value of an attribute, or a `relationship`, that is none | `key = %value`, or `key = ?value` |
/// | `fields(…)`, as in `#[tracing::instrument]` | `attributes(…)` |
/// | `skip(…)`, `skip_all` | leave it out: no parameter is recorded |
/// | `err` | leave it out: an `Err` is recorded; `errors = type` or `errors = off` for less |
/// | `ret` | `linked_span::set_attribute("result", value)` in the body |
/// | `level` | leave it out: the sampler chooses |
/// | `target` | `scope = "…"` |
/// | `follows_from` | name the parameter that is the event |
/// | the return type hides a future, as an alias does | `async fn`, `-> impl Future<Output = …>`, `-> Pin<Box<dyn Future<Output = …> + Send + '_>>` |
/// | it returns a stream | put it on the function that handles an item |
/// | a `const fn` | call it from a handler that is not `const` |
/// | a test | put it on the handler that the test calls |
/// | a method of a trait, without a body | put it on the implementations |
/// | an `impl` block or a trait | put it on each method that handles events |
/// | a `struct` or an `enum` | `#[derive(LinkedEvent)]` |
/// | another item | put it on a function |
///
/// [`LinkedEvent`]: trait.LinkedEvent.html
/// [`AttributeValue`]: trait.AttributeValue.html
#[proc_macro_attribute]
pub fn linked_span(args: TokenStream, item: TokenStream) -> TokenStream {
    linked_span::expand(args.into(), &item.into()).into()
}

/// Declares a function that runs once all its inputs have come.
#[proc_macro_attribute]
pub fn fan_in(args: TokenStream, item: TokenStream) -> TokenStream {
    fan_in::expand(args.into(), &item.into()).into()
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
///
/// # Mistakes
///
/// | mistake | what to write |
/// | --- | --- |
/// | no field is the carrier | `metadata: Origin`, or `#[event(metadata)]` on the field that is |
/// | two carriers, ids, types or keys | mark one field only |
/// | a word is given twice | once |
/// | an unknown word in `#[event(…)]` | the nearest one, or one of those that are listed |
/// | a field's word on the type or a variant, or the other way round | move it: `crate` stands on the type, a role on a field |
/// | `#[event(id = …)]` on a field | `#[event(id)]` |
/// | `type` on the type, or `attribute`, without a string | `#[event(type = "payment.confirmed")]`, `#[event(attribute = "order.id")]` |
/// | `#[event]` alone, or `#[event = …]` | `#[event(id)]` |
/// | an empty key of an attribute | one that is not |
/// | a carrier that is not a `Carrier` | an `Origin`, a map, a list of pairs, or an implementation |
/// | an id or a type that is not `Display` | implement it, or `#[event(skip)]` |
/// | a key that is not `Display` | implement it, or `Keyed` by hand |
/// | an attribute that is not an `AttributeValue` | a field that is |
/// | a variant without a key beside one that has one | `#[event(key)]`, or `Keyed` by hand |
/// | the only unnamed field is not a `LinkedEvent`, or has no key beside a variant that has one | derive them for it too |
/// | a `union` | implement `LinkedEvent` by hand |
/// | an `enum` without variants | leave the derive out |
#[proc_macro_derive(LinkedEvent, attributes(event))]
pub fn linked_event(item: TokenStream) -> TokenStream {
    event::expand(item.into()).into()
}
