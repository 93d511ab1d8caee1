//! Handlers inside `tracing`.
