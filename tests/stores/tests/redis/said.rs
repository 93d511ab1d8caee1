//! What each script of the server is told first.

use linked_span::fan_in::Rules;
use linked_span_tests_stores::table::{MINE, text};
use redis::Pipeline;

pub(crate) fn say(call: &mut Pipeline, rules: &Rules) {
    call.arg(rules.inputs)
        .arg(rules.timeout)
        .arg(rules.lease)
        .arg(rules.backoff)
        .arg(rules.dedup_window)
        .arg(rules.max_attempts)
        .arg(text(MINE));
}
