//! The suite on joins in a Redis server, and what is that server's alone.

mod fixture;
mod memory;
mod server;
mod states;

use linked_span_tests_stores::{conformance, durable_conformance};
use server::Database;

conformance!(Database);
durable_conformance!(Database);
