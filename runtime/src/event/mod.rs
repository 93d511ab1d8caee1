//! What an event says of itself.

pub(crate) mod attributes;
pub(crate) mod events;
pub(crate) mod field_text;
#[cfg(feature = "json")]
mod json;
pub(crate) mod with_origin;

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use opentelemetry::trace::SpanContext;
use opentelemetry::{Context, StringValue};

use crate::propagation::{self, Part};
use crate::{Attributes, Origin, origin};

/// An event that knows where it came from.
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
/// Derive it where the event is yours. The derive looks for the field that carries the producer's context, which is
/// marked `#[event(metadata)]` or called `metadata`, for an `id` and for an `event_type`; see
/// [its own page](derive@crate::LinkedEvent) for all it understands. Implement it by hand where the context has to be
/// computed; only `origin` is required:
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
/// [`Origin`], [`SpanContext`] and [`Context`] are events themselves, so that a context which travels beside its
/// payload can be the parameter that a handler names.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a `LinkedEvent`",
    label = "the producer of this event cannot be found",
    note = "if the type is yours, write `#[derive(linked_span::LinkedEvent)]` on it, or implement `linked_span::LinkedEvent`",
    note = "if it is not, say in the attribute where its context is: `event(origin = linked_span::extract(event.headers()))`",
    note = "if the context travels beside it, make the parameter a `linked_span::WithOrigin<_>`, or name the parameter that holds the context"
)]
pub trait LinkedEvent {
    /// The producer's context; without one, [`Origin::default()`].
    fn origin(&self) -> Origin;

    /// What identifies this event among others: the attribute `event.id`.
    fn id(&self) -> Option<StringValue> {
        None
    }

    /// What kind of event this is: the attributes `event.type` and `link.event_type`.
    ///
    /// A constant costs nothing, and an `Arc<str>` is shared by the two.
    fn event_type(&self) -> Option<StringValue> {
        None
    }

    /// What else identifies the event: an offset, a partition.
    fn attributes(&self, attributes: &mut Attributes) {
        let _ = attributes;
    }

    /// Whether `origin` is this crate's code, which may be asked for the baggage alone.
    #[doc(hidden)]
    fn linked_span_is_derived(&self) -> bool {
        false
    }
}

/// An event with a correlation key: what the events of one join have in common, an order's id.
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
/// A trait of its own, beside [`LinkedEvent`], so that a missing key is an error at compile time. By hand:
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
/// A derived key whose `Display` fails is empty, and an arrival refuses it: half of it could be the key of another join.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no correlation key",
    note = "mark the field that holds it, or the field of a newtype around a keyed event: `#[event(key)]`",
    note = "or implement `linked_span::Keyed`"
)]
pub trait Keyed {
    /// The key, as text.
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
            fn linked_span_is_derived(&self) -> bool {
                (**self).linked_span_is_derived()
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

/// `None` is handled like an event without an origin: a span, and no link.
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
    fn linked_span_is_derived(&self) -> bool {
        self.as_ref().is_none_or(E::linked_span_is_derived)
    }
}

impl LinkedEvent for Origin {
    fn origin(&self) -> Origin {
        propagation::needed(self)
    }
    fn linked_span_is_derived(&self) -> bool {
        true
    }
}

/// It has no baggage.
impl LinkedEvent for SpanContext {
    fn origin(&self) -> Origin {
        match propagation::part() {
            Part::All => self.into(),
            Part::Baggage => Origin::default(),
        }
    }
    fn linked_span_is_derived(&self) -> bool {
        true
    }
}

impl LinkedEvent for Context {
    fn origin(&self) -> Origin {
        match propagation::part() {
            Part::All => self.into(),
            Part::Baggage => origin::baggage_of(self),
        }
    }
    fn linked_span_is_derived(&self) -> bool {
        true
    }
}
