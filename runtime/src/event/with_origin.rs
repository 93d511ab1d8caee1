//! A payload together with its origin.

use std::borrow::Cow;
use std::ops::{Deref, DerefMut};

use crate::origin::SharedBaggage;
use crate::propagation::Propagation;
use crate::{Keyed, LinkedEvent, Origin};

/// Carries a payload together with its origin.
///
/// Use it for queues inside the process, and for payload types that have no field for a context.
///
/// ```
/// use linked_span::{WithOrigin, linked_span};
///
/// #[linked_span(job)]
/// fn resize(job: WithOrigin<String>) -> usize {
///     job.len()
/// }
///
/// let job = WithOrigin::current("cat.png".to_owned());    // in the producer
/// assert_eq!(resize(job), 7);                             // in the handler
/// ```
///
/// It dereferences to the payload. With the feature `serde`, it is serialized as `{"payload": …, "origin": {…}}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub struct WithOrigin<T> {
    payload: T,
    origin: Origin,
}

impl<T> WithOrigin<T> {
    /// Combines `payload` with [`Origin::current()`], the active span.
    ///
    /// ```
    /// use linked_span::{LinkedEvent, Origin, WithOrigin};
    ///
    /// assert_eq!(WithOrigin::current("cat.png").origin(), Origin::current());
    /// ```
    pub fn current(payload: T) -> Self {
        Self::new(payload, Origin::current())
    }

    /// Combines `payload` with `origin`: an [`Origin`], a `SpanContext` or a `Context`.
    ///
    /// ```
    /// use linked_span::{WithOrigin, extract};
    ///
    /// # let (body, headers) = (b"cat.png", [("traceparent", "")]);
    /// let job = WithOrigin::new(body, extract(&headers));
    /// ```
    pub fn new(payload: T, origin: impl Into<Origin>) -> Self {
        Self {
            payload,
            origin: origin.into(),
        }
    }

    /// Returns a reference to the payload.
    ///
    /// ```
    /// # use linked_span::WithOrigin;
    /// assert_eq!(WithOrigin::current("cat.png").payload(), &"cat.png");
    /// ```
    pub fn payload(&self) -> &T {
        &self.payload
    }

    /// Returns the payload and the origin.
    ///
    /// ```
    /// # use linked_span::{Origin, WithOrigin};
    /// let (payload, origin) = WithOrigin::current("cat.png").into_parts();
    /// # assert_eq!((payload, origin), ("cat.png", Origin::current()));
    /// ```
    pub fn into_parts(self) -> (T, Origin) {
        (self.payload, self.origin)
    }

    /// Returns the payload, and drops the origin.
    ///
    /// ```
    /// # use linked_span::WithOrigin;
    /// assert_eq!(WithOrigin::current("cat.png").into_inner(), "cat.png");
    /// ```
    pub fn into_inner(self) -> T {
        self.payload
    }
}

impl<T> AsRef<T> for WithOrigin<T> {
    fn as_ref(&self) -> &T {
        &self.payload
    }
}

/// Makes a payload without an origin.
impl<T> From<T> for WithOrigin<T> {
    fn from(payload: T) -> Self {
        Self::new(payload, Origin::default())
    }
}

impl<T> Deref for WithOrigin<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.payload
    }
}

impl<T> DerefMut for WithOrigin<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.payload
    }
}

impl<T> LinkedEvent for WithOrigin<T> {
    fn origin(&self) -> Origin {
        self.origin.clone()
    }
    fn linked_span_baggage(&self, _: Propagation) -> SharedBaggage {
        self.origin.shared_baggage()
    }
}

impl<T: Keyed> Keyed for WithOrigin<T> {
    fn key(&self) -> Cow<'_, str> {
        self.payload.key()
    }
}
