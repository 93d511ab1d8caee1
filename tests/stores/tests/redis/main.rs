//! The suite on joins in a Redis server, and what is that server's alone.

mod arrivals;
mod calls;
mod fixture;
mod kept;
mod memory;
mod said;
mod server;
mod ship;
mod steps;

use linked_span_tests_stores::{conformance, durable_conformance};
use server::Database;

conformance!(Database);
durable_conformance!(Database);
