//! What a producer's context travels in.

mod collections;
mod extract;
#[cfg(feature = "http")]
mod http;
mod inject;
#[cfg(feature = "json")]
mod json;

pub use self::extract::extract;
pub use self::inject::inject;

use std::rc::Rc;
use std::sync::Arc;

use crate::{Origin, propagation};

/// The part of an event in which its producer stored its context: headers, a metadata map.
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
/// Implemented for [`Origin`], for maps and lists of pairs of names and values, where a value may be a string or
/// bytes, and for `Option`s of and pointers to carriers; with the feature `http` for `http::HeaderMap`, and with
/// `json` for `serde_json::Value`, whose entries that are not strings do not count.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a carrier of a producer's context",
    note = "a carrier is a `linked_span::Origin`, a map or a list of names and values, an `Option` of one, or your own type that implements `linked_span::Carrier`",
    note = "so are `http::HeaderMap` and `serde_json::Value`, with the features `http` and `json` of `linked-span`"
)]
pub trait Carrier {
    /// The context that was stored; see [`extract`](crate::extract).
    fn origin(&self) -> Origin;
}

/// A carrier that a context can be written into; see [`inject`](crate::inject), which sets and removes fields by name.
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
pub trait CarrierMut {
    /// Writes a field, in place of all of this name, whatever their case.
    fn set(&mut self, name: &str, value: String);

    /// Removes all fields of this name, whatever their case.
    fn remove(&mut self, name: &str);
}

impl Origin {
    /// The origin that a carrier's names and values describe, in one pass over them; what [`Carrier`]s are made of.
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
    /// Values may be strings or bytes. Names may have any case, and may stand there more than once: nothing is looked
    /// up by name, which would miss both.
    pub fn from_fields<'a, N, V>(fields: impl IntoIterator<Item = (&'a N, &'a V)>) -> Self
    where
        N: AsRef<str> + ?Sized + 'a,
        V: AsRef<[u8]> + ?Sized + 'a,
    {
        propagation::origin_of(fields.into_iter())
    }

    /// The same, for this crate's carriers.
    #[inline]
    pub(crate) fn from_carrier<'a, N, V>(fields: impl IntoIterator<Item = (&'a N, &'a V)>) -> Self
    where
        N: AsRef<str> + ?Sized + 'a,
        V: AsRef<[u8]> + ?Sized + 'a,
    {
        propagation::origin_in(fields.into_iter())
    }
}

impl Carrier for Origin {
    fn origin(&self) -> Origin {
        propagation::needed(self)
    }
}

impl<C: Carrier> Carrier for Option<C> {
    fn origin(&self) -> Origin {
        self.as_ref().map(C::origin).unwrap_or_default()
    }
}

macro_rules! pointers {
    ($($pointer:ty)*) => { $(
        impl<C: Carrier + ?Sized> Carrier for $pointer {
            fn origin(&self) -> Origin {
                (**self).origin()
            }
        }
    )* };
}
pointers!(&C &mut C Box<C> Rc<C> Arc<C>);
