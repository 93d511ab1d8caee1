//! What becomes of joins.

use std::time::{Duration, SystemTime};

use super::handler::Pairs;
use super::instruments::Instruments;
use super::meter;
use crate::support::clock;
use crate::support::shield::shielded;

const JOIN: &str = "fan_in.join";
const INPUT: &str = "fan_in.input";
const OUTCOME: &str = "fan_in.outcome";
const REASON: &str = "fan_in.reason";
const STORE: &str = "fan_in.store";

/// Runs `record`, if there is a provider. It is the user's code.
fn with(record: impl FnOnce(&Instruments)) {
    shielded(|| {
        if let Some(instruments) = meter::instruments() {
            record(&instruments);
        }
    });
}

/// The same for what comes after an arrival or a sweep, which have looked for a provider.
#[inline]
fn with_found(record: impl FnOnce(&Instruments)) {
    if meter::was_found() {
        with(record);
    }
}

/// An input arrived, once for each call.
pub(crate) fn arrived(join: &'static str, input: &'static str, outcome: &'static str) {
    with(|instruments| {
        Pairs::of([
            (INPUT, Some(input)),
            (JOIN, Some(join)),
            (OUTCOME, Some(outcome)),
        ])
        .with(|pairs| instruments.arrivals().add(1, pairs));
    });
}

/// A join began to run for the first time, after each of its inputs had waited.
pub(crate) fn waited<I>(join: &'static str, inputs: impl FnOnce() -> I)
where
    I: Iterator<Item = (&'static str, Duration)>,
{
    with_found(|instruments| {
        for (input, waited) in inputs() {
            Pairs::of([(INPUT, Some(input)), (JOIN, Some(join))])
                .with(|pairs| instruments.wait().record(waited.as_secs_f64(), pairs));
        }
    });
}

/// A function was run, once for each run.
pub(crate) fn ran(join: &'static str, outcome: &'static str) {
    with_found(|instruments| {
        Pairs::of([(JOIN, Some(join)), (OUTCOME, Some(outcome))])
            .with(|pairs| instruments.runs().add(1, pairs));
    });
}

/// This process has expired a join.
pub(crate) fn expired(join: &'static str) {
    with_found(|instruments| {
        Pairs::of([(JOIN, Some(join))]).with(|pairs| instruments.expired().add(1, pairs));
    });
}

/// This process has parked some joins, or none.
pub(crate) fn parked(join: &'static str, reason: &'static str, count: usize) {
    if count == 0 {
        return;
    }
    // A sweep can park a join before anything else has looked for a provider.
    with(|instruments| {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        Pairs::of([(JOIN, Some(join)), (REASON, Some(reason))])
            .with(|pairs| instruments.parked().add(count, pairs));
    });
}

/// Whether a sweep should ask its store how many joins are open.
pub(crate) fn measures() -> bool {
    meter::is_installed(clock::now())
}

/// A sweep has ended, and `open` joins are neither completed nor expired.
pub(crate) fn swept(join: &'static str, shared: bool, open: usize) {
    with(|instruments| {
        let store = if shared { "shared" } else { "local" };
        let open = u64::try_from(open).unwrap_or(u64::MAX);
        let now = clock::wall().duration_since(SystemTime::UNIX_EPOCH);
        let now = now.unwrap_or_default().as_secs_f64();
        Pairs::of([(JOIN, Some(join)), (STORE, Some(store))]).with(|pairs| {
            instruments.open().record(open, pairs);
            instruments.swept().record(now, pairs);
        });
    });
}
