//! A function that its join calls.

use super::received::ReceivedInputs;
use crate::span::handoff::{self, Called};

/// Calls a function for a join.
pub fn call<P, R>(
    received: &ReceivedInputs<P>,
    to: &'static str,
    function: impl FnOnce() -> R,
) -> R {
    handoff::call(received.joined(), to, function)
}

/// Calls an `async` function for a join.
pub fn call_async<P, F>(received: &ReceivedInputs<P>, to: &'static str, function: F) -> Called<F> {
    handoff::call_async(received.joined(), to, function)
}
