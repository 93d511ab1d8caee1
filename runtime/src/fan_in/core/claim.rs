//! A claimed join with its inputs.

use std::sync::Arc;
use std::time::Duration;

use super::lists::Counts;
use super::state::{Reply, Token};

/// Holds a join and its inputs until the caller settles it.
///
/// ```
/// use linked_span::fan_in::{Claim, Input, Work};
///
/// /// Returns the claim on a complete join whose inputs the store has read.
/// fn complete<P>(inputs: Vec<Input<P>>, attempts: u32) -> Claim<P> {
///     Claim::new(Work::Run, attempts, inputs)
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Claim<P> {
    /// The work that the holder does.
    pub work: Work,
    /// The number of attempts, including the one that is about to start.
    pub attempts: u32,
    /// The inputs that have arrived, by their place in the declaration. The elements of a list are in order of arrival.
    pub inputs: Vec<Input<P>>,
    /// The counts of the lists that are known.
    pub counts: Counts,
}

impl<P> Claim<P> {
    /// Makes a claim of the work, the number of attempts, and the inputs.
    ///
    /// The elements of each list must be in order of arrival. This sorts the inputs by their place.
    ///
    /// ```
    /// use linked_span::fan_in::{Claim, Work};
    ///
    /// let expired = Claim::<String>::new(Work::DeliverExpired, 0, Vec::new());
    /// assert_eq!(expired.attempts, 0);
    /// ```
    #[must_use]
    pub fn new(work: Work, attempts: u32, inputs: Vec<Input<P>>) -> Self {
        Self::sorted(work, attempts, by_place(inputs))
    }

    /// Makes a claim whose inputs are in the order of the declaration.
    pub(in crate::fan_in) fn sorted(work: Work, attempts: u32, inputs: Vec<Input<P>>) -> Self {
        Self {
            work,
            attempts,
            inputs,
            counts: Counts::default(),
        }
    }

    /// Sets the counts of the lists that are known.
    ///
    /// ```
    /// use linked_span::fan_in::{Claim, Counts, Work};
    ///
    /// let claim = Claim::<String>::new(Work::DeliverExpired, 0, Vec::new());
    /// let claim = claim.with_counts(Counts::default().with(0, 5));
    /// assert_eq!(claim.counts.get(0), Some(5));
    /// ```
    #[must_use]
    pub fn with_counts(self, counts: Counts) -> Self {
        Self { counts, ..self }
    }

    /// Returns the inputs at this place: at most one, or the elements of a list in order of arrival.
    ///
    /// ```
    /// use linked_span::fan_in::{Claim, Work};
    ///
    /// let expired = Claim::<String>::new(Work::DeliverExpired, 0, Vec::new());
    /// assert!(expired.at(0).is_empty());
    /// ```
    #[must_use]
    pub fn at(&self, place: u8) -> &[Input<P>] {
        let begin = self.inputs.partition_point(|input| input.place < place);
        let end = self.inputs.partition_point(|input| input.place <= place);
        &self.inputs[begin..end]
    }
}

/// Sorts inputs by their place, and keeps the order of each list.
///
/// `sort_by_key` would be compiled for each function. It is a twentieth of a function's code.
fn by_place<P>(inputs: Vec<Input<P>>) -> Vec<Input<P>> {
    if inputs.is_sorted_by_key(|input| input.place) {
        return inputs;
    }
    let mut sorted = Vec::with_capacity(inputs.len());
    let mut places = Vec::new();
    for input in inputs {
        let place = usize::from(input.place);
        if places.len() <= place {
            places.resize_with(place + 1, Vec::new);
        }
        places[place].push(input);
    }
    for mut inputs in places {
        sorted.append(&mut inputs);
    }
    sorted
}

/// Distinguishes the work of a holder.
///
/// ```
/// use linked_span::fan_in::{Claim, Work};
///
/// fn describe<P>(claim: &Claim<P>) -> String {
///     match claim.work {
///         Work::Run => format!("attempt {}", claim.attempts),
///         Work::DeliverExpired => format!("expired after {} attempts", claim.attempts),
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Work {
    /// Run the body, then settle as completed or failed.
    Run,
    /// Deliver the expired join, then settle as delivered or not.
    DeliverExpired,
}

impl Work {
    /// Returns the work and the number of attempts of a claim; `None` for any other reply.
    pub(in crate::fan_in) const fn of(reply: &Reply) -> Option<(Self, u32)> {
        match *reply {
            Reply::Run { attempts, .. } => Some((Self::Run, attempts)),
            Reply::DeliverExpired { attempts, .. } => Some((Self::DeliverExpired, attempts)),
            _ => None,
        }
    }
}

/// Holds a stored input.
///
/// ```
/// use std::sync::Arc;
/// use linked_span::fan_in::{Input, Timestamp};
///
/// # let (now, arrived_at) = (Timestamp::from_millis(2_500), Timestamp::from_millis(1_000));
/// let waited = now.saturating_duration_since(arrived_at);
/// let input = Input { place: 0, payload: Arc::new("paid"), waited };
/// ```
#[derive(Debug)]
pub struct Input<P> {
    /// The place of the input in the declaration.
    pub place: u8,
    /// The event.
    pub payload: Arc<P>,
    /// The time since its arrival.
    pub waited: Duration,
}

/// Holds a join that was due and that the caller now holds.
///
/// ```
/// use linked_span::fan_in::{Change, Due, JoinPolicy, Settlement, Store, StoreError, Work};
///
/// /// Settles the claim as a success.
/// async fn succeed<P>(store: &impl Store<P>, policy: &JoinPolicy, due: Due<P>) -> Result<bool, StoreError> {
///     let settlement = match due.claim.work {
///         Work::Run => Settlement::Completed,
///         Work::DeliverExpired => Settlement::ExpiryDelivered,
///     };
///     let token = due.token;
///     store.apply(&due.key, policy, Change::Settle { token, settlement }).await
/// }
/// ```
#[derive(Debug)]
pub struct Due<P> {
    /// The key of the join.
    pub key: String,
    /// The token that settles the claim.
    pub token: Token,
    /// The claim.
    pub claim: Claim<P>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the places and payloads of a claim of these inputs.
    fn claimed(inputs: &[(u8, &'static str)]) -> Vec<(u8, &'static str)> {
        let input = |&(place, payload)| Input {
            place,
            payload: Arc::new(payload),
            waited: Duration::ZERO,
        };
        let inputs = inputs.iter().map(input).collect();
        let claim = Claim::new(Work::Run, 1, inputs);
        let inputs = claim.inputs.iter();
        inputs.map(|input| (input.place, *input.payload)).collect()
    }

    #[test]
    fn claim_sorts_places_and_keeps_the_order_of_each_list() {
        let arrived = [(2, "a"), (0, "b"), (2, "c"), (255, "d"), (0, "e"), (2, "f")];
        let sorted = [(0, "b"), (0, "e"), (2, "a"), (2, "c"), (2, "f"), (255, "d")];
        assert_eq!(claimed(&arrived), sorted);
        assert_eq!(claimed(&sorted), sorted);
        assert!(claimed(&[]).is_empty());
    }
}
