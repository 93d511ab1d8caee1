//! Metrics of handlers and joins.

mod gauges;
mod handlers;
mod joins;
mod messages;
mod outcomes;
mod providers;
mod queries;
