//! Carriers: the headers or metadata that contain a producer's context.

mod collections;
mod extract;
#[cfg(feature = "http")]
mod http;
mod inject;
#[cfg(feature = "json")]
mod json;

pub use self::extract::extract;
pub(crate) use self::extract::extract_of_message;
pub use self::inject::{inject, inject_origin};

use std::rc::Rc;
use std::sync::Arc;

use crate::Origin;
use crate::origin::SharedBaggage;
use crate::propagation::{self, Part, Propagation};

/// Reads the producer's context from headers or a metadata map.
///
/// ```
/// use linked_span::{Carrier, Origin, extract};
///
/// struct Headers(Vec<(String, Vec<u8>)>);
///
/// impl Carrier for Headers {
///     fn origin(&self) -> Origin {
///         Origin::from_fields(self.0.iter().map(|(name, value)| (name, value)))
///     }
/// }
///
/// let origin = extract(&Headers(Vec::new()));
/// # assert_eq!(origin, Origin::default());
/// ```
///
/// Implemented for [`Origin`], for maps and lists of pairs whose values are strings or bytes, and for `Option`s of and
/// pointers to carriers. The feature `http` adds `http::HeaderMap`; `json` adds `serde_json::Value`, which ignores entries
/// that are not strings.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a carrier of a producer's context",
    note = "use a `linked_span::Origin`, a map or a list of names and values, an `Option` of one, or your own type that implements `linked_span::Carrier`",
    note = "for a message of a broker, name its client in the attribute, for example `message(rdkafka)`: the page of `linked_span::messaging` lists the clients",
    note = "for headers of another client, write `linked_span::Origin::from_fields(…)` with their names and values",
    note = "`HeaderMap` of the crate `http` is a carrier with the feature `http` of `linked-span`, and `serde_json::Value` with `json`"
)]
pub trait Carrier {
    /// Returns the stored context; see [`extract`](crate::extract).
    fn origin(&self) -> Origin;

    /// Returns the baggage alone, for a handler without a span. The crate's own carriers read nothing else.
    #[doc(hidden)]
    fn linked_span_baggage(&self, propagation: Propagation) -> SharedBaggage {
        propagation::reading(propagation, Part::All, || self.origin().into_baggage())
    }
}

/// Marks what [`extract`](crate::extract) reads: a reference to a carrier, or an `Option` of one.
///
/// A carrier by value is not taken, or clippy would ask users to remove the `&` of `extract(&headers)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a carrier of a producer's context",
    note = "pass a reference, as in `extract(&headers)`, or an `Option` of one, to a `linked_span::Origin`, a map or a list of names and values, or your own type that implements `linked_span::Carrier`",
    note = "for a message of a broker, name its client in the attribute, for example `message(rdkafka)`: the page of `linked_span::messaging` lists the clients",
    note = "for headers of another client, write `linked_span::Origin::from_fields(…)` with their names and values",
    note = "`HeaderMap` of the crate `http` is a carrier with the feature `http` of `linked-span`, and `serde_json::Value` with `json`"
)]
pub trait CarrierRef: Carrier {}

impl<C: Carrier + ?Sized> CarrierRef for &C {}
impl<C: Carrier + ?Sized> CarrierRef for &mut C {}
impl<C: Carrier + ?Sized> CarrierRef for Option<&C> {}

/// Sets and removes fields of a carrier by name, for [`inject`](crate::inject).
///
/// ```
/// use linked_span::{CarrierMut, inject};
///
/// #[derive(Default)]
/// struct Headers(Vec<(String, String)>);
///
/// impl CarrierMut for Headers {
///     fn set(&mut self, name: &str, value: String) {
///         self.remove(name);
///         self.0.push((name.to_owned(), value));
///     }
///     fn remove(&mut self, name: &str) {
///         self.0.retain(|field| !field.0.eq_ignore_ascii_case(name));
///     }
/// }
///
/// inject(&mut Headers::default());
/// ```
#[diagnostic::on_unimplemented(
    message = "a context cannot be written into `{Self}`",
    label = "expected a map, a list of names and values, or a type that implements `linked_span::CarrierMut`",
    note = "for a message of a broker, write `headers!()` of its client, for example `linked_span::messaging::rdkafka::headers!()`: the page of `linked_span::messaging` lists the clients",
    note = "for headers of another client, write each name and value of `linked_span::Origin::current().fields()` into them, or implement `linked_span::CarrierMut`",
    note = "`HeaderMap` of the crate `http` is a `CarrierMut` with the feature `http` of `linked-span`, and `serde_json::Map` with `json`"
)]
pub trait CarrierMut {
    /// Writes a field, and replaces every field of this name in any letter case.
    fn set(&mut self, name: &str, value: String);

    /// Removes every field of this name in any letter case.
    fn remove(&mut self, name: &str);
}

impl Origin {
    /// Reads an origin from names and values, in one pass. Use it to implement [`Carrier`].
    ///
    /// ```
    /// use linked_span::Origin;
    ///
    /// let headers: [(&str, &[u8]); 1] =
    ///     [("traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")];
    /// let origin = Origin::from_fields(headers);
    /// assert!(origin.span_context().is_sampled());
    /// ```
    ///
    /// Values can be strings or bytes. Names can have any letter case and can repeat, which a lookup by name would miss.
    #[inline]
    pub fn from_fields<'a, N, V>(fields: impl IntoIterator<Item = (&'a N, &'a V)>) -> Self
    where
        N: AsRef<str> + ?Sized + 'a,
        V: AsRef<[u8]> + ?Sized + 'a,
    {
        propagation::origin_of(fields.into_iter())
    }
}

impl Carrier for Origin {
    fn origin(&self) -> Origin {
        self.clone()
    }

    fn linked_span_baggage(&self, _: Propagation) -> SharedBaggage {
        self.shared_baggage()
    }
}

impl<C: Carrier> Carrier for Option<C> {
    fn origin(&self) -> Origin {
        self.as_ref().map(C::origin).unwrap_or_default()
    }

    fn linked_span_baggage(&self, propagation: Propagation) -> SharedBaggage {
        self.as_ref()?.linked_span_baggage(propagation)
    }
}

macro_rules! pointers {
    ($($pointer:ty)*) => { $(
        impl<C: Carrier + ?Sized> Carrier for $pointer {
            fn origin(&self) -> Origin {
                (**self).origin()
            }

            fn linked_span_baggage(&self, propagation: Propagation) -> SharedBaggage {
                (**self).linked_span_baggage(propagation)
            }
        }
    )* };
}
pointers!(&C &mut C Box<C> Rc<C> Arc<C>);
