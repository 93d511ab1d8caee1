//! What to tell the broker.

use super::arrival::{Arrival, ArriveError, ArriveErrorKind};

/// What a consumer should do with a message once its event has arrived at a join; see [`disposition`].
///
/// ```
/// use linked_span::fan_in::Disposition;
///
/// fn may_commit_the_offset(disposition: Disposition) -> bool {
///     disposition == Disposition::Ack
/// }
/// # assert!(may_commit_the_offset(Disposition::Ack));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Disposition {
    /// Acknowledge it: it has been dealt with, or is kept where a crash does not reach it.
    Ack,
    /// Acknowledge it once the join has settled, which [`Join::settled`](super::Join::settled) waits for: if this
    /// process dies before, the broker delivers it again. That suits brokers that let a consumer hold single messages,
    /// not those that count offsets.
    Defer,
    /// Have it delivered again, after a while.
    Requeue,
    /// Put it aside: another delivery will fare no better.
    Reject,
}

/// What a consumer should tell its broker.
///
/// ```
/// # use std::time::Duration;
/// # use linked_span::{LinkedEvent, Origin, fan_in};
/// use linked_span::fan_in::{Disposition, disposition};
///
/// # #[derive(Clone, LinkedEvent)] struct Event { #[event(key)] order: u64, metadata: Origin }
/// # #[fan_in(payment, inventory)]
/// # fn ship(payment: Event, inventory: Event) {}
/// # let event = Event { order: 7, metadata: Origin::default() };
/// # let ship = Ship::in_memory(Duration::from_secs(600));
/// let arrival = ship.payment(event);
/// match disposition(&arrival) {
///     Disposition::Ack => { /* acknowledge the message */ }
///     Disposition::Defer => { /* acknowledge it once `ship.join().settled("7").await` */ }
///     Disposition::Requeue => { /* have it delivered again */ }
///     Disposition::Reject => { /* put it on a dead-letter queue */ }
/// }
/// ```
///
/// | arrival | on a durable store | in memory |
/// | --- | --- | --- |
/// | `Waiting`, `Duplicate`, `Parked` | `Ack` | `Defer` |
/// | `Ran`, `Closed` | `Ack` | `Ack` |
/// | `Failed`, `Unrecorded`, `Busy` | `Requeue` | `Requeue` |
/// | an error: no key, not encodable | `Reject` | `Reject` |
/// | another error | `Requeue` | `Requeue` |
pub fn disposition<T, I>(arrival: &Result<Arrival<T, I>, ArriveError<I>>) -> Disposition {
    match arrival {
        Ok(
            Arrival::Waiting { durable, .. }
            | Arrival::Duplicate { durable, .. }
            | Arrival::Parked { durable, .. },
        ) => {
            if *durable {
                Disposition::Ack
            } else {
                Disposition::Defer
            }
        }
        Ok(Arrival::Ran(_) | Arrival::Closed { .. }) => Disposition::Ack,
        Ok(Arrival::Failed(_) | Arrival::Unrecorded(_) | Arrival::Busy { .. }) => {
            Disposition::Requeue
        }
        Err(error) => match error.kind {
            ArriveErrorKind::NoKey | ArriveErrorKind::Unencodable(_) => Disposition::Reject,
            ArriveErrorKind::Full | ArriveErrorKind::Store(_) => Disposition::Requeue,
        },
    }
}
