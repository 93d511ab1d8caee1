//! Handlers inside `tracing`, each test with a subscriber of its own.

mod callsites;
mod filters;
mod handlers;
mod hostile;
mod logs;
mod rows;
mod shared;
mod tasks;
