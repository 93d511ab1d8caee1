//! An input on its way to a store.

use super::lists::Counts;

/// Describes an input that arrives, beside its payload.
///
/// ```
/// use linked_span::fan_in::{ArrivingInput, Counts};
///
/// // `#[fan_in(order, packed(count = order.lines.len(), id = packed.line))]`
/// let order = ArrivingInput::from(0).with_counts(Counts::default().with(1, 5));
/// let packed = ArrivingInput::element(1, "line-7");
/// assert_eq!(packed.id, Some("line-7"));
/// assert_eq!(order.counts.get(1), Some(5));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ArrivingInput<'a> {
    /// The place of the input in the declaration.
    pub input: u8,
    /// The identity of an element in its list; `None` if the input is no list.
    pub id: Option<&'a str>,
    /// The counts of lists that this input gives, each at most [`JoinPolicy::max_elements`].
    ///
    /// [`JoinPolicy::max_elements`]: super::state::JoinPolicy::max_elements
    pub counts: Counts,
}

impl<'a> ArrivingInput<'a> {
    /// Makes an element of the list at this place.
    ///
    /// ```
    /// # use linked_span::fan_in::ArrivingInput;
    /// assert_eq!(ArrivingInput::element(1, "line-7").input, 1);
    /// ```
    #[must_use]
    pub fn element(list: u8, id: &'a str) -> Self {
        let (input, id) = (list, Some(id));
        Self { id, ..input.into() }
    }

    /// Sets the counts of lists that this input gives.
    ///
    /// ```
    /// # use linked_span::fan_in::{ArrivingInput, Counts};
    /// let third = ArrivingInput::element(0, "reply-3").with_counts(Counts::default().with(0, 3));
    /// assert_eq!(third.counts.get(0), Some(3));
    /// ```
    #[must_use]
    pub fn with_counts(self, counts: Counts) -> Self {
        Self { counts, ..self }
    }
}

impl From<u8> for ArrivingInput<'_> {
    /// Makes a single or optional input at this place.
    fn from(input: u8) -> Self {
        Self {
            input,
            id: None,
            counts: Counts::default(),
        }
    }
}
