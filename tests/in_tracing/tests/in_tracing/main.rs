//! Handlers inside `tracing`. Each test has its own subscriber.

mod callsites;
mod filters;
mod handlers;
mod hostile;
mod logs;
mod rows;
mod shared;
mod tasks;
