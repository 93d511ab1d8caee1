//! Fields of derived events as text: anything that is `Display`, and no copy where there need be none.

use std::borrow::{Borrow, Cow};
use std::fmt::Display;
use std::marker::PhantomData;
use std::sync::Arc;

use opentelemetry::StringValue;

use crate::support::text;

/// A field of an event.
#[derive(Debug)]
pub struct Field<'f, T>(pub &'f T);

/// Chosen by autoref: the implementation with the most references of those that hold. A trait of the user's may have a
/// method on every type, so the names are ours.
pub trait Describe {
    /// An `Option<StringValue>`, or `NotText`.
    type Text;
    /// A `Cow<str>`, or `NotText`.
    type Key;

    /// The field as an id or a type.
    fn linked_span_text(&self) -> Self::Text;

    /// The field as a correlation key.
    fn linked_span_key(&self) -> Self::Key;
}

/// Shared by all who ask.
impl<'f> Describe for &&&&Field<'f, Arc<str>> {
    type Text = Option<StringValue>;
    type Key = Cow<'f, str>;

    fn linked_span_text(&self) -> Self::Text {
        Some(Arc::clone(self.0).into())
    }

    fn linked_span_key(&self) -> Self::Key {
        Cow::Borrowed(self.0)
    }
}

/// An `Arc`, since an event's type stands on the span and on the link.
impl<'f, T: Borrow<str>> Describe for &&&Field<'f, T> {
    type Text = Option<StringValue>;
    type Key = Cow<'f, str>;

    fn linked_span_text(&self) -> Self::Text {
        Some(Arc::<str>::from(self.0.borrow()).into())
    }

    fn linked_span_key(&self) -> Self::Key {
        Cow::Borrowed(self.0.borrow())
    }
}

impl<'f, T: Display> Describe for &&Field<'f, T> {
    type Text = Option<StringValue>;
    type Key = Cow<'f, str>;

    fn linked_span_text(&self) -> Self::Text {
        text::whole(self.0).map(StringValue::from)
    }

    fn linked_span_key(&self) -> Self::Key {
        // No key, which an arrival refuses: a part of one would be another's.
        Cow::Owned(text::whole(self.0).unwrap_or_default())
    }
}

impl<T: Display> Describe for &Field<'_, Option<T>> {
    type Text = Option<StringValue>;
    type Key = NotText<Option<T>>;

    fn linked_span_text(&self) -> Self::Text {
        let value = self.0.as_ref()?;
        text::whole(value).map(StringValue::from)
    }

    fn linked_span_key(&self) -> Self::Key {
        NotText(PhantomData)
    }
}

impl<T> Describe for Field<'_, T> {
    type Text = NotText<T>;
    type Key = NotText<T>;

    fn linked_span_text(&self) -> Self::Text {
        NotText(PhantomData)
    }

    fn linked_span_key(&self) -> Self::Key {
        NotText(PhantomData)
    }
}

/// What stands for a field that has no text.
#[derive(Debug)]
pub struct NotText<T>(PhantomData<T>);

/// A literal, which is not copied.
#[must_use]
pub fn constant(text: &'static str) -> StringValue {
    text.into()
}

/// The id or the type that a field is, or an error at compile time.
pub fn text<F>(_: &F, text: impl Text<F>) -> Option<StringValue> {
    text.into_text()
}

/// The key that a field is, or an error at compile time.
pub fn key<'f, F>(_: &F, key: impl Key<'f, F>) -> Cow<'f, str> {
    key.into_key()
}

#[diagnostic::on_unimplemented(
    message = "the id and the type of an event have to be `Display`: `{Field}` is not",
    label = "not `Display`, nor an `Option` of what is",
    note = "implement `Display` for the field's type, or mark the field `#[event(skip)]`"
)]
pub trait Text<Field> {
    /// Itself.
    fn into_text(self) -> Option<StringValue>;
}

#[diagnostic::do_not_recommend]
impl<F> Text<F> for Option<StringValue> {
    fn into_text(self) -> Self {
        self
    }
}

#[diagnostic::on_unimplemented(
    message = "the correlation key of an event has to be `Display`: `{Field}` is not",
    label = "not `Display`",
    note = "implement `Display` for the field's type, or `linked_span::Keyed` for the event by hand"
)]
pub trait Key<'f, Field> {
    /// Itself.
    fn into_key(self) -> Cow<'f, str>;
}

#[diagnostic::do_not_recommend]
impl<'f, F> Key<'f, F> for Cow<'f, str> {
    fn into_key(self) -> Self {
        self
    }
}
