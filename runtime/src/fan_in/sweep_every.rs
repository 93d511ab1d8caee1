//! Sweeps, for as long as a process lives.

use std::convert::Infallible;
use std::time::Duration;

use super::catch_unwind::CatchUnwind;
use super::core::store::StoreError;
use super::sweep::SweepReport;

/// A sweep that waits for less would do nothing but sweep.
const SHORTEST: Duration = Duration::from_millis(1);

/// Sweeps, and goes on sweeping, with a pause between two sweeps. It wants a tokio runtime whose time is enabled.
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
/// A sweep that the store refuses is made again after the next pause, and so is one in which a body panics: that counts as
/// a failed attempt, as anywhere, and the panic hook has told of it. To tell of the store's errors, look at them in the
/// closure:
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
        tokio::time::sleep(pause.max(SHORTEST)).await;
    }
}
