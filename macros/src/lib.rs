//! The macros of `linked-span`, which re-exports and documents them: name that crate, not this one.

mod error;
mod event;
mod fan_in;
mod function;
mod handler;
mod macro_kind;
mod options;
#[cfg(test)]
mod snapshots;
mod suggestion;
mod tokens;

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
/// The baggage of the event is active in the body in every case, also without an SDK, so that the body can forward it. To
/// find it, the event's origin is read, and the expression of `origin = …` runs. Several parameters and the events of a
/// batch have no baggage in common: their baggage is not attached, and `event.origin().baggage()` has it.
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
/// | `#[linked_span(message(rdkafka))]` | this one, a message of a broker's client, or a batch of them: `rdkafka`, `async_nats`, `async_nats::jetstream` or `lapin` |
/// | `#[linked_span(job(view = describe))]` | this one, or each of a batch, as the function `fn describe(job: &Job) -> Message<'_>` describes it |
/// | `#[linked_span(job(view = describe(&job.inner)))]` | what the expression returns: an event, or a batch of events |
/// | `#[linked_span(order(attributes(region = %order.region)))]` | this one, with attributes on its link |
/// | `#[linked_span(payment, inventory(relationship = "reservation"))]` | several: a link to each, in this order |
///
/// A parameter may be a batch: a slice, a `Vec`, a `VecDeque`, an array, or a type that implements `Events`. Its type
/// tells. Then the span is linked to each of its events.
///
/// Of several parameters, all have to be there when the function is called. Where they come one at a time, and the
/// function has to wait for the last, it is a [`#[fan_in]`](macro@fan_in).
///
/// # Messages of brokers
///
/// The span of a handler of messages follows OpenTelemetry's messaging conventions. It is called `process orders` by the
/// topic, queue or subject, unless `name` is given. The [page of messages](messaging/index.html) lists what is recorded.
/// In the parentheses of the parameter:
///
/// | option | meaning |
/// | --- | --- |
/// | `rdkafka` | the client, whose crate is a dependency of yours |
/// | `client = PATH` | where that client is, if it has another name or several versions |
/// | `destination = EXPR` | the topic, queue or subject, if the message does not contain it |
/// | `template = EXPR` | the pattern of the destination, by which the span is called: `"orders.{region}"` |
/// | `group = EXPR` | the consumer group |
/// | `view = PATH`, `view = EXPR` | what reads a message of a client that has no adapter |
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
/// | `send("orders", system = "kafka")` | the function sends messages: the span is `send orders`, of kind `producer`, or `client` where parameters are messages with a context of their own; no parameter is needed; `template = …` names the span |
/// | `crate = PATH` | where `linked_span` is, if you have it under another name |
///
/// A key of yours replaces one of ours.
///
/// # What is recorded
///
/// | handler of | on the span | on each link |
/// | --- | --- | --- |
/// | one event | `event.id`, `event.type`, what the event's `attributes` add | `link.relationship`, `link.event_type` |
/// | one message of a broker | `messaging.system`, `messaging.operation.name`, `messaging.destination.name` and others | `link.relationship` |
/// | a batch of messages | the same where it is equal for all, `messaging.batch.message_count` | what varies, `link.relationship` if one was given |
/// | a batch | `batch.size`, `batch.link_count` | `link.relationship` if one was given, `event.id`, what `attributes` add |
/// | several parameters | | `link.relationship`, `event.id`, `link.event_type`, what `attributes` add |
///
/// An event without a valid origin is handled too; it makes no link. Links that are more than the SDK keeps go on child
/// spans called `NAME links`, at most 128 of them; see `set_link_limit` and `LinkOverflow`.
///
/// | outcome | on the span |
/// | --- | --- |
/// | it returns | nothing |
/// | it returns an `Err` | status `Error` with its `Display`, else its `Debug`, an event `exception`, `error.type`; the status alone if it is neither |
/// | it panics | status `Error`, `panicked` |
/// | its future is dropped before it was done | `linked_span.cancelled = true`, and an event of this name |
///
/// SDKs keep 128 attributes and 128 events on a span by default, and drop the rest. A cancellation is recorded as both
/// for that reason. If the span has room for neither, its status is `Error`, `cancelled`.
///
/// An error's text is recorded up to 8 KiB, which `…` ends where it was cut. The rest of it is not formatted.
///
/// # What telemetry cannot break
///
/// A handler does what it does without an SDK, even if code that telemetry runs fails: a `Display`, an
/// [`AttributeValue`], a method of a [`LinkedEvent`], a carrier, an expression in the attribute, a propagator, a sampler, a
/// span processor. A panic there is caught. It costs what it was to record, and the span has the rest:
///
/// - An attribute, an id or a type whose text fails is left out. An error's text ends where it failed.
/// - An expression that panics also costs the expressions after it. Events come first, then the attributes, then the name.
/// - A handler that runs in the destructor of a thread-local value may find OpenTelemetry's context gone. It runs without a
///   span then, and a handler's future that is dropped there ends its span.
///
/// A panic that is caught still calls the panic hook. With `panic = "abort"` it ends the process, as every panic does.
///
/// # What stays as it was
///
/// The attribute never changes the function: not its result, its panics, its `Send`, what it may borrow, the order in which
/// its parameters and temporaries drop, or the lints that it raises. Parameters by value drop before the span ends, whether the body
/// uses them or not. This is tested in editions 2018, 2021 and 2024, against the same functions without the attribute.
///
/// There are limits:
///
/// | where | what changes, and what to do |
/// | --- | --- |
/// | `attributes` or others name a variable of a pattern | what the pattern leaves of its parameter drops after the span has ended: name the parameter, and destructure it in the body |
/// | `clippy::implicit_return` | it is reported for the attribute: write `#[allow(clippy::implicit_return)]` on the function |
/// | a few lints of clippy, such as `needless_pass_by_value` | they are not reported: `tests/lints/DIFFERENCE.md` in the repository lists them |
/// | an `async fn` with a pattern by value, or a variable that is assigned | its future has room for the parameter once more |
/// | an error that is `Display` for one lifetime only, as by `impl Display for Failed<'static>` | it does not compile: write `impl Display for Failed<'_>`, or `errors = off` |
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
/// | `kafka`, `nats`, `rabbitmq`, or another client that has no adapter | the client's crate, `message(rdkafka)`; or `message(view = path::to::function)` |
/// | a closure as `view` | the path of a function, or an expression over the parameter |
/// | `destination`, `template`, `group` or `client` without a client | `message(rdkafka, destination = …)` |
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
/// | `key` or `join` | they are options of [`#[fan_in]`](macro@fan_in) |
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
    handler::expand(args.into(), &item.into()).into()
}

