//! Messages from brokers: Kafka, NATS, `RabbitMQ`, and others.
//!
//! ```ignore
//! use linked_span::linked_span;
//! use rdkafka::message::{BorrowedMessage, OwnedMessage};
//!
//! #[linked_span(message(rdkafka))] // span "process orders", linked to the producer
//! async fn on_order(message: &BorrowedMessage<'_>) -> Result<(), Error> { /* … */ }
//!
//! #[linked_span(messages(rdkafka, group = "billing"))] // a batch: one span, a link to each message
//! async fn on_orders(messages: &[OwnedMessage]) { /* … */ }
//! ```
//!
//! A parameter's parentheses name the client whose message it is. The type of the parameter decides whether it is one
//! message or a batch: a reference, a pointer or an `Option` of a message is one; a slice, array, `Vec` or `VecDeque` of
//! messages, and a pointer to one, is a batch.
//!
//! | in the parentheses | client | page |
//! | --- | --- | --- |
//! | `rdkafka` | `rdkafka` 0.29 or newer | [Kafka](rdkafka) |
//! | `async_nats`, `async_nats::jetstream` | `async-nats` 0.33 or newer | [NATS](async_nats) |
//! | `lapin` | `lapin` 2 or newer | [`RabbitMQ`](lapin) |
//! | `view = path::to::function` | any other | [`Message`] |
//!
//! This crate depends on none of them. What the attribute expands to names the client in your crate, so it is checked
//! against the version that you have. Use `client = path::to::rdkafka` where the client has another name.
//!
//! # What is recorded
//!
//! The names are those of OpenTelemetry's [messaging
//! conventions](https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/). The span's kind is consumer.
//!
//! | attribute | value |
//! | --- | --- |
//! | `messaging.system` | `kafka`, `nats` or `rabbitmq` |
//! | `messaging.operation.name`, `messaging.operation.type` | `process` |
//! | `messaging.batch.message_count` | how many messages a batch has |
//! | `messaging.destination.name` | the topic, subject or queue |
//! | `messaging.destination.template` | `template = …` |
//! | `messaging.destination.temporary`, `messaging.destination.anonymous` | `true`, of an inbox or a generated queue |
//! | `messaging.destination.partition.id` | the partition |
//! | `messaging.consumer.group.name` | `group = …`, or `JetStream`'s consumer |
//! | `messaging.message.id`, `messaging.message.conversation_id` | the ids that the message has |
//! | `messaging.message.body.size` | the size of the payload in bytes |
//! | `messaging.kafka.offset`, `messaging.kafka.message.key`, `messaging.kafka.message.tombstone` | Kafka's |
//! | `messaging.rabbitmq.destination.routing_key`, `messaging.rabbitmq.message.delivery_tag` | `RabbitMQ`'s |
//! | `messaging.nats.message.delivery_count`, `messaging.rabbitmq.message.delivery_count` | how often the message was delivered, this time included |
//!
//! In a batch, an attribute that is equal for all messages is on the span, and one that varies is on the links. A message
//! without a context has a link without a context there, so that its id and offset stay on record.
//!
//! # The span's name
//!
//! It is `process` and the template, or else the destination. Inboxes, reply queues and queues with generated names never
//! are part of a name, nor are subjects with a number or a UUID in them: such a span is called `process`. Give it a name
//! by `template = "orders.{id}.created"`. A batch with several destinations is called `process` too.
//!
//! # Producers
//!
//! ```ignore
//! use linked_span::messaging::rdkafka::headers;
//!
//! #[linked_span(send("orders", system = "kafka"))] // span "send orders", of kind producer
//! async fn publish(producer: &FutureProducer, order: &Order) -> Result<(), KafkaError> {
//!     let record = FutureRecord::to("orders").payload(&order.json).headers(headers!());
//!     producer.send(record, TIMEOUT).await /* … */
//! }
//! ```
//!
//! The span's context is the message's: `headers!()` returns the client's own type of headers with it. A message that is
//! forwarded keeps its other headers by `headers!(replacing message.headers())`. An outbox stores an [`Origin`](crate::Origin) and sends it
//! later, by `headers!(of stored)`. For a client without an adapter, [`Origin::fields`](crate::Origin::fields) has the
//! names and values, and [`inject_origin`](crate::inject_origin) writes them into a carrier.
//!
//! Where a parameter of the function is a message with a context of its own, or a batch of them, name it:
//! `#[linked_span(records, send("orders", system = "kafka"))]` links to each, and the kind is client.
//!
//! The span ends when the function returns, with the status unset unless it returns an `Err`. Await the broker's
//! confirmation in it, so that its time and its error are recorded. A function that only puts a message into the client's
//! queue ends its span there, and a delivery report that comes later is no part of it. Each message of a transaction has
//! its own span. A transaction that is aborted does not change them.
//!
//! # An empty poll
//!
//! A handler that is called with an empty batch makes a span with `messaging.batch.message_count` 0. Do not call it if you
//! want none:
//!
//! ```
//! # fn on_orders(messages: &[u8]) {}
//! # let messages: [u8; 0] = [];
//! if !messages.is_empty() {
//!     on_orders(&messages);
//! }
//! ```
//!
//! # Retries, and messages that are delivered again
//!
//! A handler links to the context in the headers of the message that it is given. A broker that delivers a message again
//! leaves the headers as they were, so each attempt is a span of its own with a link to the same producer. A retry topic or
//! a dead letter that your program writes carries what your program writes into its headers.

mod adapted;
mod adapter;
mod create;
mod event;
mod fields;
mod injected;
mod parameter;
mod reads;

pub mod async_nats;
pub mod lapin;
pub mod rdkafka;

#[doc(hidden)]
pub use self::adapted::Adapted;
#[doc(hidden)]
pub use self::adapter::{Adapter, ViewBy};
pub use self::create::create;
#[doc(hidden)]
pub use self::injected::Injected;
#[doc(hidden)]
pub use self::parameter::{Reads, adapted, adapted_with};
#[doc(hidden)]
pub use self::reads::{ReadsMany, ReadsOne};
#[doc(hidden)]
pub use crate::event::given::Given;
pub use crate::message::Message;
