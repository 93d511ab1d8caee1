//! The suite on joins in `PostgreSQL`, and what is of that alone.

mod connections;
mod keys;
mod locks;
mod migrations;
mod noise;
mod passing;
mod rarer;
mod schema;
mod server;
mod statements;

use linked_span_tests_stores::{conformance, durable_conformance, durable_joined, joined};

use crate::schema::Schema;

conformance!(Schema);
durable_conformance!(Schema);
joined!(Schema);
durable_joined!(Schema);