/// Declares a function that runs once all its inputs have come.
///
/// ```
/// use std::time::Duration;
/// use linked_span::fan_in::Arrival;
/// use linked_span::{LinkedEvent, Origin, fan_in};
///
/// #[derive(Clone, LinkedEvent)]
/// struct PaymentConfirmed {
///     #[event(key)]
///     order_id: u64,
///     metadata: Origin,
/// }
///
/// #[derive(LinkedEvent)]
/// struct InventoryReserved {
///     #[event(key)]
///     order_id: u64,
///     metadata: Origin,
/// }
///
/// # struct Shipping;
/// #[fan_in(payment, inventory)]
/// async fn fulfill_order(
///     payment: PaymentConfirmed,
///     inventory: &InventoryReserved,
///     shipping: &Shipping,
/// ) -> Result<u64, std::io::Error> {
///     // …
///     Ok(payment.order_id)
/// }
///
/// # linked_span::fan_in::ready(async {
/// # let shipping = Shipping;
/// # let payment = PaymentConfirmed { order_id: 7, metadata: Origin::default() };
/// # let inventory = InventoryReserved { order_id: 7, metadata: Origin::default() };
/// let fulfill = FulfillOrder::in_memory(Duration::from_secs(600)); // how long a half may wait
/// let first = fulfill.payment(payment, &shipping).await?;
/// assert!(matches!(first, Arrival::Waiting { .. }));
/// let last = fulfill.inventory(inventory, &shipping).await?;
/// assert!(matches!(last, Arrival::Ran(Ok(7)))); // in a span that is linked to both producers
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
///
/// Whoever brings the last input runs the function. Called directly, it is the function it was, in a span that is linked to
/// each input, as with [`#[linked_span(payment, inventory)]`](macro@linked_span).
///
/// # What is declared
///
/// Beside the function, as visible as it, and called after it or as `join = Name` says:
///
/// | item | what it is |
/// | --- | --- |
/// | `FulfillOrder<S>` | the function's joins, in a store `S`; by default in memory |
/// | `FulfillOrder::in_memory(timeout)` | joins in this process's memory; `timeout` is how long the first input waits for the others |
/// | `FulfillOrder::new(store, options)` | joins in another [`Store`], or with other [`JoinOptions`] |
/// | `.on_expired(closure)` | what becomes of a join whose time is over: the closure is given an [`Expired`], and returns `()` or a `Result`, of an `async fn` as a future; without it, only a span says so |
/// | `.payment(event, …)`, `.inventory(event, …)` | an input arrives: an [`Arrival`], or an [`ArriveError`] that gives the input back |
/// | `.sweep(…)` | runs again what has failed, and hands over what has expired; to be called every now and then |
/// | `.due(max)` | the same in steps: a list of `FulfillOrderDue`, each with `key()` and `run(…)` |
/// | `.join()` | the [`Join`], for what does not depend on the function: `store()`, `len()`, an operator's `list(which)`, `retry(key)` and `forget(key)`, and in memory `settled(key)` |
/// | `FulfillOrderInputs` | what has come, in an [`Expired`]: a method an input, which returns an `Option<&_>` |
///
/// An `async fn` has `async` methods, on any [`Store`]; a plain `fn` has plain ones, on a [`BlockingStore`], as [`Memory`]
/// is.
///
/// # Inputs, and their keys
///
/// The parameters that the attribute names are the inputs, from two to twelve; links stand in this order, whichever came
/// last. An input by value is cloned for each run, since one that fails is followed by another; by reference it need not be
/// `Clone`. Joins keep inputs for other threads and other callers: their types are `Send`, `Sync` and `'static`, and do not
/// depend on generics. They are [`LinkedEvent`]s, or batches, or say where their origin is.
///
/// | attribute | the correlation key of an input |
/// | --- | --- |
/// | `#[fan_in(payment, inventory)]` | [`Keyed::key`], which `#[event(key)]` on a field derives |
/// | `#[fan_in(payment, inventory, key = order_id)]` | this field of every input, or of a field of it: `key = order.id` |
/// | `#[fan_in(payment(key = payment.order.id), inventory)]` | this expression over the one input; anything `Display` |
///
/// Keys are compared as text. An empty one is an error.
///
/// # Other parameters
///
/// They are parameters of each method too, and handed on to the function: `fulfill.payment(event, &shipping)`. Generics and
/// bounds go with them, and what is returned may borrow from them, if the lifetime has a name. A `sweep`, which may run the
/// function several times, clones what it takes by value; only who calls it is asked for `Clone`.
///
/// # Options
///
/// All of [`#[linked_span]`](macro@linked_span#options), with `kind = internal` as the default, and, after the parameters:
///
/// | option | meaning |
/// | --- | --- |
/// | `key = FIELD` | the field that is the key of every input |
/// | `join = NAME` | what the type of the joins is called; by default as the function, in upper camel case |
///
/// In an input's parentheses stand `key`, `origin`, `relationship` and `attributes`: `payment(key = payment.order.id,
/// relationship = "payment_confirmation")`. Its `key` and `origin` speak of no other parameter. Where a `relationship` or an
/// attribute of a link does, it is left out of the span of an expired join, for which nobody brought the others.
///
/// # What is recorded
///
/// | where | what |
/// | --- | --- |
/// | on the function's span | `fan_in.key`, `fan_in.input_count`, what `attributes` add |
/// | on each link | `link.relationship` (by default the input's name), `fan_in.wait`, the seconds that the input waited, `event.id`, `link.event_type`, what `attributes` add |
/// | on the span in which an input arrives | an event `fan_in.arrival`, with `fan_in.join` (`FulfillOrder`), `fan_in.input` and `fan_in.outcome` |
/// | on the span of an expired join | it is called `fulfill_order expired`, begins a trace, is linked to what has come, and has the status `Error`, with `missing: inventory` or `not completed in 3 attempts`; `fan_in.key`, `fan_in.input_count` |
///
/// `fan_in.outcome` is `waiting`, `duplicate`, `ran`, `failed`, `unrecorded`, `busy` or `parked`, after the [`Arrival`];
/// `completed` or `expired`, where that is `Closed`; `full`, `no_key`, `unencodable` or `store_failed` after an error; and
/// `dropped`, where the arrival did not get that far.
///
/// # What an arrival comes to
///
/// [`disposition`] says what to tell the broker; `fan_in::disposition(&arrival)` takes what the methods return.
///
/// | [`Arrival`] | when | [`disposition`] on a durable store | in memory |
/// | --- | --- | --- | --- |
/// | `Waiting { missing, .. }` | it is kept; these are still to come | `Ack` | `Defer` |
/// | `Duplicate { missing, .. }` | this input had come before, and the first is kept | `Ack` | `Defer` |
/// | `Ran(returned)` | the function ran, and its success is recorded | `Ack` | `Ack` |
/// | `Failed(returned)` | it returned an `Err`; every input is kept, and it will run again | `Requeue` | `Requeue` |
/// | `Unrecorded(returned)` | it succeeded, which is not recorded: the store failed, or another has taken over | `Requeue` | `Requeue` |
/// | `Busy { retry_after, .. }` | all have come, and another runs the function | `Requeue` | `Requeue` |
/// | `Parked { input, .. }` | the function has failed as often as [`JoinOptions`] allow, or an input cannot be read: the join waits for an operator; this input, which came again or too late, comes back | `Ack` | `Defer` |
/// | `Closed { reason, input, .. }` | the join has completed or expired; the input comes back | `Ack` | `Ack` |
/// | an error: no key, not encodable | the input comes back | `Reject` | `Reject` |
/// | another error | the store is full, or failed; the input comes back | `Requeue` | `Requeue` |
///
/// # What is promised
///
/// The body runs at least once for every join that completes before its timeout, and at most one success is recorded within
/// the dedup window. A body that fails, panics, or is cancelled leaves every input in place, and runs again with the next
/// delivery or sweep: what it does should bear to be done twice. With `JoinOptions::max_attempts` a join whose body has failed
/// so often is parked: it neither runs nor expires until an operator has it tried again or forgets it.
///
/// In memory means in this process: another process has joins of its own, and what has not run when the process ends is
/// gone. So [`disposition`] returns `Defer` there: acknowledge the message once `fulfill.join().settled(key)` is done, and the broker
/// delivers again what was lost. That suits brokers that let a consumer hold single messages, and not those that count
/// offsets: these need joins that are [kept elsewhere](fan_in/index.html#where-joins-are-kept). A million joins may be open,
/// unless `Memory::capacity` says otherwise.
///
/// # Mistakes
///
/// Those of [`#[linked_span]`](macro@linked_span#mistakes), and these. Where only an option is wrong, the joins are declared
/// all the same, so that their users do not fail too.
///
/// | mistake | what to write |
/// | --- | --- |
/// | no input, or only one | `#[fan_in(payment, inventory)]`; for one event, `#[linked_span(payment)]` |
/// | more than twelve inputs | join some first, and what comes of it with the others |
/// | an input is part of a pattern | a parameter with a name, destructured in the body |
/// | an input is called `new`, `in_memory`, `on_expired`, `due`, `sweep` or `join` | another name |
/// | an input by `&mut` | `&`, or by value |
/// | an input by value that is not `Clone` | `#[derive(Clone)]`, or by reference |
/// | an input that is `&str`, `&[T]`, `&dyn Trait` | `&String`, `&Vec<T>`, `&Box<dyn Trait>` |
/// | an input whose type is an `impl Trait`, or depends on generics or a lifetime | a type that owns what it consists of |
/// | an input that is not `Send` and `Sync` | an `Arc` for an `Rc`, a `Mutex` or an atomic for a `Cell` |
/// | an input without a key | `#[event(key)]` on a field, `impl Keyed`, `key = order_id`, or `payment(key = …)` |
/// | a key that is not `Display` | one of its fields, or `key = format!(…)` |
/// | the `key` or `origin` of an input speaks of another parameter | only of the input |
/// | `key`, of all inputs, is not a field | `key = order_id`; an expression stands behind one input's name |
/// | the type's name is taken, or no type can be called after the function | `join = Name` |
/// | a method, or an `impl` block around the function | a free function, which is given the service: `service: &Service` |
/// | an `unsafe fn` | a safe one |
/// | it returns a future | an `async fn`, or one that awaits it |
/// | it never returns | let it return |
/// | what it returns borrows from an input, or by a lifetime without a name | return it owned, or `-> &'a …` with `shipping: &'a Shipping` |
/// | it returns an `impl Trait`, and has inputs by reference | `impl Trait + use<>`, or inputs by value |
/// | it returns a type that the caller chooses, `-> T` or `-> T::Output`, which may hide an `Err` | `-> Result<T, Error>`, or a type without generics |
/// | it returns a `Result` as an `impl Trait` | `-> Result<impl Trait, Error>` |
/// | a `cfg` on a parameter | the function twice, with a `cfg` on each |
/// | an `impl Trait` inside of another type | `fn fulfill<T: Trait>(…)` |
/// | a plain `fn` on a store that waits | an `async fn` |
/// | `sweep` with a parameter that is not `Clone` | by reference; or `due`, whose joins are run one by one |
/// | `on_expired` returns something else | `()`, or a `Result` whose error is `Display` |
/// | an [`Arrival`] is not used | `match fan_in::disposition(&arrival) { … }` |
///
/// [`LinkedEvent`]: trait.LinkedEvent.html
/// [`Keyed::key`]: trait.Keyed.html#tymethod.key
/// [`disposition`]: fan_in/fn.disposition.html
/// [`Arrival`]: fan_in/enum.Arrival.html
/// [`ArriveError`]: fan_in/struct.ArriveError.html
/// [`BlockingStore`]: fan_in/trait.BlockingStore.html
/// [`Expired`]: fan_in/struct.Expired.html
/// [`Join`]: fan_in/struct.Join.html
/// [`Memory`]: fan_in/struct.Memory.html
/// [`JoinOptions`]: fan_in/struct.JoinOptions.html
/// [`Store`]: fan_in/trait.Store.html
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
/// Mark the field of a newtype to pass on the key of the event in it:
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
/// Write `#[event(no_origin)]` on a type or a variant that has no producer, such as the one that serde's `other` asks for.
/// It is handled in a span without a link:
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
/// # Mistakes
///
/// | mistake | what to write |
/// | --- | --- |
/// | no field is the carrier | `metadata: Origin`, or `#[event(metadata)]` on the field that is; `#[event(no_origin)]` on the type or the variant that has none |
/// | `no_origin` beside a field that is marked as the carrier | one of the two |
/// | two carriers, ids, types or keys | mark one field only |
/// | a word is given twice | once |
/// | an unknown word in `#[event(…)]` | the nearest one, or one of those that are listed |
/// | a field's word on the type or a variant, or the other way round | move it: `crate` stands on the type, `no_origin` on the type or a variant, a role on a field |
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
/// | a `union`, or a type that is `repr(packed)` | implement `LinkedEvent` by hand |
/// | two generic types that contain each other (E0275) | implement `LinkedEvent` by hand for one of them |
/// | an `enum` without variants | leave the derive out |
#[proc_macro_derive(LinkedEvent, attributes(event))]
pub fn linked_event(item: TokenStream) -> TokenStream {
    event::expand(item.into()).into()
}
