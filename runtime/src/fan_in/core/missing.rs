//! The names of missing inputs.

use std::fmt;

use super::identity::FanInIdentity;
use super::lists::Tallies;
use super::state::Inputs;

/// Holds the names of the inputs that a join still waits for.
///
/// The names are in the order of the declaration.
///
/// ```
/// # use std::time::Duration;
/// # use linked_span::fan_in::Arrival;
/// # use linked_span::{LinkedEvent, Origin, fan_in};
/// # #[derive(Clone, LinkedEvent)] struct Event { #[event(key)] order: u64, metadata: Origin }
/// #[fan_in(payment, inventory)]
/// fn ship(payment: Event, inventory: Event) {}
///
/// # let event = Event { order: 7, metadata: Origin::default() };
/// let ship = Ship::in_memory(Duration::from_secs(600));
/// if let Ok(Arrival::Waiting { missing, .. }) = ship.payment(event) {
///     assert_eq!(missing.to_string(), "inventory");
///     assert!(missing.contains("inventory"));
/// }
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    names: &'static [&'static str],
    places: Inputs,
    /// The missing inputs that are lists.
    lists: Inputs,
    /// The missing inputs that are optional.
    optional: Inputs,
    tallies: Tallies,
}

impl Missing {
    pub(in crate::fan_in) fn new(
        identity: &FanInIdentity,
        missing: Inputs,
        tallies: Tallies,
    ) -> Self {
        Self {
            names: identity.inputs,
            places: missing,
            lists: identity.lists,
            optional: identity.optional,
            tallies,
        }
    }

    /// Iterates over the names.
    ///
    /// ```
    /// # use linked_span::fan_in::Missing;
    /// # fn report(missing: Missing) {
    /// for input in missing.iter() {
    ///     println!("still waiting for {input}");
    /// }
    /// # }
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = &'static str> {
        let names = self.names;
        let name = |place| names.get(usize::from(place)).copied();
        self.places.iter().filter_map(name)
    }

    /// Returns `true` if the input of this name is missing.
    ///
    /// ```
    /// # use linked_span::fan_in::Missing;
    /// # fn report(missing: Missing) {
    /// if missing.contains("payment") {
    ///     println!("remind the customer");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.iter().any(|missing| missing == name)
    }

    /// Returns `true` if no input is missing.
    ///
    /// ```
    /// # use linked_span::fan_in::Missing;
    /// # fn report(missing: Missing) {
    /// if missing.is_empty() {
    ///     println!("it has failed every time");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }
}

/// Writes the names, separated by commas: `order, packed (2 of 5), coupon (optional)`.
impl fmt::Display for Missing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (place, name)) in self.places.iter().zip(self.iter()).enumerate() {
            if index > 0 {
                formatter.write_str(", ")?;
            }
            formatter.write_str(name)?;
            if self.lists.contains(place) {
                let len = self.tallies.len(place);
                match self.tallies.counts().get(place) {
                    Some(count) => write!(formatter, " ({len} of {count})")?,
                    None => write!(formatter, " ({len})")?,
                }
            } else if self.optional.contains(place) {
                formatter.write_str(" (optional)")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Missing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}
