//! The parameter and the return types of `on_expired`.

use std::any::{Any, type_name};
use std::fmt::Display;
use std::pin::Pin;

use super::core::missing::Missing;
use super::received::ReceivedInputs;
use crate::support::text;

/// Holds an expired join: the received inputs and the names of the missing ones.
///
/// `I` is the function's generated struct of inputs.
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
    /// The received inputs: one method per input, which returns an `Option`, or a `Vec` of a list.
    pub inputs: I,
    /// The missing inputs, optional ones too; empty if all inputs arrived and no run of the function succeeded.
    pub missing: Missing,
    /// The number of attempts.
    pub attempts: u32,
}

impl<I> Expired<I> {
    /// Converts the inputs to another type.
    pub(super) fn map<J>(self, inputs: impl FnOnce(I) -> J) -> Expired<J> {
        Expired {
            key: self.key,
            inputs: inputs(self.inputs),
            missing: self.missing,
            attempts: self.attempts,
        }
    }
}

/// Converts the return value of `on_expired`: `()` or a `Result`.
///
/// After an `Err`, the store delivers the join again.
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
    note = "return `()`, or a `Result` whose error is `Display`: after an `Err`, the join is delivered again",
    note = "a plain `fn` takes a plain closure, `|expired| …`; an `async fn` takes `async |expired| …`"
)]
pub trait ExpiryOutcome {
    /// Returns the error; `None` if `on_expired` succeeded.
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

/// Marks what the closure of `on_expired` returns if the function is an `async fn`: any future.
///
/// It has a type of its own for the future's output, or rustc would report the missing `Future` in its own words.
#[diagnostic::on_unimplemented(
    message = "`on_expired` of an `async fn` needs an async closure, and this closure returns `{Self}`",
    label = "write `async |expired| …`"
)]
pub trait ExpiryFuture: Future<Output = Self::Outcome> {
    /// The output: `()` or a `Result`.
    type Outcome;
}

#[diagnostic::do_not_recommend]
impl<F: Future> ExpiryFuture for F {
    type Outcome = F::Output;
}

/// Holds an error or a panic of `on_expired`.
#[derive(Debug)]
pub struct ExpiryFailure {
    pub(super) error_type: &'static str,
    pub(super) message: String,
}

impl ExpiryFailure {
    /// Copies the panic's message, if it is text.
    pub(super) fn panicked(panic: &(dyn Any + Send)) -> Self {
        let literal = panic.downcast_ref::<&str>().copied();
        let text = literal.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Self {
            error_type: "panic",
            message: text.unwrap_or_default().to_owned(),
        }
    }
}

/// Delivers an expired join, and returns the failure.
pub(super) type OnExpired<P> = Box<
    dyn Fn(
            Expired<ReceivedInputs<P>>,
        ) -> Pin<Box<dyn Future<Output = Option<ExpiryFailure>> + Send>>
        + Send
        + Sync,
>;
