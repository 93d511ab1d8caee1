//! A decoded payload together with its message.

use std::borrow::Cow;
use std::ops::Deref;

use super::{Adapter, Message, ReadsOne};
use crate::origin::SharedBaggage;
use crate::propagation::Propagation;
use crate::support::shield::shielded;
use crate::{Attributes, Keyed, LinkedEvent, Origin};

/// Carries a decoded payload together with the properties and the context of its message.
///
/// Use it where the client's message cannot go: in a durable fan-in, a channel, or a cache.
///
/// ```
/// use linked_span::messaging::{Message, Received};
/// use linked_span::{Keyed, linked_span};
/// use std::borrow::Cow;
///
/// # #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
/// struct Payment { order: u64 }
///
/// impl Keyed for Payment {
///     fn key(&self) -> Cow<'_, str> {
///         self.order.to_string().into()
///     }
/// }
///
/// #[linked_span(payment)] // span "process payments", linked to the producer
/// fn on_payment(payment: &Received<Payment>) -> u64 {
///     payment.order
/// }
///
/// let message = Message::new("kafka").destination("payments").offset(7);
/// let payment = Received::new(message, Payment { order: 1 });
/// assert_eq!(payment.key(), "1");
/// assert_eq!(on_payment(&payment), 1);
/// ```
///
/// In a fan-in, it is an input like any other event:
///
/// ```
/// # use linked_span::messaging::Received;
/// # use linked_span::{Keyed, fan_in};
/// # use std::borrow::Cow;
/// # #[derive(Clone)] struct Payment { order: u64 }
/// # impl Keyed for Payment { fn key(&self) -> Cow<'_, str> { self.order.to_string().into() } }
/// # #[derive(Clone)] struct Packed { order: u64, line: u32 }
/// # impl Keyed for Packed { fn key(&self) -> Cow<'_, str> { self.order.to_string().into() } }
/// #[fan_in(payment, packed(count = 3, id = packed.line))]
/// fn ship(payment: Received<Payment>, packed: Vec<Received<Packed>>) {}
/// ```
///
/// Each client's page has a macro that describes its message: `Received::new(rdkafka::describe!(&message), payload)`.
///
/// To record a payload that does not decode, keep the result: take a `&Received<Result<Payment, Error>>`, and return its
/// error from the handler.
///
/// It dereferences to the payload, and is [`Keyed`] if the payload is. With the feature `serde`, it is serialized with
/// the message's properties and its context.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub struct Received<T> {
    message: Message<'static>,
    payload: T,
}

impl<T> Received<T> {
    /// Combines a payload with a copy of its message's properties.
    pub fn new(message: Message<'_>, payload: T) -> Self {
        Self {
            message: message.into_owned(),
            payload,
        }
    }

    /// Returns a reference to the payload.
    pub fn payload(&self) -> &T {
        &self.payload
    }

    /// Returns the message's properties and its context.
    pub fn message(&self) -> &Message<'static> {
        &self.message
    }

    /// Returns the payload, and drops the message's properties.
    pub fn into_inner(self) -> T {
        self.payload
    }

    /// Converts the payload, and keeps the message's properties.
    ///
    /// ```
    /// # use linked_span::messaging::{Message, Received};
    /// let text = Received::new(Message::new("kafka"), "7");
    /// let number: Received<u8> = text.map(|text| text.parse().unwrap());
    /// assert_eq!(number.into_inner(), 7);
    /// ```
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Received<U> {
        Received {
            message: self.message,
            payload: convert(self.payload),
        }
    }
}

impl<T> AsRef<T> for Received<T> {
    fn as_ref(&self) -> &T {
        &self.payload
    }
}

impl<T> Deref for Received<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.payload
    }
}

impl<T> LinkedEvent for Received<T> {
    fn origin(&self) -> Origin {
        self.message.origin()
    }

    fn attributes(&self, attributes: &mut Attributes) {
        self.message.attributes(attributes);
    }

    fn linked_span_baggage(&self, propagation: Propagation) -> SharedBaggage {
        self.message.linked_span_baggage(propagation)
    }

    fn linked_span_message(&self) -> Option<Cow<'_, Message<'_>>> {
        Some(Cow::Borrowed(&self.message))
    }
}

impl<T: Keyed> Keyed for Received<T> {
    fn key(&self) -> Cow<'_, str> {
        self.payload.key()
    }
}

/// Describes a client's message, for `describe!`.
#[doc(hidden)]
pub fn described<'m, A, T, Shape>(adapter: &A, message: &'m T) -> Message<'m>
where
    A: Adapter<T::Message>,
    T: ReadsOne<A, Shape> + ?Sized,
    T::Message: 'm,
{
    let mut described = Message::new(A::SYSTEM);
    if let Some(message) = message.one() {
        shielded(|| adapter.read(message, &mut described));
    }
    described
}
