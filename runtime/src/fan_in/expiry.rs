//! Joins whose time is over, and who is told so.

use std::any::{Any, type_name};
use std::fmt::Display;
use std::pin::Pin;

use opentelemetry::Context;

use super::catch_unwind::CatchUnwind;
use super::claim::ClaimGuard;
use super::core::missing::Missing;
use super::core::store::Store;
use super::join::Join;
use super::received::ReceivedInputs;
use super::with_context::WithContext;
use crate::span::future::handle_async;
use crate::span::handle as span;
use crate::support::{ambient, text};

/// A join whose time is over: what has come, and what has not. `I` is the function's generated struct of inputs.
///
/// ```
/// # use std::time::Duration;
/// # use linked_span::{LinkedEvent, Origin, fan_in};
/// # #[derive(Clone, LinkedEvent)] struct Event { #[event(key)] order: u64, metadata: Origin }
/// # fn refund(payment: &Event) {}
/// #[fan_in(payment, inventory)]
/// fn ship(payment: Event, inventory: Event) {}
///
/// let ship = Ship::in_memory(Duration::from_secs(600)).on_expired(|expired| {
///     println!("order {} never got its {}", expired.key, expired.missing);
///     if let Some(payment) = expired.inputs.payment() {
///         refund(payment);
///     }
/// });
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Expired<I> {
    /// The key.
    pub key: String,
    /// What has come: a method an input, which returns an `Option`.
    pub inputs: I,
    /// What has not. Nothing, where all had come and no run of the function has succeeded.
    pub missing: Missing,
    /// How often the function was started.
    pub attempts: u32,
}

impl<I> Expired<I> {
    /// With its inputs as another type.
    pub(super) fn map<J>(self, inputs: impl FnOnce(I) -> J) -> Expired<J> {
        Expired {
            key: self.key,
            inputs: inputs(self.inputs),
            missing: self.missing,
            attempts: self.attempts,
        }
    }
}

/// What `on_expired` returns: `()`, or a `Result`, of which an `Err` says that the join is to be handed over again.
///
/// ```
/// # use std::time::Duration;
/// # use linked_span::{LinkedEvent, Origin, fan_in};
/// # #[derive(Clone, LinkedEvent)] struct Event { #[event(key)] order: u64, metadata: Origin }
/// # async fn refund(order: &str) -> Result<(), std::io::Error> { Ok(()) }
/// #[fan_in(payment, inventory)]
/// async fn ship(payment: Event, inventory: Event) {}
///
/// let ship = Ship::in_memory(Duration::from_secs(600))
///     .on_expired(async |expired| refund(&expired.key).await);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not show whether `on_expired` succeeded",
    label = "neither `()` nor a `Result`",
    note = "return `()`, or a `Result` whose error is `Display`: after an `Err`, the join is delivered again"
)]
pub trait ExpiryOutcome {
    /// Why it was not.
    #[doc(hidden)]
    fn failure(self) -> Option<ExpiryFailure>;
}

impl ExpiryOutcome for () {
    fn failure(self) -> Option<ExpiryFailure> {
        None
    }
}

impl<T, E: Display> ExpiryOutcome for Result<T, E> {
    fn failure(self) -> Option<ExpiryFailure> {
        self.err().map(|error| ExpiryFailure {
            error_type: type_name::<E>(),
            message: text::beginning(format_args!("{error}")),
        })
    }
}

/// An error of `on_expired`'s, or its panic.
#[derive(Debug)]
pub struct ExpiryFailure {
    pub(super) error_type: &'static str,
    pub(super) message: String,
}

impl ExpiryFailure {
    /// With what the panic says, if that is text.
    fn panicked(panic: &(dyn Any + Send)) -> Self {
        let literal = panic.downcast_ref::<&str>().copied();
        let text = literal.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Self {
            error_type: "panic",
            message: text.unwrap_or_default().to_owned(),
        }
    }
}

/// Takes what has expired, and says what went wrong.
pub(super) type OnExpired<P> = Box<
    dyn Fn(
            Expired<ReceivedInputs<P>>,
        ) -> Pin<Box<dyn Future<Output = Option<ExpiryFailure>> + Send>>
        + Send
        + Sync,
>;

impl<P: 'static, S: Store<P>> Join<P, S> {
    /// Hands a join over, in a span that is linked to what has come. Whether it was taken.
    pub(super) async fn expire(&self, held: &ClaimGuard<'_, P, S>) -> bool {
        // The arrival that delivers this join handles another event, whose baggage must not be active here.
        let suppressed = ambient::map(Context::is_telemetry_suppressed).unwrap_or(false);
        let context = if suppressed {
            Context::new().with_telemetry_suppressed()
        } else {
            Context::new()
        };
        let future = self.expire_here(held);
        (WithContext { future, context }).await
    }

    async fn expire_here(&self, held: &ClaimGuard<'_, P, S>) -> bool {
        let missing = self.declared.missing(held.came.inputs());
        let handling = span::open_for(Some(held.came.joined()), &self.declared.expired, |start| {
            (self.declared.link)(&held.came, start);
        });
        if let Some(active) = &handling.0 {
            active.failed(why(missing, held.attempts));
        }
        let expired = Expired {
            key: held.key().to_owned(),
            inputs: held.came.clone(),
            missing,
            attempts: held.attempts,
        };
        let handed_over = async {
            let on_expired = self.on_expired.as_ref()?;
            let future = async { on_expired(expired).await };
            // It speaks of another join than the caller's, whom its panic is not for.
            match (CatchUnwind { future }).await {
                Ok(failure) => failure,
                Err(panic) => Some(ExpiryFailure::panicked(&*panic)),
            }
        };
        let future = handle_async(handling, handed_over, |failure, recorder| {
            if let Some(failure) = failure {
                recorder.exception(failure.error_type, failure.message.clone());
            }
        });
        future.await.is_none()
    }
}

fn why(missing: Missing, attempts: u32) -> String {
    if missing.is_empty() {
        format!("not completed in {attempts} attempts")
    } else {
        format!("missing: {missing}")
    }
}
