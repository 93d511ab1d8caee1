//! A text that is borrowed from a message, or shared.

use std::borrow::Cow;

use opentelemetry::StringValue;

/// Holds a text of a message.
#[derive(Clone, Debug)]
pub(crate) enum Text<'m> {
    Lent(&'m str),
    Shared(StringValue),
}

impl Text<'_> {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Lent(text) => text,
            Self::Shared(text) => text.as_str(),
        }
    }

    pub(crate) fn to_value(&self) -> StringValue {
        match self {
            Self::Lent(text) => (*text).to_owned().into(),
            Self::Shared(text) => text.clone(),
        }
    }

    pub(crate) fn into_owned(self) -> Text<'static> {
        Text::Shared(match self {
            Self::Lent(text) => text.to_owned().into(),
            Self::Shared(text) => text,
        })
    }
}

impl<'m> From<Cow<'m, str>> for Text<'m> {
    fn from(text: Cow<'m, str>) -> Self {
        match text {
            Cow::Borrowed(text) => Self::Lent(text),
            Cow::Owned(text) => Self::Shared(text.into()),
        }
    }
}
