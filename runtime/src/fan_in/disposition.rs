//! What to tell the broker.

use super::arrival::{Arrival, ArriveError, ArriveErrorKind};

/// What a consumer should do with a message once its event has arrived at a join, as [`ack`] says.
///
/// ```
/// use linked_span::fan_in::Ack;
///
/// fn may_commit_the_offset(ack: Ack) -> bool {
///     ack == Ack::Ack
/// }
/// # assert!(may_commit_the_offset(Ack::Ack));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ack {
    /// Acknowledge it: it has been dealt with, or is kept where a crash does not reach it.
    Ack,
    /// Acknowledge it once the join has settled, which [`Join::settled`](super::Join::settled) waits for: if this
    /// process dies before, the broker delivers it again. That suits brokers that let a consumer hold single messages,
    /// not those that count offsets.
    Hold,
    /// Have it delivered again, after a while.
    Retry,
    /// Put it aside: another delivery will fare no better.
    Reject,
}

/// What a consumer should tell its broker.
///
/// ```
/// # use std::time::Duration;
/// # use linked_span::{LinkedEvent, Origin, fan_in};
/// use linked_span::fan_in::{Ack, ack};
///
/// # #[derive(Clone, LinkedEvent)] struct Event { #[event(key)] order: u64, metadata: Origin }
/// # #[fan_in(payment, inventory)]
/// # fn ship(payment: Event, inventory: Event) {}
/// # let event = Event { order: 7, metadata: Origin::default() };
/// # let ship = Ship::in_memory(Duration::from_secs(600));
/// let arrival = ship.payment(event);
/// match ack(&arrival) {
///     Ack::Ack => { /* acknowledge the message */ }
///     Ack::Hold => { /* acknowledge it once `ship.join().settled("7").await` */ }
///     Ack::Retry => { /* have it delivered again */ }
///     Ack::Reject => { /* put it on a dead-letter queue */ }
/// }
/// ```
///
/// | arrival | on a durable store | in memory |
/// | --- | --- | --- |
/// | `Waiting`, `Duplicate`, `Parked` | `Ack` | `Hold` |
/// | `Ran`, `Closed` | `Ack` | `Ack` |
/// | `Failed`, `Unrecorded`, `Busy` | `Retry` | `Retry` |
/// | an error: no key, not encodable | `Reject` | `Reject` |
/// | another error | `Retry` | `Retry` |
pub fn ack<T, I>(arrival: &Result<Arrival<T, I>, ArriveError<I>>) -> Ack {
    match arrival {
        Ok(
            Arrival::Waiting { durable, .. }
            | Arrival::Duplicate { durable, .. }
            | Arrival::Parked { durable, .. },
        ) => {
            if *durable {
                Ack::Ack
            } else {
                Ack::Hold
            }
        }
        Ok(Arrival::Ran(_) | Arrival::Closed { .. }) => Ack::Ack,
        Ok(Arrival::Failed(_) | Arrival::Unrecorded(_) | Arrival::Busy { .. }) => Ack::Retry,
        Err(error) => match error.kind {
            ArriveErrorKind::NoKey | ArriveErrorKind::Unencodable(_) => Ack::Reject,
            ArriveErrorKind::Full | ArriveErrorKind::Store(_) => Ack::Retry,
        },
    }
}
