//! Delivers an expired join to `on_expired`.

use opentelemetry::Context;

use super::catch_unwind::CatchUnwind;
use super::context::JoinContext;
use super::core::missing::Missing;
use super::expired::{Expired, ExpiryFailure};
use super::received::ReceivedInputs;
use super::with_context::WithContext;
use crate::span::future::handle_async;
use crate::span::handle as span;
use crate::support::ambient;

impl<P: 'static, S> JoinContext<P, S> {
    /// Delivers a join in a span that links to its inputs.
    ///
    /// Returns `true` if `on_expired` succeeded.
    pub(super) async fn deliver(&self, received: &ReceivedInputs<P>, attempts: u32) -> bool {
        // The arrival that delivers this join handles another event, whose baggage must not be active here.
        let suppressed = ambient::map(Context::is_telemetry_suppressed).unwrap_or(false);
        let context = if suppressed {
            Context::new().with_telemetry_suppressed()
        } else {
            Context::new()
        };
        let future = self.deliver_here(received, attempts);
        (WithContext { future, context }).await
    }

    async fn deliver_here(&self, received: &ReceivedInputs<P>, attempts: u32) -> bool {
        let missing = self.declared.missing(received.arrived());
        let handling = span::open_for(Some(received.joined()), &self.declared.expired, |start| {
            (self.declared.link)(received, start);
        });
        if let Some(active) = &handling.0 {
            let was_complete = self.policy.is_complete(received.arrived().came);
            active.failed(why(missing, attempts, was_complete));
        }
        let expired = Expired {
            key: received.key().to_owned(),
            inputs: received.clone(),
            missing,
            attempts,
        };
        let delivered = async {
            let on_expired = self.on_expired.as_ref()?;
            let future = async { on_expired(expired).await };
            // A panic of `on_expired` must not reach the caller, which handles another join.
            match (CatchUnwind { future }).await {
                Ok(failure) => failure,
                Err(panic) => Some(ExpiryFailure::panicked(&*panic)),
            }
        };
        let future = handle_async(handling, delivered, |failure, recorder| {
            if let Some(failure) = failure {
                recorder.exception(failure.error_type, failure.message.clone());
            }
        });
        future.await.is_none()
    }
}

fn why(missing: Missing, attempts: u32, was_complete: bool) -> String {
    if was_complete && attempts == 0 && !missing.is_empty() {
        // A function with an optional input needs a sweep at its timeout, and this is where a missing one shows.
        format!("no sweep ran it at its timeout; missing: {missing}")
    } else if was_complete {
        let plural = if attempts == 1 { "" } else { "s" };
        format!("not completed in {attempts} attempt{plural}")
    } else {
        format!("missing: {missing}")
    }
}
