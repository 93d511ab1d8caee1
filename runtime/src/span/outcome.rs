//! Records a handler's return value on its span.
#![expect(clippy::unused_self, reason = "only methods are found by `Deref`")]

use std::any::type_name;
use std::cell::Cell;
use std::fmt::{self, Debug, Display};
use std::marker::PhantomData;
use std::ops::Deref;

use opentelemetry::KeyValue;
use opentelemetry::trace::{SpanRef, Status};

use crate::span::callsite::Errors;
use crate::support::shield::shielded;
use crate::support::text;

/// Records an outcome, and shields the handler from panics of the SDK and of an error's text.
#[derive(Debug)]
pub struct Recorder<'s> {
    /// `None` if the call is only measured.
    span: Option<SpanRef<'s>>,
    errors: Errors,
    error_type: Cell<Option<&'static str>>,
}

impl<'s> Recorder<'s> {
    pub(crate) fn new(span: Option<SpanRef<'s>>, errors: Errors) -> Self {
        Self {
            span,
            errors,
            error_type: Cell::new(None),
        }
    }

    /// Returns the type of the recorded error.
    pub(crate) fn error_type(&self) -> Option<&'static str> {
        self.error_type.get()
    }

    /// Records an error without a text.
    fn failed(&self, error_type: &'static str) {
        if self.errors == Errors::Off {
            return;
        }
        self.error_type.set(Some(error_type));
        if let Some(span) = &self.span {
            shielded(|| span.set_status(Status::error("")));
        }
    }

    /// Records an error by OpenTelemetry's conventions for
    /// [exceptions](https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans/).
    fn failed_with(&self, error_type: &'static str, message: fmt::Arguments<'_>) {
        if self.errors == Errors::Off {
            return;
        }
        self.error_type.set(Some(error_type));
        let Some(span) = &self.span else {
            return;
        };
        let message = match self.errors {
            Errors::Full => text::beginning(message),
            Errors::Type | Errors::Off => String::new(),
        };
        // The status comes first, because no limit of the SDK drops it.
        let status = Status::error(message.clone());
        shielded(|| span.set_status(status));
        self.exception(error_type, message);
    }

    /// Records an error as an event, and leaves the status unchanged.
    pub(crate) fn exception(&self, error_type: &'static str, message: String) {
        if self.errors == Errors::Off {
            return;
        }
        self.error_type.set(Some(error_type));
        let Some(span) = &self.span else {
            return;
        };
        let mut exception = vec![KeyValue::new("exception.type", error_type)];
        if self.errors == Errors::Full {
            exception.push(KeyValue::new("exception.message", message));
        }
        shielded(|| {
            span.add_event("exception", exception);
            span.set_attribute(KeyValue::new("error.type", error_type));
        });
    }
}

