//! `#[fan_in]`

/// Runs a function once all its inputs have arrived, and links its span to each of them.
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
/// let fulfill = FulfillOrder::in_memory(Duration::from_secs(600)); // the join expires after this time
/// let first = fulfill.payment(payment, &shipping).await?;
/// assert!(matches!(first, Arrival::Waiting { .. }));
/// let last = fulfill.inventory(inventory, &shipping).await?;
/// assert!(matches!(last, Arrival::Ran(Ok(7)))); // in a span that links to both producers
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
///
/// The caller that delivers the last input runs the function. You can still call the function directly: it then behaves
/// as with [`#[linked_span(payment, inventory)]`](macro@crate::linked_span).
///
/// # Generated items
///
/// The macro generates these items with the visibility of the function. Their names start with the name of the function
/// in upper camel case, or with the `NAME` of `join = NAME`.
///
/// | item | meaning |
/// | --- | --- |
/// | `FulfillOrder<S>` | the joins of the function, in a store `S`; by default in memory |
/// | `FulfillOrder::in_memory(timeout)` | keeps joins in this process's memory; `timeout` is how long the first input waits for the others |
/// | `FulfillOrder::new(store, options)` | keeps joins in another [`Store`], or with other [`JoinOptions`] |
/// | `.on_expired(closure)` | handles an expired join: the closure takes an [`Expired`] and returns `()` or a `Result` (for an `async fn`, a future of it); without it, only a span records the expiry |
/// | `.payment(event, …)`, `.inventory(event, …)` | delivers an input; returns an [`Arrival`], or an [`ArriveError`] that returns the input |
/// | `.sweep(…)` | retries failed joins and delivers expired ones; call it periodically |
/// | `.due(max)` | the same in steps: returns a list of `FulfillOrderDue`, each with `key()` and `run(…)` |
/// | `.join()` | the [`Join`], for operators: `store()`, `len()`, `list(…)`, `retry(key)`, `forget(key)`, and in memory `settled(key)` |
/// | `.arrive(input, …)` | the same for a `FulfillOrderInput`, which an [`Arrival`] or an [`ArriveError`] returns |
/// | `FulfillOrderInput` | one input: `Payment(…)` or `Inventory(…)`; `into_payment()` and `into_inventory()` return an `Option`; a [`Store`] holds it |
/// | `FulfillOrderReceived` | the received inputs of an [`Expired`] join: one method per input, which returns an `Option<&_>`, or a `Vec<&_>` of a list |
///
/// The methods of an `async fn` are `async` and work on any [`Store`]. Those of a plain `fn` are not, and need a
/// [`BlockingStore`], such as [`Memory`].
///
/// # Inputs and keys
///
/// The parameters that the attribute names are the inputs: two to twelve, or one list. The span links to them in this
/// order. An input by value is cloned for each run, because a failed run is retried; an input by reference need not be
/// `Clone`. Input types are `Send`, `Sync` and `'static`, do not depend on generics, and are [`LinkedEvent`]s or
/// batches, or have an `origin = …`.
///
/// | attribute | the key of an input |
/// | --- | --- |
/// | `#[fan_in(payment, inventory)]` | [`Keyed::key`], derived by `#[event(key)]` on a field |
/// | `#[fan_in(payment, inventory, key = order_id)]` | this field of every input; or a nested field: `key = order.id` |
/// | `#[fan_in(payment(key = payment.order.id), inventory)]` | this expression for one input; any `Display` type |
///
/// Keys are compared as text. An empty key is an error.
///
/// A key names one join. Within the dedup window, an input with the key of a completed join is
/// [`Closed`](crate::fan_in::Arrival::Closed), and the function does not run again. If keys repeat, add what tells two joins
/// apart, such as a date.
///
/// # Lists
///
/// With a `count`, an input is a list: its parameter is a `Vec<T>`, and its method takes one `T`. The function runs once the
/// list has as many elements, and all other inputs have arrived.
///
/// ```
/// # use std::time::Duration;
/// # use linked_span::fan_in::Arrival;
/// # use linked_span::{LinkedEvent, Origin, fan_in};
/// # #[derive(Clone, LinkedEvent)] struct OrderPlaced { #[event(key)] order: u64, lines: Vec<u32>, metadata: Origin }
/// # #[derive(Clone, LinkedEvent)] struct LinePacked { #[event(key)] order: u64, line: u32, metadata: Origin }
/// #[fan_in(order, packed(count = order.lines.len(), id = packed.line))]
/// fn dispatch(order: OrderPlaced, packed: Vec<LinePacked>) -> usize {
///     packed.len() // all lines of the order, in order of arrival
/// }
///
/// # let metadata = Origin::default;
/// # let order = OrderPlaced { order: 7, lines: vec![1, 2], metadata: metadata() };
/// # let line = |line| LinePacked { order: 7, line, metadata: metadata() };
/// let dispatch = Dispatch::in_memory(Duration::from_secs(600));
/// let _waits = dispatch.packed(line(2))?; // an element may come before its count
/// let Arrival::Waiting { missing, .. } = dispatch.order(order)? else { panic!() };
/// assert_eq!(missing.to_string(), "packed (1 of 2)");
/// assert!(matches!(dispatch.packed(line(1))?, Arrival::Ran(2)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// One list alone is enough. This is a quorum:
///
/// ```
/// # use linked_span::{LinkedEvent, Origin, fan_in};
/// # #[derive(Clone, LinkedEvent)] struct Reply { #[event(key)] request: u64, replica: u32, metadata: Origin }
/// #[fan_in(reply(count = 3, id = reply.replica))]
/// fn decide(reply: Vec<Reply>) {} // runs at the third reply; the fourth is `Closed`, and acknowledged
/// ```
///
/// | rule | |
/// | --- | --- |
/// | `count = EXPR` | an integer: a constant, or an expression over one single input, which is evaluated when that input arrives; the first count stays |
/// | the list's name in `id` and `key` | one element, a `T` |
/// | `id = EXPR` | the identity of an element, of any `Display` type: an element with the same identity counts once. Do not use the event's own id if a producer may send it again with another one |
/// | a list is full | when it has `count` elements; from then on every attempt has exactly these, and any other element is [`Closed`](crate::fan_in::Arrival::Closed) |
/// | more elements than `count` | those that came before the count was known are handed over too |
/// | a count of zero | the list is full at once |
/// | limits | 10,000 elements, and 16 MiB of encoded elements for each join; a count or an element beyond them is an error, which [`disposition`] rejects for good. The join then expires with what has come |
///
/// Repeat a failed function with `sweep`: an element that comes again after its list is full is acknowledged, and runs
/// nothing. Without a `count`, a `Vec` is a batch: one input that arrives as a whole.
///
/// All elements of a join change one row of the store, one after another. A join of ten thousand elements is one hot row:
/// `Postgres` took about 900 elements a second for one join from 64 writers, and different joins do not wait for each other.
///
/// A child that fails sends no `LinePacked`, and its order waits until it expires. Let each child send an element either
/// way, such as an enum of packed and failed:
///
/// ```
/// # use linked_span::{LinkedEvent, Origin, fan_in};
/// # #[derive(Clone, LinkedEvent)] struct OrderPlaced { #[event(key)] order: u64, lines: Vec<u32>, metadata: Origin }
/// #[derive(Clone, LinkedEvent)]
/// struct LineDone {
///     #[event(key)]
///     order: u64,
///     line: u32,
///     result: Result<(), String>, // packed or failed
///     metadata: Origin,
/// }
///
/// #[fan_in(order, lines(count = order.lines.len(), id = lines.line))]
/// fn dispatch(order: OrderPlaced, lines: Vec<LineDone>) -> Result<(), String> {
///     let failed = lines.iter().filter(|line| line.result.is_err()).count();
///     // … refund the failed lines
///     Ok(())
/// }
/// ```
///
/// # Optional inputs
///
/// A parameter `Option<T>` is an optional input, and its method takes a `T`. If all others have arrived, the function runs at
/// once with it, or at the timeout without it. The timeout is that of the join, and runs from its first input. Write the
/// `Option` out: an alias of it or a reference to it is not an optional input.
///
/// ```
/// # use std::time::Duration;
/// # use linked_span::fan_in::Arrival;
/// # use linked_span::{LinkedEvent, Origin, fan_in};
/// # #[derive(Clone, LinkedEvent)] struct OrderPlaced { #[event(key)] order: u64, metadata: Origin }
/// # #[derive(Clone, LinkedEvent)] struct Coupon { #[event(key)] order: u64, metadata: Origin }
/// #[fan_in(order, coupon)]
/// fn price(order: OrderPlaced, coupon: Option<Coupon>) {}
///
/// # let order = OrderPlaced { order: 7, metadata: Origin::default() };
/// let price = Price::in_memory(Duration::from_secs(60)); // how long it waits for a coupon
/// let Arrival::Waiting { missing, .. } = price.order(order)? else { panic!() };
/// assert_eq!(missing.to_string(), "coupon (optional)");
/// price.sweep()?; // runs it, once the minute has passed
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Such a function needs a periodic `sweep`, which runs it at the timeout. A body that has begun without the input never
/// gets it, also at a second attempt: a late one is `Closed`. A body that begins at the timeout has a timeout of its own.
/// Without a sweep, another arrival delivers the join to `on_expired` after a second timeout, and the status of that span
/// is `no sweep ran it at its timeout`.
///
/// # What others call it
///
/// | elsewhere | here | what differs |
/// | --- | --- | --- |
/// | Camel: `aggregate`, `completionSize(3)` | `reply(count = 3, id = …)` | a repeated element counts once |
/// | Camel: `completionTimeout` | the timeout of [`JoinOptions`] | Camel's measures inactivity, this one runs from the first input |
/// | Camel: `completionPredicate` | `count = order.lines.len()` | only a number completes a list |
/// | Spring Integration: `releaseStrategy`, `SEQUENCE_SIZE` | `packed(count = order.lines.len(), id = …)` | the list is fixed when it is full |
/// | Spring Integration: `group-timeout`, `send-partial-result-on-expiry` | `on_expired`, or an `Option<T>` | a partial group goes to `on_expired`, and never to the function |
/// | `MassTransit`: composite event | `#[fan_in(payment, inventory)]` | inputs are stored, and the span links to each |
/// | `MassTransit`: a saga that counts replies | `reply(count = 3, id = …)` | no state machine to write |
///
/// # Other parameters
///
/// Each generated method also takes the other parameters and passes them to the function: `fulfill.payment(event,
/// &shipping)`. The methods repeat generics and bounds. The result may borrow from these parameters, if the lifetime
/// has a name. `sweep` may run the function several times, so it clones parameters by value; only its callers need
/// `Clone`.
///
/// # Options
///
/// All [options of `#[linked_span]`](macro@crate::linked_span#options) work here; the default is `kind = internal`.
/// These are added:
///
/// | option | meaning |
/// | --- | --- |
/// | `key = FIELD` | the field that is the key of every input |
/// | `join = NAME` | the name of the generated type; default: the function's name in upper camel case |
///
/// An input's parentheses take `key`, `count`, `id`, `origin`, `relationship` and `attributes`: `payment(key =
/// payment.order.id, relationship = "payment_confirmation")`. Its `key`, `id` and `origin` may use no other parameter.
/// A `relationship` or link attribute that uses another parameter is omitted from the span of an expired join.
///
/// # Recorded attributes
///
/// | where | what |
/// | --- | --- |
/// | the function's span | `fan_in.key`, `fan_in.input_count`, your `attributes`; of a list alone also `batch.size` and `batch.link_count` |
/// | each link | `link.relationship` (default: the input's name), `fan_in.wait` (the seconds that the input waited), `event.id`, `link.event_type`, the link's `attributes` |
/// | the active span at an arrival | an event `fan_in.arrival` with `fan_in.join` (`FulfillOrder`), `fan_in.input` and `fan_in.outcome` |
/// | the span of an expired join, called `fulfill_order expired` | a new trace with a link to each received input, the status `Error` with `missing: inventory` or `not completed in 3 attempts`, `fan_in.key`, `fan_in.input_count` |
///
/// `fan_in.outcome` is the [`Arrival`]: `waiting`, `duplicate`, `ran`, `failed`, `unrecorded`, `busy` or `parked`. For
/// `Closed` it is `completed`, `expired` or `closed`; for an error `full`, `no_key`, `no_id`, `over_limit`,
/// `unencodable` or `store_failed`. It is `dropped` if the arrival's future was dropped first.
///
/// # Results of an arrival
///
/// [`disposition`] returns what to tell the broker, from the result of a method: `fan_in::disposition(&arrival)`.
///
/// | [`Arrival`] | when | [`disposition`] on a durable store | in memory |
/// | --- | --- | --- | --- |
/// | `Waiting { missing, .. }` | the input is stored; `missing` inputs have not arrived | `Ack` | `Defer` |
/// | `Duplicate { missing, .. }` | this input had arrived before; the store keeps the first one | `Ack` | `Defer` |
/// | `Ran(returned)` | the function ran, and its success is recorded | `Ack` | `Ack` |
/// | `Failed(returned)` | the function returned an `Err`; the inputs stay stored, and it will run again | `Requeue` | `Requeue` |
/// | `Unrecorded(returned)` | the function succeeded, but the store failed or another worker took over | `Requeue` | `Requeue` |
/// | `Busy { retry_after, .. }` | all inputs have arrived, and another worker runs the function | `Requeue` | `Requeue` |
/// | `Parked { input, .. }` | the function has failed `max_attempts` times, or a stored input cannot be read; the join waits for an operator, and this late input is returned | `Ack` | `Defer` |
/// | `Closed { reason, input, .. }` | the join has completed or expired, its list is full, or the function has begun without this optional input; it is returned | `Ack` | `Ack`; `Defer` for an element that this process keeps |
/// | an error: no key, no identity, over a limit, not encodable | this input is returned | `Reject` | `Reject` |
/// | another error | the store is full or failed; this input is returned | `Requeue` | `Requeue` |
///
/// # Guarantees
///
/// The body runs at least once for every join that completes before its timeout. The store records at most one success
/// within the dedup window. A body that fails, panics, or is cancelled leaves every input stored, and runs again at the
/// next delivery or sweep: it must tolerate a repetition. With [`JoinOptions::max_attempts`] set, a join that fails so
/// often is parked: it neither runs nor expires until an operator retries or forgets it.
///
/// Joins in memory end with the process, and no other process sees them. [`disposition`] therefore returns `Defer`:
/// acknowledge the message when `fulfill.join().settled(key)` completes, and the broker redelivers what the process
/// lost. Brokers that count offsets cannot hold single messages: they need a [durable
/// store](mod@crate::fan_in#where-joins-are-kept). At most a million joins are open, unless `Memory::capacity` sets another
/// limit.
///
/// [`Arrival`]: crate::fan_in::Arrival
/// [`ArriveError`]: crate::fan_in::ArriveError
/// [`BlockingStore`]: crate::fan_in::BlockingStore
/// [`Expired`]: crate::fan_in::Expired
/// [`Join`]: crate::fan_in::Join
/// [`Keyed::key`]: crate::Keyed::key
/// [`LinkedEvent`]: trait@crate::LinkedEvent
/// [`Memory`]: crate::fan_in::Memory
/// [`JoinOptions`]: crate::fan_in::JoinOptions
/// [`JoinOptions::max_attempts`]: crate::fan_in::JoinOptions::max_attempts
/// [`Store`]: crate::fan_in::Store
/// [`disposition`]: crate::fan_in::disposition
pub use linked_span_macros::fan_in;
