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
/// | `FulfillOrderReceived` | the received inputs of an [`Expired`] join: one method per input, which returns an `Option<&_>` |
///
/// The methods of an `async fn` are `async` and work on any [`Store`]. Those of a plain `fn` are not, and need a
/// [`BlockingStore`], such as [`Memory`].
///
/// # Inputs and keys
///
/// The parameters that the attribute names are the inputs: two to twelve. The span links to them in this order. An
/// input by value is cloned for each run, because a failed run is retried; an input by reference need not be `Clone`.
/// Input types are `Send`, `Sync` and `'static`, do not depend on generics, and are [`LinkedEvent`]s or batches, or
/// have an `origin = …`.
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
/// An input's parentheses take `key`, `origin`, `relationship` and `attributes`: `payment(key = payment.order.id,
/// relationship = "payment_confirmation")`. Its `key` and `origin` may use no other parameter. A `relationship` or link
/// attribute that uses another parameter is omitted from the span of an expired join.
///
/// # Recorded attributes
///
/// | where | what |
/// | --- | --- |
/// | the function's span | `fan_in.key`, `fan_in.input_count`, your `attributes` |
/// | each link | `link.relationship` (default: the input's name), `fan_in.wait` (the seconds that the input waited), `event.id`, `link.event_type`, the link's `attributes` |
/// | the active span at an arrival | an event `fan_in.arrival` with `fan_in.join` (`FulfillOrder`), `fan_in.input` and `fan_in.outcome` |
/// | the span of an expired join, called `fulfill_order expired` | a new trace with a link to each received input, the status `Error` with `missing: inventory` or `not completed in 3 attempts`, `fan_in.key`, `fan_in.input_count` |
///
/// `fan_in.outcome` is the [`Arrival`]: `waiting`, `duplicate`, `ran`, `failed`, `unrecorded`, `busy` or `parked`. For
/// `Closed` it is `completed` or `expired`; for an error `full`, `no_key`, `unencodable` or `store_failed`. It is
/// `dropped` if the arrival's future was dropped first.
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
/// | `Closed { reason, input, .. }` | the join has completed or expired; this input is returned | `Ack` | `Ack` |
/// | an error: no key, not encodable | this input is returned | `Reject` | `Reject` |
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
