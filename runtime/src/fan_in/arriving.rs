//! Records a span event on the active span for each arrival.

use opentelemetry::KeyValue;
use opentelemetry::trace::TraceContextExt;

use super::arrival::{Arrival, ArriveError, ArriveErrorKind, ClosedReason};
use crate::metrics;
use crate::support::ambient;
use crate::support::shield::shielded;

/// Records an arrival once, on drop, for every outcome.
pub(super) struct Arriving {
    join: &'static str,
    input: &'static str,
    outcome: &'static str,
}

impl Arriving {
    pub(super) fn new(join: &'static str, input: &'static str) -> Self {
        Self {
            join,
            input,
            outcome: "dropped",
        }
    }

    pub(super) fn has_come_to<T, I>(&mut self, arrival: &Result<Arrival<T, I>, ArriveError<I>>) {
        self.outcome = outcome(arrival);
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        metrics::joins::arrived(self.join, self.input, self.outcome);
        let Some(context) = ambient::current() else {
            return;
        };
        let span = context.span();
        shielded(|| {
            if span.is_recording() {
                let attributes = vec![
                    KeyValue::new("fan_in.join", self.join),
                    KeyValue::new("fan_in.input", self.input),
                    KeyValue::new("fan_in.outcome", self.outcome),
                ];
                span.add_event("fan_in.arrival", attributes);
            }
        });
    }
}

fn outcome<T, I>(arrival: &Result<Arrival<T, I>, ArriveError<I>>) -> &'static str {
    match arrival {
        Ok(Arrival::Waiting { .. }) => "waiting",
        Ok(Arrival::Duplicate { .. }) => "duplicate",
        Ok(Arrival::Ran(_)) => "ran",
        Ok(Arrival::Failed(_)) => "failed",
        Ok(Arrival::Unrecorded(_)) => "unrecorded",
        Ok(Arrival::Busy { .. }) => "busy",
        Ok(Arrival::Parked { .. }) => "parked",
        Ok(Arrival::Closed { reason, .. }) => match reason {
            ClosedReason::Completed => "completed",
            ClosedReason::Expired => "expired",
            ClosedReason::Full => "closed",
        },
        Err(error) => match error.kind {
            ArriveErrorKind::Full => "full",
            ArriveErrorKind::NoKey => "no_key",
            ArriveErrorKind::NoId => "no_id",
            ArriveErrorKind::Unencodable(_) => "unencodable",
            ArriveErrorKind::OverLimit(_) => "over_limit",
            ArriveErrorKind::Store(_) => "store_failed",
        },
    }
}
