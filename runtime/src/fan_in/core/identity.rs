//! The identity of a function in a store.

use super::inputs::Inputs;

/// Identifies one function's joins in a store.
///
/// ```
/// use linked_span::fan_in::{FanInIdentity, Memory, Store};
///
/// const SHIP: FanInIdentity =
///     FanInIdentity::new("shop::orders::Ship", &["payment", "inventory"], &["Paid", "Reserved"]);
///
/// let store = Memory::<String>::new();
/// store.declare(SHIP);
/// ```
///
/// `#[fan_in]` generates it. A store that keeps the joins of several functions in one place distinguishes them by
/// [`path`](Self::path), unless the user gives the joins another name. A store also keeps the inputs, and rejects the
/// joins of a function whose inputs differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FanInIdentity {
    /// The module of the function and the type of its joins: `shop::orders::Ship`.
    ///
    /// The module is `module_path!()`. It begins with the name of the crate that contains the function. It contains no
    /// function and no block. So two functions with the same name in two blocks of a module have the same path.
    pub path: &'static str,
    /// The names of the inputs, in the order of the declaration.
    pub inputs: &'static [&'static str],
    /// The types of the inputs as the user wrote them, in the same order.
    ///
    /// `std::any::type_name` may return another text after an update of the compiler. The user's own text does not
    /// change.
    pub types: &'static [&'static str],
    /// The inputs that are lists.
    pub lists: Inputs,
    /// The inputs that are optional.
    pub optional: Inputs,
}

impl FanInIdentity {
    /// Makes an identity of the path, the names of the inputs and their types.
    ///
    /// ```
    /// use linked_span::fan_in::FanInIdentity;
    ///
    /// let ship = FanInIdentity::new("shop::Ship", &["payment", "inventory"], &["Paid", "Reserved"]);
    /// assert_eq!(ship.path, "shop::Ship");
    /// ```
    #[must_use]
    pub const fn new(
        path: &'static str,
        inputs: &'static [&'static str],
        types: &'static [&'static str],
    ) -> Self {
        Self {
            path,
            inputs,
            types,
            lists: Inputs::none(),
            optional: Inputs::none(),
        }
    }

    /// Sets the inputs that are lists.
    ///
    /// ```
    /// use linked_span::fan_in::{FanInIdentity, Inputs};
    ///
    /// let decide = FanInIdentity::new("shop::Decide", &["reply"], &["Reply"]).lists(Inputs::all(1));
    /// assert!(decide.lists.contains(0));
    /// ```
    #[must_use]
    pub const fn lists(self, lists: Inputs) -> Self {
        Self { lists, ..self }
    }

    /// Sets the inputs that are optional.
    ///
    /// ```
    /// use linked_span::fan_in::{FanInIdentity, Inputs};
    ///
    /// let price = FanInIdentity::new("shop::Price", &["order", "coupon"], &["Order", "Coupon"])
    ///     .optional(Inputs::default().with(1));
    /// assert!(price.optional.contains(1));
    /// ```
    #[must_use]
    pub const fn optional(self, optional: Inputs) -> Self {
        Self { optional, ..self }
    }
}
