//! Text of a derived event's fields: any `Display` type, with the fewest copies.

use std::borrow::{Borrow, Cow};
use std::fmt::Display;
use std::marker::PhantomData;
use std::sync::Arc;

use opentelemetry::StringValue;

use crate::support::text;

/// Wraps a field of an event.
#[derive(Debug)]
pub struct Field<'f, T>(pub &'f T);

/// Converts a field to text, specialized by autoref.
///
/// Method lookup takes the implementation with the most references whose bounds hold. The methods have long names, because
/// a user's blanket trait could add a method of the same name to every type.
pub trait Describe {
    /// An `Option<StringValue>`, or `NotText`.
    type Text;
    /// A `Cow<str>`, or `NotText`.
    type Key;

    /// Returns the field as an id or a type.
    fn linked_span_text(&self) -> Self::Text;

    /// Returns the field as a correlation key.
    fn linked_span_key(&self) -> Self::Key;
}

/// Shares the `Arc` instead of copying the text.
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

/// Returns an `Arc`, because the span and the link both store an event's type.
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
        // An arrival rejects an empty key. A truncated key could be the key of another join.
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

/// Marks a field that cannot be text.
#[derive(Debug)]
pub struct NotText<T>(PhantomData<T>);

/// Converts a literal without a copy.
#[must_use]
pub fn constant(text: &'static str) -> StringValue {
    text.into()
}

/// Returns the id or the type in a field, or fails to compile.
pub fn text<F>(_: &F, text: impl Text<F>) -> Option<StringValue> {
    text.into_text()
}

/// Returns the key in a field, or fails to compile.
pub fn key<'f, F>(_: &F, key: impl Key<'f, F>) -> Cow<'f, str> {
    key.into_key()
}

/// Returns the identity of an element of a list, or fails to compile.
pub fn element_id<'f, F>(_: &F, id: impl ElementId<'f, F>) -> Cow<'f, str> {
    id.into_element_id()
}

#[diagnostic::on_unimplemented(
    message = "the id and the type of an event must implement `Display`, which `{Field}` does not",
    label = "expected a type that implements `Display`, or an `Option` of one",
    note = "implement `Display` for the field's type, or mark the field `#[event(skip)]`"
)]
pub trait Text<Field> {
    /// Returns the text.
    fn into_text(self) -> Option<StringValue>;
}

#[diagnostic::do_not_recommend]
impl<F> Text<F> for Option<StringValue> {
    fn into_text(self) -> Self {
        self
    }
}

#[diagnostic::on_unimplemented(
    message = "the correlation key of an event must implement `Display`, which `{Field}` does not",
    label = "expected a type that implements `Display`",
    note = "implement `Display` for the field's type, or implement `linked_span::Keyed` for the event"
)]
pub trait Key<'f, Field> {
    /// Returns the key.
    fn into_key(self) -> Cow<'f, str>;
}

#[diagnostic::do_not_recommend]
impl<'f, F> Key<'f, F> for Cow<'f, str> {
    fn into_key(self) -> Self {
        self
    }
}

/// Has the errors of the `id` of a list, which is converted like a [`Key`].
#[diagnostic::on_unimplemented(
    message = "the identity of an element must implement `Display`, which `{Field}` does not",
    label = "expected a type that implements `Display`",
    note = "an `Option` has no text: unwrap it, for example `id = message.message_id.clone().unwrap_or_default()`",
    note = "otherwise, implement `Display` for the type, or write an expression that has text"
)]
pub trait ElementId<'f, Field> {
    /// Returns the identity.
    fn into_element_id(self) -> Cow<'f, str>;
}

#[diagnostic::do_not_recommend]
impl<'f, F> ElementId<'f, F> for Cow<'f, str> {
    fn into_element_id(self) -> Self {
        self
    }
}
