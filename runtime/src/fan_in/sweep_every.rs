//! Sweeps periodically.

use std::convert::Infallible;
use std::time::Duration;

use super::catch_unwind::CatchUnwind;
use super::core::error::StoreError;
use super::sweep::SweepReport;

/// The shortest pause, so that a pause of zero does not block the runtime with sweeps.
const MIN_PAUSE: Duration = Duration::from_millis(1);

/// Calls a sweep forever, with a pause between two sweeps.
///
/// It needs a tokio runtime with time enabled.
///
/// ```
/// use std::time::Duration;
/// use linked_span::fan_in::sweep_every;
/// # use linked_span::{LinkedEvent, Origin, fan_in};
///
/// # #[derive(Clone, LinkedEvent)] struct Paid { #[event(key)] order: u64, metadata: Origin }
/// # #[derive(Clone, LinkedEvent)] struct Reserved { #[event(key)] order: u64, metadata: Origin }
/// # struct Shipping;
/// #[fan_in(payment, inventory)]
/// async fn ship(payment: Paid, inventory: Reserved, shipping: &Shipping) {}
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # let shipping = Shipping;
/// let ship = Ship::in_memory(Duration::from_secs(600));
/// tokio::spawn(async move {
///     sweep_every(Duration::from_secs(1), || ship.sweep(&shipping)).await
/// });
/// # }
/// ```
///
/// The sweep of a plain `fn` is not a future. Make it one:
///
/// ```
/// # use std::time::Duration;
/// # use linked_span::fan_in::sweep_every;
/// # use linked_span::{LinkedEvent, Origin, fan_in};
/// # #[derive(Clone, LinkedEvent)] struct Event { #[event(key)] order: u64, metadata: Origin }
/// #[fan_in(payment, inventory)]
/// fn ship(payment: Event, inventory: Event) {}
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let ship = Ship::in_memory(Duration::from_secs(600));
/// tokio::spawn(async move {
///     sweep_every(Duration::from_secs(1), || async { ship.sweep() }).await
/// });
/// # }
/// ```
///
/// If a sweep returns an error or a body panics, the next sweep still runs. The panic is a failed attempt of that join, and
/// calls the panic hook. To log the store's errors, inspect them in the closure:
///
/// ```
/// # use std::time::Duration;
/// # use linked_span::fan_in::{StoreError, SweepReport, sweep_every};
/// # async fn sweep() -> Result<SweepReport, StoreError> { Ok(SweepReport::default()) }
/// # async fn sweep_until_the_end() {
/// sweep_every(Duration::from_secs(1), || async {
///     sweep().await.inspect_err(|error| eprintln!("{error}"))
/// })
/// .await;
/// # }
/// ```
pub async fn sweep_every<S>(pause: Duration, mut sweep: impl FnMut() -> S) -> Infallible
where
    S: Future<Output = Result<SweepReport, StoreError>>,
{
    loop {
        let future = sweep();
        let _ = CatchUnwind { future }.await;
        tokio::time::sleep(pause.max(MIN_PAUSE)).await;
    }
}
