//! Events: their origin, id, type, key and attributes.

pub(crate) mod attributes;
pub(crate) mod events;
pub(crate) mod field_text;
pub(crate) mod given;
#[cfg(feature = "json")]
mod json;
pub(crate) mod with_origin;

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use opentelemetry::trace::SpanContext;
use opentelemetry::{Context, StringValue};

use crate::message::Message;
use crate::origin::{self, SharedBaggage};
use crate::propagation::{self, Part, Propagation};
use crate::{Attributes, Origin};

/// Describes an event: its origin, its id, its type, and further attributes.
///
/// ```
/// use linked_span::{LinkedEvent, Origin};
///
/// #[derive(LinkedEvent)]
/// struct PaymentConfirmed {
///     id: String,
///     metadata: Origin,
/// }
/// ```
///
/// Derive it for your own types. The derive macro reads the producer's context from the field `metadata`, or the field with
/// `#[event(metadata)]`. It also uses fields named `id` and `event_type`; see [its page](derive@crate::LinkedEvent).
/// Implement the trait by hand if the origin is computed. Only `origin` is required:
///
/// ```
/// use linked_span::{Attributes, LinkedEvent, Origin, extract};
/// use opentelemetry::StringValue;
///
/// struct Delivery { tag: u64, queue: &'static str, headers: Vec<(String, String)> }
///
/// impl LinkedEvent for Delivery {
///     fn origin(&self) -> Origin {
///         extract(&self.headers)
///     }
///     fn id(&self) -> Option<StringValue> {
///         Some(self.tag.to_string().into())
///     }
///     fn event_type(&self) -> Option<StringValue> {
///         Some("delivery".into())
///     }
///     fn attributes(&self, attributes: &mut Attributes) {
///         attributes.set("messaging.destination.name", self.queue);
///     }
/// }
/// ```
///
/// [`Origin`], [`SpanContext`] and [`Context`] are events too, for handlers that take the context as a separate parameter.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a `LinkedEvent`",
    label = "expected a type that implements `LinkedEvent`",
    note = "if the type is yours, write `#[derive(linked_span::LinkedEvent)]` on it, or implement `linked_span::LinkedEvent`",
    note = "if it is not, pass its context in the attribute: `event(origin = linked_span::extract(event.headers()))`",
    note = "if the context is a separate value, use `linked_span::WithOrigin<_>` as the parameter's type, or name the parameter that holds the context"
)]
pub trait LinkedEvent {
    /// Returns the producer's context, or [`Origin::default()`] if there is none.
    fn origin(&self) -> Origin;

    /// Returns the id, which is recorded as `event.id`.
    fn id(&self) -> Option<StringValue> {
        None
    }

    /// Returns the type, which is recorded as `event.type` and `link.event_type`.
    ///
    /// Return a constant or an `Arc<str>` to avoid copies.
    fn event_type(&self) -> Option<StringValue> {
        None
    }

    /// Adds further attributes, such as an offset or a partition.
    fn attributes(&self, attributes: &mut Attributes) {
        let _ = attributes;
    }

    /// Returns the baggage alone, for a handler without a span. The crate's own code reads nothing else.
    #[doc(hidden)]
    fn linked_span_baggage(&self, propagation: Propagation) -> SharedBaggage {
        propagation::reading(propagation, Part::All, || self.origin().into_baggage())
    }

    /// The message that it is, if it came through a broker.
    #[doc(hidden)]
    fn linked_span_message(&self) -> Option<Cow<'_, Message<'_>>> {
        None
    }
}

/// Returns an event's correlation key, such as the id of the order.
///
/// ```
/// use linked_span::{Keyed, LinkedEvent, Origin};
///
/// #[derive(LinkedEvent)]
/// struct PaymentConfirmed {
///     #[event(key)]
///     order_id: u64,
///     metadata: Origin,
/// }
///
/// let event = PaymentConfirmed { order_id: 7, metadata: Origin::default() };
/// assert_eq!(event.key(), "7");
/// ```
///
/// This trait is separate from [`LinkedEvent`], so that a missing key is a compile error. Implement it by hand for a
/// computed key:
///
/// ```
/// use std::borrow::Cow;
/// use linked_span::Keyed;
///
/// struct Delivery { tenant: u32, order: u32 }
///
/// impl Keyed for Delivery {
///     fn key(&self) -> Cow<'_, str> {
///         format!("{}/{}", self.tenant, self.order).into()
///     }
/// }
/// ```
///
/// A derived key is empty if its `Display` fails, and an arrival rejects an empty key. A truncated key could belong to
/// another join.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no correlation key",
    note = "write `#[event(key)]` on the field with the key, or on the field of a newtype around a keyed event",
    note = "or implement `linked_span::Keyed`; if the type is not yours, write the key in `#[fan_in]`: `input(key = EXPR)`"
)]
pub trait Keyed {
    /// Returns the key as text.
    fn key(&self) -> Cow<'_, str>;
}

macro_rules! pointers {
    ($($pointer:ty)*) => { $(
        impl<E: LinkedEvent + ?Sized> LinkedEvent for $pointer {
            #[inline]
            fn origin(&self) -> Origin {
                (**self).origin()
            }
            fn id(&self) -> Option<StringValue> {
                (**self).id()
            }
            fn event_type(&self) -> Option<StringValue> {
                (**self).event_type()
            }
            fn attributes(&self, attributes: &mut Attributes) {
                (**self).attributes(attributes);
            }
            #[inline]
            fn linked_span_baggage(&self, propagation: Propagation) -> SharedBaggage {
                (**self).linked_span_baggage(propagation)
            }
            fn linked_span_message(&self) -> Option<Cow<'_, Message<'_>>> {
                (**self).linked_span_message()
            }
        }

        impl<E: Keyed + ?Sized> Keyed for $pointer {
            fn key(&self) -> Cow<'_, str> {
                (**self).key()
            }
        }
    )* };
}
pointers!(&E &mut E Box<E> Rc<E> Arc<E>);

/// `None` is an event without an origin: the handler gets a span without a link.
impl<E: LinkedEvent> LinkedEvent for Option<E> {
    fn origin(&self) -> Origin {
        self.as_ref().map(E::origin).unwrap_or_default()
    }
    fn id(&self) -> Option<StringValue> {
        self.as_ref().and_then(E::id)
    }
    fn event_type(&self) -> Option<StringValue> {
        self.as_ref().and_then(E::event_type)
    }
    fn attributes(&self, attributes: &mut Attributes) {
        if let Some(event) = self {
            event.attributes(attributes);
        }
    }
    fn linked_span_baggage(&self, propagation: Propagation) -> SharedBaggage {
        self.as_ref()?.linked_span_baggage(propagation)
    }
    fn linked_span_message(&self) -> Option<Cow<'_, Message<'_>>> {
        self.as_ref().and_then(E::linked_span_message)
    }
}

impl LinkedEvent for Origin {
    fn origin(&self) -> Origin {
        self.clone()
    }
    fn linked_span_baggage(&self, _: Propagation) -> SharedBaggage {
        self.shared_baggage()
    }
}

/// A `SpanContext` has no baggage.
impl LinkedEvent for SpanContext {
    fn origin(&self) -> Origin {
        self.into()
    }
    fn linked_span_baggage(&self, _: Propagation) -> SharedBaggage {
        None
    }
}

impl LinkedEvent for Context {
    fn origin(&self) -> Origin {
        self.into()
    }
    fn linked_span_baggage(&self, _: Propagation) -> SharedBaggage {
        origin::copy_baggage(self)
    }
}
