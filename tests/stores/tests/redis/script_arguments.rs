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

pub(crate) fn say(call: &mut Pipeline, rules: &JoinPolicy) {
    call.arg(rules.inputs)
        .arg(milliseconds(rules.timeout))
        .arg(milliseconds(rules.lease))
        .arg(milliseconds(rules.backoff))
        .arg(milliseconds(rules.dedup_window))
        .arg(rules.max_attempts)
        .arg(text(MINE));
}

/// Returns the policy of lists, the last argument but one.
pub(crate) fn policy(rules: &JoinPolicy) -> String {
    let (lists, optional) = (bits(rules.lists), bits(rules.optional));
    let (max_elements, max_bytes) = (rules.max_elements, rules.max_bytes);
    format!("{lists} {optional} {max_elements} {max_bytes}")
}
