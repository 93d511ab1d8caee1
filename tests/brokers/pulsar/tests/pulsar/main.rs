//! Handlers of Pulsar's messages, in memory: Debian and crates.io have no broker of Pulsar.

/// The code on the client's page of the documentation.
#[expect(dead_code, reason = "it only has to compile")]
#[path = "../../../../../runtime/src/messaging/pages/pulsar.rs"]
mod page;

mod consume;
mod fan_in;
mod hostile;
mod in_memory;
mod produce;