/// Records the result of a handler, and returns `()` or [`HiddenFuture`].
///
/// It is a function pointer, because the compiler would check a generic parameter for each handler.
pub(crate) type Record<R, Recorded = ()> = fn(&R, &Recorder<'_>) -> Recorded;

/// Records nothing, for handlers that return `()` or never return.
pub fn record_nothing<R>(_: &R, _: &Recorder<'_>) {}

/// Returns the recorder of a function whose result must not be a future.
#[must_use]
pub const fn outcome<R>() -> Outcome<R> {
    Outcome(PhantomData)
}

/// Returns the same for the type of a value that cannot be written.
#[must_use]
pub const fn outcome_of<R>(_: &R) -> Outcome<R> {
    outcome()
}

/// Returns the recorder of a future's output.
#[must_use]
pub const fn awaited<R>() -> Awaited<R> {
    Awaited(PhantomData)
}

/// Returns the same for the type of a value that cannot be written.
#[must_use]
pub const fn awaited_of<R>(_: &R) -> Awaited<R> {
    awaited()
}

/// Declares types that dereference to the next, so that a method call tries each in turn.
///
/// A call of `linked_span_recorder` finds the first type that has this method for `R`. A trait with such a method on
/// every type would come first. This needs neither new bounds on the user's function nor a trait of this crate in its
/// scope.
macro_rules! tried_in_turn {
    ($($(#[$docs:meta])* $name:ident)*) => {
        $(
            $(#[$docs])*
            #[derive(Debug)]
            pub struct $name<R>(PhantomData<fn() -> R>);
        )*
        tried_in_turn!(@ $($name)*);
    };
    (@ $first:ident $next:ident $($rest:ident)*) => {
        impl<R> Deref for $first<R> {
            type Target = $next<R>;

            fn deref(&self) -> &$next<R> {
                &$next(PhantomData)
            }
        }
        tried_in_turn!(@ $next $($rest)*);
    };
    (@ $last:ident) => {};
}

tried_in_turn! {
    /// The result of a fan-in's function behind an opaque type: a `Result`, whose `Err` its join would not see.
    Opaque
    /// The result of a function: a future that its signature does not show.
    Outcome
    /// The output of a future: a `Result` whose error has a text.
    Awaited
    /// A `Result` whose error is only `Debug`.
    Debugged
    /// A `Result` whose error is neither.
    Mute
    /// Any other result.
    Anything
}

impl<F: Future> Outcome<F> {
    /// Rejects a hidden future, because the span would end before the future runs.
    #[must_use]
    pub const fn linked_span_recorder(&self) -> Record<F, HiddenFuture> {
        |_, _| HiddenFuture
    }
}

impl<T, E: Display> Awaited<Result<T, E>> {
    /// Records the error's text.
    #[must_use]
    pub const fn linked_span_recorder(&self) -> Record<Result<T, E>> {
        |returned, recorder| {
            if let Err(error) = returned {
                recorder.failed_with(type_name::<E>(), format_args!("{error}"));
            }
        }
    }
}

impl<T, E: Debug> Debugged<Result<T, E>> {
    /// Records the error's `Debug` text.
    #[must_use]
    pub const fn linked_span_recorder(&self) -> Record<Result<T, E>> {
        |returned, recorder| {
            if let Err(error) = returned {
                recorder.failed_with(type_name::<E>(), format_args!("{error:?}"));
            }
        }
    }
}

impl<T, E> Mute<Result<T, E>> {
    /// Records the failure.
    #[must_use]
    pub const fn linked_span_recorder(&self) -> Record<Result<T, E>> {
        |returned, recorder| {
            if returned.is_err() {
                recorder.failed(type_name::<E>());
            }
        }
    }
}

impl<R> Anything<R> {
    /// Records nothing.
    #[must_use]
    pub const fn linked_span_recorder(&self) -> Record<R> {
        record_nothing
    }
}

impl<T, E> Opaque<Result<T, E>> {
    /// Rejects a hidden `Result`, because its join could not see a failure.
    #[must_use]
    pub const fn linked_span_recorder(&self) -> Record<Result<T, E>, HiddenResult> {
        |_, _| HiddenResult
    }
}

/// Returns the recorder of a fan-in's function whose type is opaque.
#[must_use]
pub const fn opaque_of<R>(_: &R) -> Opaque<R> {
    Opaque(PhantomData)
}

/// Records the result, or fails to compile.
pub fn record_visible<R, O: Visible>(record: Record<R, O>, returned: &R, recorder: &Recorder<'_>) {
    record(returned, recorder);
}

/// Marks an outcome that a join can see.
#[diagnostic::on_unimplemented(
    message = "this fan-in returns a `Result`, but its signature does not show it",
    label = "the join would count an `Err` as a success",
    note = "write `Result<impl Trait, Error>` instead of `impl Trait`"
)]
pub trait Visible {}

#[diagnostic::do_not_recommend]
impl Visible for () {}

/// Represents a `Result` behind an opaque type.
#[derive(Debug)]
pub struct HiddenResult;

/// Tries the results of a function with `errors = off`: a future that its signature does not show, or any other result.
///
/// An error need not have a text.
#[derive(Debug)]
pub struct Unrecorded<R>(PhantomData<fn() -> R>);

impl<F: Future> Unrecorded<F> {
    /// Rejects a hidden future, because the span would end before the future runs.
    #[must_use]
    pub const fn linked_span_recorder(&self) -> Record<F, HiddenFuture> {
        |_, _| HiddenFuture
    }
}

impl<R> Deref for Unrecorded<R> {
    type Target = Anything<R>;

    fn deref(&self) -> &Anything<R> {
        &Anything(PhantomData)
    }
}

/// Returns the recorder with `errors = off` of a function whose result must not be a future.
#[must_use]
pub const fn unrecorded<R>() -> Unrecorded<R> {
    Unrecorded(PhantomData)
}

/// Returns the same for the type of a value that cannot be written.
#[must_use]
pub const fn unrecorded_of<R>(_: &R) -> Unrecorded<R> {
    unrecorded()
}

/// Wraps the result of a fan-in's function.
#[derive(Debug)]
pub struct Returned<'r, R: ?Sized>(pub &'r R);

/// Decides by autoref whether a result is a success: the implementation with the most references wins.
pub trait Succeeded {
    /// Returns `true` unless the result is an `Err`.
    fn linked_span_succeeded(&self) -> bool;
}

impl<T, E> Succeeded for &Returned<'_, Result<T, E>> {
    fn linked_span_succeeded(&self) -> bool {
        self.0.is_ok()
    }
}

impl<R: ?Sized> Succeeded for Returned<'_, R> {
    fn linked_span_succeeded(&self) -> bool {
        true
    }
}

/// Marks an outcome that is known once the handler has returned, unlike a future's.
#[diagnostic::on_unimplemented(
    message = "this handler returns a future, but its signature does not show it",
    label = "the span would end before the future runs",
    note = "write the future in the signature: `async fn`, `-> impl Future<Output = …>`, or `-> Pin<Box<dyn Future<Output = …> + Send + '_>>`"
)]
pub trait SyncOutcome {}

#[diagnostic::do_not_recommend]
impl SyncOutcome for () {}

/// Represents the outcome of a future that has not run.
#[derive(Debug)]
pub struct HiddenFuture;
