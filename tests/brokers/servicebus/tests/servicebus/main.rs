//! Handlers of Azure Service Bus' messages, through `azservicebus`, against a service in this process.
//!
//! There is no server to install, and the client's messages have no constructor. So a few lines of AMQP 1.0 play the
//! service: they accept each token, queue messages, and count deliveries.

/// The code on the client's page of the documentation.
#[expect(dead_code, reason = "it only has to compile")]
#[path = "../../../../../runtime/src/messaging/pages/azservicebus.rs"]
mod page;

mod consume;
mod fan_in;
mod produce;
mod queue;
mod recorded;
mod service;
