//! What a handler returned, recorded on its span.

use std::any::type_name;
use std::fmt::{Debug, Display};

use opentelemetry::KeyValue;
use opentelemetry::trace::{SpanRef, Status};

use crate::callsite::Errors;

/// Where an outcome is recorded.
#[derive(Debug)]
pub struct Recorder<'s> {
    span: SpanRef<'s>,
    errors: Errors,
}

impl<'s> Recorder<'s> {
    pub(crate) fn new(span: SpanRef<'s>, errors: Errors) -> Self {
        Self { span, errors }
    }

    /// An error that has no text.
    fn failed(&self) {
        if self.errors != Errors::Off {
            self.span.set_status(Status::error(""));
        }
    }

    /// An error as OpenTelemetry's conventions record one:
    /// [exceptions](https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans/).
    fn failed_with<E>(&self, message: impl FnOnce() -> String) {
        let message = match self.errors {
            Errors::Off => return,
            Errors::Type => String::new(),
            Errors::Full => message(),
        };
        self.exception(type_name::<E>(), &message);
        self.span.set_status(Status::error(message));
    }

    /// An error as an event, which leaves the status as it is.
    pub(crate) fn exception(&self, error_type: &'static str, message: &str) {
        if self.errors == Errors::Off {
            return;
        }
        let mut exception = vec![KeyValue::new("exception.type", error_type)];
        if self.errors == Errors::Full {
            exception.push(KeyValue::new("exception.message", message.to_owned()));
        }
        self.span.add_event("exception", exception);
        self.span
            .set_attribute(KeyValue::new("error.type", error_type));
    }
}

/// For handlers that return `()`, or never.
pub fn record_nothing<R>(_: &R, _: &Recorder<'_>) {}

/// What a handler returned.
#[derive(Debug)]
pub struct Returned<'r, R: ?Sized>(pub &'r R);

/// Chosen by autoref, since the bounds of the user's function must not change: the implementation with the most
/// references of those that hold.
pub trait Outcome {
    /// `()`, or `HiddenFuture`.
    type Recorded;

    /// Records it.
    fn record(&self, recorder: &Recorder<'_>) -> Self::Recorded;
}

/// Two references more than the next, since a method call may add one itself: a handler that is not asked for this
/// must not find it.
impl<F: Future> Outcome for &&&&&Returned<'_, F> {
    type Recorded = HiddenFuture;

    fn record(&self, _: &Recorder<'_>) -> HiddenFuture {
        HiddenFuture
    }
}

impl<T, E: Display> Outcome for &&&Returned<'_, Result<T, E>> {
    type Recorded = ();

    fn record(&self, recorder: &Recorder<'_>) {
        if let Err(error) = self.0 {
            recorder.failed_with::<E>(|| error.to_string());
        }
    }
}

impl<T, E: Debug> Outcome for &&Returned<'_, Result<T, E>> {
    type Recorded = ();

    fn record(&self, recorder: &Recorder<'_>) {
        if let Err(error) = self.0 {
            recorder.failed_with::<E>(|| format!("{error:?}"));
        }
    }
}

impl<T, E> Outcome for &Returned<'_, Result<T, E>> {
    type Recorded = ();

    fn record(&self, recorder: &Recorder<'_>) {
        if self.0.is_err() {
            recorder.failed();
        }
    }
}

impl<R: ?Sized> Outcome for Returned<'_, R> {
    type Recorded = ();

    fn record(&self, _: &Recorder<'_>) {}
}

/// Whether what a fan-in's function returned is no `Err`. Chosen by autoref, as [`Outcome`] is.
pub trait Succeeded {
    /// Anything but an `Err` is a success.
    fn succeeded(&self) -> bool;
}

impl<T, E> Succeeded for &Returned<'_, Result<T, E>> {
    fn succeeded(&self) -> bool {
        self.0.is_ok()
    }
}

impl<R: ?Sized> Succeeded for Returned<'_, R> {
    fn succeeded(&self) -> bool {
        true
    }
}

/// A handler's outcome that is known once the handler has returned, as a future's is not.
#[diagnostic::on_unimplemented(
    message = "this handler returns a future, but its signature does not show it",
    label = "the span would end before the future runs",
    note = "write the future into the signature: `async fn`, `-> impl Future<Output = …>`, or `-> Pin<Box<dyn Future<Output = …> + Send + '_>>`"
)]
pub trait Settled {}

#[diagnostic::do_not_recommend]
impl Settled for () {}

/// What stands for the outcome of a future that has not run.
#[derive(Debug)]
pub struct HiddenFuture;
