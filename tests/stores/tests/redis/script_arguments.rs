//! The first arguments of each script.

use linked_span::fan_in::JoinPolicy;
use linked_span_tests::milliseconds;
use linked_span_tests_stores::table::{MINE, bits, text};
use redis::Pipeline;

/// Appends the keys that each script declares, in their order, and the hash of a join.
pub(crate) fn keys(call: &mut Pipeline, join: &str) {
    call.arg(3)
        .arg("function")
        .arg("function:declared")
        .arg(format!("function:join:{join}"));
}

pub(crate) fn say(call: &mut Pipeline, policy: &JoinPolicy) {
    call.arg(policy.inputs)
        .arg(milliseconds(policy.timeout))
        .arg(milliseconds(policy.lease))
        .arg(milliseconds(policy.backoff))
        .arg(milliseconds(policy.dedup_window))
        .arg(policy.max_attempts)
        .arg(text(MINE));
}

/// Returns the policy of lists, the last argument but one.
pub(crate) fn settings(policy: &JoinPolicy) -> String {
    let (lists, optional) = (bits(policy.lists), bits(policy.optional));
    let (max_elements, max_bytes) = (policy.max_elements, policy.max_bytes);
    format!("{lists} {optional} {max_elements} {max_bytes}")
}
