//! What generated code passes to a join beside an input.

use super::core::arriving_input::ArrivingInput;
use super::core::lists::{Counts, ListLimit};
use super::core::state::JoinPolicy;

/// Holds the place and the key of an input, the identity of an element, and the counts that the input gives.
#[derive(Debug)]
pub struct IncomingInput {
    pub(super) place: u8,
    pub(super) key: String,
    pub(super) id: Option<String>,
    counts: Vec<(u8, i128)>,
}

impl IncomingInput {
    /// Makes a single or optional input.
    #[must_use]
    pub const fn new(place: u8, key: String) -> Self {
        Self {
            place,
            key,
            id: None,
            counts: Vec::new(),
        }
    }

    /// Sets the identity of an element.
    #[must_use]
    pub fn id(self, id: String) -> Self {
        let id = Some(id);
        Self { id, ..self }
    }

    /// Adds the count of a list.
    #[must_use]
    pub fn count(mut self, list: u8, count: impl ListCount) -> Self {
        self.counts.push((list, count.to_number()));
        self
    }

    /// Returns what a store receives, or the limit that a count exceeds.
    pub(super) fn arriving(&self, policy: &JoinPolicy) -> Result<ArrivingInput<'_>, ListLimit> {
        let max = policy.max_elements;
        let mut counts = Counts::default();
        for &(list, count) in &self.counts {
            let number = u16::try_from(count).ok().filter(|count| *count <= max);
            let number = number.ok_or(ListLimit::Elements { count, max })?;
            counts = counts.with(list, number);
        }
        let arriving = match &self.id {
            Some(id) => ArrivingInput::element(self.place, id),
            None => ArrivingInput::from(self.place),
        };
        Ok(arriving.with_counts(counts))
    }
}

/// Marks the types of `count = …`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the count of a list",
    label = "expected an integer",
    note = "write the number of elements, such as `count = order.lines.len()`"
)]
pub trait ListCount {
    /// Returns the count, which may be out of range.
    fn to_number(self) -> i128;
}

macro_rules! count {
    ($($integer:ty)+) => {
        $(
            #[diagnostic::do_not_recommend]
            impl ListCount for $integer {
                fn to_number(self) -> i128 {
                    self.into()
                }
            }
        )+
    };
}

count!(i32 i64 u8 u16 u32 u64);

#[diagnostic::do_not_recommend]
impl ListCount for usize {
    fn to_number(self) -> i128 {
        i128::try_from(self).unwrap_or(i128::MAX)
    }
}
