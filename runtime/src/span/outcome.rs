//! What a handler returned, recorded on its span.
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

/// Where an outcome is recorded. Neither the SDK's panics nor those of an error's text leave it.
#[derive(Debug)]
pub struct Recorder<'s> {
    /// None where the call is only measured.
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

    /// The type of the error that was recorded.
    pub(crate) fn error_type(&self) -> Option<&'static str> {
        self.error_type.get()
    }

    /// An error that has no text.
    fn failed(&self, error_type: &'static str) {
        if self.errors == Errors::Off {
            return;
        }
        self.error_type.set(Some(error_type));
        if let Some(span) = &self.span {
            shielded(|| span.set_status(Status::error("")));
        }
    }

    /// An error as OpenTelemetry's conventions record one:
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
        // First what no limit of the SDK's drops.
        let status = Status::error(message.clone());
        shielded(|| span.set_status(status));
        self.exception(error_type, message);
    }

    /// An error as an event, which leaves the status as it is.
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

/// Records what a handler came to, and says `()` or [`HiddenFuture`].
///
/// A pointer, since what is generic where it is called is checked for each handler anew.
pub(crate) type Record<R, Recorded = ()> = fn(&R, &Recorder<'_>) -> Recorded;

/// For handlers that return `()`, or never.
pub fn record_nothing<R>(_: &R, _: &Recorder<'_>) {}

/// How it is recorded what a function returned that should be no future.
#[must_use]
pub const fn outcome<R>() -> Outcome<R> {
    Outcome(PhantomData)
}

/// The same for the type of a value, where it cannot be written.
#[must_use]
pub const fn outcome_of<R>(_: &R) -> Outcome<R> {
    outcome()
}

/// How it is recorded what a future came to.
#[must_use]
pub const fn awaited<R>() -> Awaited<R> {
    Awaited(PhantomData)
}

/// The same for the type of a value, where it cannot be written.
#[must_use]
pub const fn awaited_of<R>(_: &R) -> Awaited<R> {
    awaited()
}

/// Declares types of which each is tried before the next: a call of `recorder` finds the first of them that has this
/// method for `R`, since the next is what it dereferences to, unless a trait has one for
/// every type. The bounds of the user's function must not change, and it
/// should see no trait of ours.
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
    /// What the function of a fan-in returns behind an opaque type: a `Result`, whose `Err` its join would not see.
    Opaque
    /// What a function returns: a future that its signature does not show.
    Outcome
    /// What a future comes to: a `Result` whose error has a text.
    Awaited
    /// A `Result` whose error is only `Debug`.
    Debugged
    /// A `Result` whose error is neither.
    Mute
    /// Anything else.
    Anything
}

impl<F: Future> Outcome<F> {
    /// The span would end before the future runs.
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
    /// Records what the error is for a developer.
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
    /// Records that it failed.
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
    /// Its join could not tell a success from a failure.
    #[must_use]
    pub const fn linked_span_recorder(&self) -> Record<Result<T, E>, HiddenResult> {
        |_, _| HiddenResult
    }
}

/// How it is recorded what a fan-in's function returned whose type is opaque.
#[must_use]
pub const fn opaque_of<R>(_: &R) -> Opaque<R> {
    Opaque(PhantomData)
}

/// Records it, or is an error at compile time.
pub fn record_visible<R, O: Visible>(record: Record<R, O>, returned: &R, recorder: &Recorder<'_>) {
    record(returned, recorder);
}

/// An outcome that a join sees.
#[diagnostic::on_unimplemented(
    message = "this fan-in returns a `Result`, but its signature does not show it",
    label = "the join would count an `Err` as a success",
    note = "write `Result<impl Trait, Error>` instead of `impl Trait`"
)]
pub trait Visible {}

#[diagnostic::do_not_recommend]
impl Visible for () {}

/// What stands for a `Result` behind an opaque type.
#[derive(Debug)]
pub struct HiddenResult;

/// What a function returns of which no error is recorded, `errors = off`: a future that its signature does not show, or
/// anything. An error need not have a text.
#[derive(Debug)]
pub struct Unrecorded<R>(PhantomData<fn() -> R>);

impl<F: Future> Unrecorded<F> {
    /// The span would end before the future runs.
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

/// How nothing is recorded of what a function returned that should be no future.
#[must_use]
pub const fn unrecorded<R>() -> Unrecorded<R> {
    Unrecorded(PhantomData)
}

/// The same for the type of a value, where it cannot be written.
#[must_use]
pub const fn unrecorded_of<R>(_: &R) -> Unrecorded<R> {
    unrecorded()
}

/// What a fan-in's function returned.
#[derive(Debug)]
pub struct Returned<'r, R: ?Sized>(pub &'r R);

/// Whether what a fan-in's function returned is no `Err`. Chosen by autoref: the implementation with the most references
/// of those that hold.
pub trait Succeeded {
    /// Anything but an `Err` is a success.
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

/// A handler's outcome that is known once the handler has returned, as a future's is not.
#[diagnostic::on_unimplemented(
    message = "this handler returns a future, but its signature does not show it",
    label = "the span would end before the future runs",
    note = "write the future in the signature: `async fn`, `-> impl Future<Output = …>`, or `-> Pin<Box<dyn Future<Output = …> + Send + '_>>`"
)]
pub trait SyncOutcome {}

#[diagnostic::do_not_recommend]
impl SyncOutcome for () {}

/// What stands for the outcome of a future that has not run.
#[derive(Debug)]
pub struct HiddenFuture;
