//! Messages from brokers: Kafka, NATS, `RabbitMQ`, Amazon SQS, Redis Streams, MQTT, Pub/Sub, and others.
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
//! A parameter's parentheses name the client of its message. The type of the parameter decides whether it is one
//! message or a batch. A message, or a reference, a pointer or an `Option` of one, is a single message. A slice, array,
//! `Vec` or `VecDeque` of messages, or a pointer to one, is a batch.
//!
//! | in the parentheses | client | page |
//! | --- | --- | --- |
//! | `rdkafka` | `rdkafka` 0.29 or newer | [Kafka](rdkafka) |
//! | `async_nats`, `async_nats::jetstream` | `async-nats` 0.33 or newer | [NATS](async_nats) |
//! | `lapin` | `lapin` 2 or newer | [`RabbitMQ`](lapin) |
//! | `amqprs` | `amqprs` 2 or newer | [`RabbitMQ`](amqprs) |
//! | `rskafka` | `rskafka` 0.5 or newer | [Kafka](rskafka) |
//! | `krafka` | `krafka` 0.27 or newer | [Kafka](krafka) |
//! | `fe2o3_amqp` | `fe2o3-amqp` 0.14 or newer | [AMQP 1.0](fe2o3_amqp) |
//! | `azservicebus` | `azservicebus` 0.25 or newer | [Azure Service Bus](azservicebus) |
//! | `pulsar` | `pulsar` 6 or newer | [Pulsar](pulsar) |
//! | `aws_sdk_sqs` | `aws-sdk-sqs` 1 or newer | [Amazon SQS](aws_sdk_sqs), with SNS and Lambda |
//! | `redis` | `redis` 1 or newer | [Redis Streams](redis) |
//! | `rumqttc` | `rumqttc` 0.24 or newer | [MQTT 5](rumqttc) |
//! | `google_cloud_pubsub` | `google-cloud-pubsub` 1 or newer | [Google Cloud Pub/Sub](google_cloud_pubsub) |
//! | `cloudevents` | `cloudevents-sdk` 0.8 or newer | [`CloudEvents`](cloudevents) |
//! | `view = path::to::function` | any other | [below](#clients-without-an-adapter) |
//!
//! This crate depends on none of them. The expansion names the client in your crate, so rustc checks it against your
//! version. If the client has another name, add `client = path::to::rdkafka`.
//!
//! # Recorded attributes
//!
//! The names are those of OpenTelemetry's [messaging
//! conventions](https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/). The span's kind is consumer.
//!
//! | attribute | value |
//! | --- | --- |
//! | `messaging.system` | `kafka`, `nats`, `rabbitmq`, `servicebus`, `pulsar`, `aws_sqs`, `redis`, `mqtt`, `gcp_pubsub`, `cloudevents`, or `amqp` without `system = …` |
//! | `messaging.operation.name`, `messaging.operation.type` | `process` |
//! | `messaging.batch.message_count` | the number of messages in a batch |
//! | `messaging.destination.name` | the topic, subject or queue; of some systems only `destination = …` |
//! | `messaging.destination.template` | `template = …` |
//! | `messaging.destination.temporary`, `messaging.destination.anonymous` | `true`, of an inbox or a generated queue |
//! | `messaging.destination.partition.id` | the partition |
//! | `messaging.consumer.group.name` | `group = …`, or `JetStream`'s consumer |
//! | `messaging.message.id`, `messaging.message.conversation_id` | the ids that the message has |
//! | `messaging.message.body.size` | the size of the payload in bytes |
//! | `messaging.kafka.offset`, `messaging.kafka.message.key`, `messaging.kafka.message.tombstone` | Kafka's |
//! | `messaging.rabbitmq.destination.routing_key`, `messaging.rabbitmq.message.delivery_tag` | `RabbitMQ`'s |
//! | `messaging.pulsar.message.key` | the partition key of a message of Pulsar |
//! | `messaging.servicebus.message.enqueued_time` | the seconds since 1970 when Service Bus stored the message |
//! | `messaging.gcp_pubsub.message.ordering_key` | Pub/Sub's |
//! | `messaging.{system}.message.delivery_count`, `messaging.gcp_pubsub.message.delivery_attempt` | the number of deliveries, including this one |
//! | `cloudevents.event_id`, `.event_source`, `.event_type`, `.event_subject`, `.event_spec_version` | those of `CloudEvents` |
//!
//! In a batch, the span has the attributes that are equal for all messages, and the links have those that vary. A
//! message without a context gets a link without one, which records its id and offset.
//!
//! # The span's name
//!
//! The name is `process` and the template, or else the destination. Inboxes, reply queues and queues with generated
//! names are never part of a name. Neither are subjects with a number or a UUID in them, nor topics of MQTT with a
//! digit in a level. The name of such a span is `process`; add `template = "orders.{id}.created"` to extend it. A batch
//! with several destinations also has the name `process`.
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
//! The span's context becomes the message's: `headers!()` returns the client's own type of headers with it. To forward
//! a message with its other headers, write `headers!(replacing message.headers())`. An outbox stores an
//! [`Origin`](crate::Origin) and sends it later by `headers!(of stored)`. For a client without an adapter,
//! [`Origin::fields`](crate::Origin::fields) returns the names and values, and
//! [`inject_origin`](crate::inject_origin) writes them into a carrier.
//!
//! The destination and the system are expressions. Add `template = "orders.{id}"` if the destination varies.
//!
//! Add your own headers to the result, or give them to `replacing`. `headers!(replacing …, of origin)` keeps the other
//! headers and writes this origin.
//!
//! If a parameter of the function is a message to send that has its own context, or a batch of them, name it:
//! `#[linked_span(records, send("orders", system = "kafka"))]` links to each, and the kind is client.
//!
//! A function that receives a message and sends others has both:
//! `#[linked_span(message(rdkafka), send("routed", system = "kafka"))]`. Its span is `send routed`, of kind producer, and
//! the link has the received message's attributes. For a consumer span as well, send in a second function.
//!
//! A handler of requests takes `kind = server`, and a function that sends a request takes `send(…)` and `kind = client`.
//! The reply has a `send` span of its own. The inbox of a reply is never part of a name.
//!
//! The span ends when the function returns. Its status is unset unless the function returns an `Err`. Await the
//! broker's confirmation in the function, so that the span records its time and its error. If the function only puts a
//! message into the client's queue, the span ends there, and does not include a later delivery report. Each message of
//! a transaction has its own span. An aborted transaction does not change these spans.
//!
//! # Clients without an adapter
//!
//! For a client without an adapter, a function describes the message, and the producer writes the fields of its origin:
//!
//! ```
//! use linked_span::messaging::Message;
//! use linked_span::{Origin, linked_span};
//!
//! // The client's own types.
//! struct Job { queue: String, id: u64, headers: Vec<(String, Vec<u8>)>, body: Vec<u8> }
//!
//! fn describe(job: &Job) -> Message<'_> {
//!     let headers = job.headers.iter().map(|(name, value)| (name, value));
//!     Message::new("beanstalkd")
//!         .destination(&job.queue)
//!         .message_id(job.id.to_string())
//!         .body_size(job.body.len())
//!         .produced_at(Origin::from_fields(headers))
//! }
//!
//! #[linked_span(job(view = describe))] // span "process mails", linked to the producer
//! fn on_job(job: &Job) { /* … */ }
//!
//! #[linked_span(send("mails", system = "beanstalkd"))] // span "send mails"
//! fn mail(body: Vec<u8>) -> Job {
//!     let mut headers = Vec::new();
//!     for (name, value) in Origin::current().fields() {
//!         headers.push((name, value.into_bytes()));
//!     }
//!     Job { queue: "mails".to_owned(), id: 1, headers, body }
//! }
//! # on_job(&mail(Vec::new()));
//! ```
//!
//! If the headers are a map or a list of names and values, `.headers(&job.headers)` reads them. `view = describe` also
//! describes each message of a batch.
//!
//! # Functions that wait for several messages
//!
//! ```ignore
//! #[fan_in(payment(rdkafka, key = key_of(payment)), inventory(rdkafka, key = key_of(inventory)))]
//! fn fulfill(payment: &OwnedMessage, inventory: &OwnedMessage) { /* … */ }
//! ```
//!
//! [`#[fan_in]`](macro@crate::fan_in) takes the same parentheses, and links to each message. A join keeps its messages, so
//! they cannot borrow from the consumer: with `rdkafka`, call `detach()`. A join in a database needs an input that can be
//! serialized: decode the payload, and keep it in a [`Received`] with what `describe!` says of the message.
//!
//! # Empty polls
//!
//! A handler that is called with an empty batch makes a span with `messaging.batch.message_count` 0. To avoid that, do
//! not call it:
//!
//! ```
//! # fn on_orders(messages: &[u8]) {}
//! # let messages: [u8; 0] = [];
//! if !messages.is_empty() {
//!     on_orders(&messages);
//! }
//! ```
//!
//! # Retries and redelivered messages
//!
//! A handler links to the context in the headers of its message. A broker that delivers a message again leaves the
//! headers unchanged, so each attempt is a separate span with a link to the same producer. If your program writes a
//! retry topic or a dead letter, the context is the one that your program writes into the headers.

