//! What a consumer does with a message after an arrival.

use super::arrival::{Arrival, ArriveError, ArriveErrorKind};

/// What a consumer does with a message whose event has arrived at a join; see [`disposition`].
///
/// ```
/// use linked_span::fan_in::Disposition;
///
/// fn may_commit_the_offset(disposition: Disposition) -> bool {
///     disposition == Disposition::Ack
/// }
/// # assert!(may_commit_the_offset(Disposition::Ack));
/// ```
///
/// | value | Kafka | NATS JetStream | RabbitMQ | Amazon SQS | Redis Streams |
/// | --- | --- | --- | --- | --- | --- |
/// | [`Ack`](Self::Ack) | commit the offset | `ack` | `basic.ack` | `DeleteMessage` | `XACK` |
/// | [`Defer`](Self::Defer) | do not commit this offset or a later one yet | `ack` later; until then send `in progress` | `basic.ack` later, within the broker's `consumer_timeout`, with a prefetch count for the messages that wait | `DeleteMessage` later; until then `ChangeMessageVisibility` | `XACK` later; until then `XCLAIM … JUSTID`, which resets its idle time |
/// | [`Requeue`](Self::Requeue) | seek back to the offset, or publish to a retry topic and commit | `nak` with a delay | publish to a queue with a delay, then `basic.ack`; `basic.nack` with `requeue` redelivers at once | leave it, or `ChangeMessageVisibility` to a delay | leave it: `XAUTOCLAIM` returns it after its idle time |
/// | [`Reject`](Self::Reject) | publish to a dead-letter topic and commit | `term` | `basic.reject` without `requeue`, to the dead-letter exchange | send to the dead-letter queue, then `DeleteMessage` | `XADD` to a stream of dead letters, then `XACK` |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Disposition {
    /// Acknowledge it: it was handled, or a store keeps it that outlives this process.
    Ack,
    /// Acknowledge it once the join has settled, which [`Join::settled`](super::Join::settled) waits for.
    ///
    /// If this process dies before that, the broker delivers the message again. This suits brokers that acknowledge single
    /// messages. Kafka commits offsets: choose a durable store there.
    Defer,
    /// Have the broker deliver it again, after a while.
    Requeue,
    /// Put it aside: another delivery fails as well.
    Reject,
}

/// Returns what a consumer does with the message. It takes the whole `Result`, before a `?`.
///
/// One loop serves a topic with all inputs, because each method of a join returns the same type:
///
/// ```
/// # use std::sync::Arc;
/// # use std::time::Duration;
/// # use linked_span::{LinkedEvent, Origin, fan_in};
/// use linked_span::fan_in::{Disposition, disposition};
///
/// # #[derive(Clone, LinkedEvent)] struct Event { #[event(key)] order: u64, metadata: Origin }
/// # enum Body { Payment(Event), Inventory(Event) }
/// # struct Message(Body);
/// # impl Message {
/// #     fn key(&self) -> String { "7".into() }
/// #     fn body(&self) -> Body { match &self.0 { Body::Payment(e) => Body::Payment(e.clone()), Body::Inventory(e) => Body::Inventory(e.clone()) } }
/// #     async fn ack(self) {} async fn nack(self) {} async fn reject(self) {}
/// # }
/// # struct Topic(Vec<Message>);
/// # impl Topic { async fn next(&mut self) -> Option<Message> { self.0.pop() } }
/// # #[fan_in(payment, inventory)]
/// # async fn ship(payment: Event, inventory: Event) {}
/// async fn consume(mut topic: Topic, ship: Arc<Ship>) {
///     while let Some(message) = topic.next().await {
///         let arrival = match message.body() {
///             Body::Payment(event) => ship.payment(event).await,
///             Body::Inventory(event) => ship.inventory(event).await,
///         };
///         match disposition(&arrival) {
///             Disposition::Ack => message.ack().await,
///             Disposition::Requeue => message.nack().await,
///             Disposition::Reject => message.reject().await,
///             Disposition::Defer => { tokio::spawn(ack_later(message, Arc::clone(&ship))); }
///         }
///     }
/// }
///
/// /// Waits until the join has run or expired. The loop above goes on meanwhile.
/// async fn ack_later(message: Message, ship: Arc<Ship>) {
///     ship.join().settled(&message.key()).await;
///     message.ack().await;
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// #     let event = Event { order: 7, metadata: Origin::default() };
/// #     let topic = Topic(vec![Message(Body::Payment(event.clone())), Message(Body::Inventory(event))]);
/// #     consume(topic, Arc::new(Ship::in_memory(Duration::from_secs(600)))).await;
/// # }
/// ```
///
/// A durable store never answers `Defer`, and then the last arm and `ack_later` are not needed.
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
            | Arrival::Closed { durable, .. }
            | Arrival::Parked { durable, .. },
        ) => {
            if *durable {
                Disposition::Ack
            } else {
                Disposition::Defer
            }
        }
        Ok(Arrival::Ran(_)) => Disposition::Ack,
        Ok(Arrival::Failed(_) | Arrival::Unrecorded(_) | Arrival::Busy { .. }) => {
            Disposition::Requeue
        }
        Err(error) => match error.kind {
            ArriveErrorKind::NoKey
            | ArriveErrorKind::NoId
            | ArriveErrorKind::Unencodable(_)
            | ArriveErrorKind::OverLimit(_) => Disposition::Reject,
            ArriveErrorKind::Full | ArriveErrorKind::Store(_) => Disposition::Requeue,
        },
    }
}
