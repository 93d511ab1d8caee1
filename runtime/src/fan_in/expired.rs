//! What `on_expired` takes and returns.

use std::any::{Any, type_name};
use std::fmt::Display;
use std::pin::Pin;

use super::core::missing::Missing;
use super::received::ReceivedInputs;
use crate::support::text;

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
    pub(super) fn panicked(panic: &(dyn Any + Send)) -> Self {
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