mod adapted;
mod adapter;
mod create;
mod describing;
mod event;
mod fallback;
mod fields;
mod headers;
mod injected;
mod parameter;
mod reads;
mod received;

pub mod amqprs;
pub mod async_nats;
pub mod aws_sdk_sqs;
pub mod azservicebus;
pub mod cloudevents;
pub mod fe2o3_amqp;
pub mod google_cloud_pubsub;
pub mod krafka;
pub mod lapin;
pub mod pulsar;
pub mod rdkafka;
pub mod redis;
pub mod rskafka;
pub mod rumqttc;

#[doc(hidden)]
pub use self::adapted::Adapted;
#[doc(hidden)]
pub use self::adapter::{Adapter, ViewBy};
pub use self::create::create;
#[doc(hidden)]
pub use self::describing::__describe;
#[doc(hidden)]
pub use self::fields::read_last_hop;
#[doc(hidden)]
pub use self::headers::{__headers, Existing, existing};
#[doc(hidden)]
pub use self::injected::Injected;
#[doc(hidden)]
pub use self::parameter::{Reads, adapted, adapted_with};
#[doc(hidden)]
pub use self::reads::{ReadsMany, ReadsOne};
pub use self::received::Received;
#[doc(hidden)]
pub use self::received::described;
#[doc(hidden)]
pub use crate::event::given::Given;
pub use crate::message::Message;
#[doc(hidden)]
pub use crate::propagation::{ReadHeaders, WholeOrigin};
