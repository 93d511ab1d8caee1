//! Handlers of deliveries from `RabbitMQ`, with a real server, through `amqprs`.

/// The code on the client's page of the documentation.
#[expect(dead_code, reason = "it only has to compile")]
#[path = "../../../../../runtime/src/messaging/pages/amqprs.rs"]
mod page;

mod consume;
mod fan_in;
mod hostile;
mod produce;
mod recorded;
mod returned;
mod server;
