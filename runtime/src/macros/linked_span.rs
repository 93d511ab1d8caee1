//! `#[linked_span]`

/// Opens a span around a function and links it to the producer of the event.
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
/// The attribute goes on a `fn`, an `async fn`, or a function that returns `impl Future` or `Pin<Box<dyn Future>>`.
/// Methods work too, also those of traits and of `#[async_trait]`.
///
/// The span has the kind consumer and the name of the function. It is a child of the active span, or starts a new
/// trace. It links to the span that was active where the event was made. It ends when the body ends: on return, on a
/// panic, or when the future is dropped.
///
/// The event's baggage is active in the body, also without an SDK. A batch and several parameters have no common
/// baggage: use `event.origin().baggage()` there. Without an SDK, only the origin of the event is read.
///
/// # The event
///
/// | attribute | event |
/// | --- | --- |
/// | `#[linked_span]` | the parameter `event` or `events`, or the only parameter that is not `self` |
/// | `#[linked_span(order)]` | the parameter `order`; it may be `self` |
/// | `#[linked_span(order(origin = extract(order.headers())))]` | `order`, whose type is not a [`LinkedEvent`]; any expression that is `Into<Origin>` |
/// | `#[linked_span(message(rdkafka))]` | `message`, a message of a broker's client or a batch of them, by the client's name; see [the list](crate::messaging) |
/// | `#[linked_span(job(view = describe))]` | `job`, or each of a batch, as `fn describe(job: &Job) -> Message<'_>` describes it |
/// | `#[linked_span(job(view = describe(&job.inner)))]` | the result of the expression: an event, or a batch of events |
/// | `#[linked_span(order(attributes(region = %order.region)))]` | `order`, with attributes on its link |
/// | `#[linked_span(payment, inventory(relationship = "reservation"))]` | several parameters: one link to each, in this order |
///
/// A slice, `Vec`, array, `VecDeque` or other type that implements [`Events`] is a batch: the span links to every event
/// in it.
///
/// Several parameters must all exist when the function is called. If they arrive one at a time, use
/// [`#[fan_in]`](macro@crate::fan_in).
///
/// # Messages of brokers
///
/// The span of a handler of messages follows OpenTelemetry's messaging conventions, and is called `process orders` by the
/// topic, queue or subject. The [page of messages](crate::messaging) lists what is recorded. In the parameter's parentheses:
///
/// | option | meaning |
/// | --- | --- |
/// | `rdkafka` | the client, whose crate is a dependency of yours |
/// | `client = PATH` | the path of that client, if it has another name or several versions |
/// | `system = EXPR` | the broker, if the message does not say it, as with AMQP 1.0: `"rabbitmq"` |
/// | `destination = EXPR` | the topic, queue or subject, if the message does not contain it |
/// | `template = EXPR` | the pattern of the destination, by which the span is called: `"orders.{region}"` |
/// | `group = EXPR` | the consumer group |
/// | `view = PATH`, `view = EXPR` | what reads a message of a client that has no adapter |
///
/// # Options
///
/// Options follow the parameters, in any order:
///
/// | option | meaning |
/// | --- | --- |
/// | `name = EXPR` | the span's name, `Into<Cow<'static, str>>`; default: the function's name |
/// | `kind = consumer` | `consumer` (default), `producer`, `internal`, `server` or `client` |
/// | `relationship = EXPR` | the link attribute `link.relationship`; default: `"triggered_by"`, or the parameter's name if there are several; none for a batch |
/// | `attributes(order.id = %event.order_id, "batch.size" = 3)` | span attributes, visible to samplers; see below |
/// | `parent = current` | `current` (default): a child of the active span; `root`: a new trace; `event`: a child of the event's producer, and linked to it |
/// | `errors = full` | what is recorded of an `Err`: `full` (default), `type` (no message) or `off` |
/// | `scope = "…"` | the instrumentation scope; default: your crate's name and version |
/// | `tracer = EXPR` | your own tracer: a `Tracer`, or a `&'static` or an `Arc` of one |
/// | `send("orders", system = "kafka")` | the function sends messages: span `send orders`, kind `producer`, or `client` if parameters are events with a context of their own; no parameter is needed; `template = …` names the span |
/// | `level = "info"` | with the feature `tracing`: the level of the `tracing` span, as in `#[tracing::instrument]`: `"debug"`, `Level::DEBUG`, `2`; by default `"info"` |
/// | `target = "…"` | with the feature `tracing`: the target of the `tracing` span, a constant; by default the module |
/// | `crate = PATH` | the path of `linked_span`, if you renamed the dependency |
///
/// Expressions may use the parameters. An attribute's key is a dotted name, a string, or a path to a constant. Its
/// value is an [`AttributeValue`], taken by reference. Write `%value` to record its `Display`, and `?value` for its
/// `Debug`. Your attribute replaces a recorded one with the same key.
///
/// # Recorded attributes
///
/// | handler of | on the span | on each link |
/// | --- | --- | --- |
/// | one event | `event.id`, `event.type`, the event's own attributes | `link.relationship`, `link.event_type` |
/// | one message of a broker | `messaging.system`, `messaging.operation.name`, `messaging.destination.name` and others | `link.relationship` |
/// | a batch of messages | the same where it is equal for all, `messaging.batch.message_count` | what varies; `link.relationship` if you set it |
/// | a batch | `batch.size`, `batch.link_count` | `link.relationship` if you set it, `event.id`, the event's own attributes |
/// | several parameters | | `link.relationship`, `event.id`, `link.event_type`, the event's own attributes |
///
/// An event without a valid origin is still handled; it makes no link. Links beyond the SDK's limit go on child spans
/// called `NAME links`; see [`set_link_limit`] and [`LinkOverflow`].
///
/// | outcome | on the span |
/// | --- | --- |
/// | the function returns | nothing |
/// | it returns an `Err` | status `Error` with its `Display` or `Debug`, an event `exception`, `error.type`; only the status if it has neither |
/// | it panics | status `Error`, `panicked` |
/// | its future is dropped before completion | the attribute `linked_span.cancelled = true`, and an event of that name |
///
/// An error's text is recorded up to 8 KiB and then ends with `…`; the rest is not formatted. SDKs keep 128 attributes
/// and 128 events per span by default. If the span has no room for the cancellation, its status is `Error`,
/// `cancelled`.
///
/// # Failures of telemetry
///
/// Your code that telemetry runs cannot break the handler: a `Display`, an [`AttributeValue`], a method of
/// [`LinkedEvent`], a carrier, an expression in the attribute, a propagator, a sampler or a span processor. The
/// attribute catches a panic there, and records what it can:
///
/// - An attribute, id or type whose text fails is omitted. An error's text ends where it failed.
/// - After an expression panics, the expressions after it are not evaluated. Events come first, then attributes, then the name.
/// - In the destructor of a thread-local value, OpenTelemetry's context may be gone: the handler then runs without a span.
///
/// A caught panic still calls the panic hook. With `panic = "abort"` every panic ends the process.
///
/// # What does not change
///
/// The attribute does not change the function: its result, panics, `Send`, borrow checking, lints, or the drop order of
/// parameters and temporaries. Parameters by value drop before the span ends, also if the body does not use them. Tests
/// compare functions with and without the attribute in editions 2018, 2021 and 2024.
///
/// There are limits:
///
/// | limit | way around |
/// | --- | --- |
/// | an option uses a variable of a pattern: the unbound rest of that parameter drops after the span has ended | name the parameter, and destructure it in the body |
/// | `clippy::implicit_return` reports the generated code | write `#[allow(clippy::implicit_return)]` on the function |
/// | a few clippy lints, such as `needless_pass_by_value`, are not reported | see `tests/lints/DIFFERENCE.md` in the repository |
/// | in an `async fn`, a by-value pattern or an assigned variable takes its space in the future twice | take a reference, or bind it in the body |
/// | an error implements `Display` for one lifetime only, as in `impl Display for Failed<'static>`: it does not compile | write `impl Display for Failed<'_>`, or `errors = off` |
///
/// A function that returns a stream is a compile error: its span would end before the first item. Put the attribute on
/// the function that handles an item.
///
/// The body of a plain `fn` runs in a closure. With `#[track_caller]`, `Location::caller()` is therefore a place in the
/// body. Call it in a wrapper, and pass the result to the handler.
///
/// [`AttributeValue`]: crate::AttributeValue
/// [`Events`]: crate::Events
/// [`LinkOverflow`]: crate::LinkOverflow
/// [`LinkedEvent`]: trait@crate::LinkedEvent
/// [`set_link_limit`]: crate::set_link_limit
pub use linked_span_macros::linked_span;
