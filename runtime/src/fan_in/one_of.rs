//! The sum of a function's input types, which is what its store keeps.

#[cfg(feature = "serde")]
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A sum of types, of which one stands at this place in the declaration.
pub trait Nth<const PLACE: u8>: Sized {
    /// The type.
    type Input;

    /// An input as one of them.
    fn of(input: Self::Input) -> Self;

    /// The input, if it is this one.
    fn get(&self) -> Option<&Self::Input>;

    /// The input, if it is this one.
    fn into_input(self) -> Option<Self::Input>;
}

macro_rules! one_of {
    ($($(#[$docs:meta])* $name:ident($($place:literal $variant:ident),+ $(,)?);)+) => { $(
        $(#[$docs])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name<$($variant),+> {
            $(
                #[doc = concat!("The input with the number ", $place, ", counted from 0.")]
                $variant($variant),
            )+
        }

        // What is derived with a feature is not labelled with it in the documentation; what is written out is.
        #[cfg(feature = "serde")]
        impl<$($variant: Serialize),+> Serialize for $name<$($variant),+> {
            fn serialize<To: Serializer>(&self, to: To) -> Result<To::Ok, To::Error> {
                let name = stringify!($name);
                match self {
                    $(Self::$variant(input) => {
                        to.serialize_newtype_variant(name, $place, stringify!($variant), input)
                    })+
                }
            }
        }

        #[cfg(feature = "serde")]
        impl<'de, $($variant: Deserialize<'de>),+> Deserialize<'de> for $name<$($variant),+> {
            fn deserialize<From: Deserializer<'de>>(from: From) -> Result<Self, From::Error> {
                #[derive(Deserialize)]
                enum $name<$($variant),+> {
                    $($variant($variant),)+
                }

                Ok(match $name::deserialize(from)? {
                    $($name::$variant(input) => Self::$variant(input),)+
                })
            }
        }

        one_of!(@each $name ($($variant),+) $($place $variant)+);
    )+ };
    (@each $name:ident $all:tt $($place:literal $variant:ident)+) => { $(
        one_of!(@nth $name $all $place $variant);
    )+ };
    (@nth $name:ident ($($all:ident),+) $place:literal $variant:ident) => {
        impl<$($all),+> Nth<$place> for $name<$($all),+> {
            type Input = $variant;

            fn of(input: $variant) -> Self {
                Self::$variant(input)
            }

            fn get(&self) -> Option<&$variant> {
                match self {
                    Self::$variant(input) => Some(input),
                    _ => None,
                }
            }

            fn into_input(self) -> Option<$variant> {
                match self {
                    Self::$variant(input) => Some(input),
                    _ => None,
                }
            }
        }
    };
}

one_of! {
    /// An input of a function of two; those of more are alike.
    ///
    /// It is what a [`Store`](super::Store) keeps, and generic, so that serde is asked only by stores that need it:
    ///
    /// ```
    /// use linked_span::fan_in::{Memory, OneOf2};
    ///
    /// struct PaymentConfirmed;
    /// struct InventoryReserved;
    ///
    /// let store: Memory<OneOf2<PaymentConfirmed, InventoryReserved>> = Memory::new();
    /// ```
    ///
    /// With the feature `serde` it is serialized like any enum:
    ///
    /// ```
    /// # #[cfg(feature = "json")] {
    /// # use linked_span::fan_in::OneOf2;
    /// let input: OneOf2<&str, u64> = OneOf2::B(7);
    /// assert_eq!(serde_json::to_string(&input).unwrap(), r#"{"B":7}"#);
    /// # }
    /// ```
    OneOf2(0 A, 1 B);
    /// An input of a function of three; see [`OneOf2`].
    OneOf3(0 A, 1 B, 2 C);
    /// An input of a function of four; see [`OneOf2`].
    OneOf4(0 A, 1 B, 2 C, 3 D);
    /// An input of a function of five; see [`OneOf2`].
    OneOf5(0 A, 1 B, 2 C, 3 D, 4 E);
    /// An input of a function of six; see [`OneOf2`].
    OneOf6(0 A, 1 B, 2 C, 3 D, 4 E, 5 F);
    /// An input of a function of seven; see [`OneOf2`].
    OneOf7(0 A, 1 B, 2 C, 3 D, 4 E, 5 F, 6 G);
    /// An input of a function of eight; see [`OneOf2`].
    OneOf8(0 A, 1 B, 2 C, 3 D, 4 E, 5 F, 6 G, 7 H);
    /// An input of a function of nine; see [`OneOf2`].
    OneOf9(0 A, 1 B, 2 C, 3 D, 4 E, 5 F, 6 G, 7 H, 8 I);
    /// An input of a function of ten; see [`OneOf2`].
    OneOf10(0 A, 1 B, 2 C, 3 D, 4 E, 5 F, 6 G, 7 H, 8 I, 9 J);
    /// An input of a function of eleven; see [`OneOf2`].
    OneOf11(0 A, 1 B, 2 C, 3 D, 4 E, 5 F, 6 G, 7 H, 8 I, 9 J, 10 K);
    /// An input of a function of twelve; see [`OneOf2`].
    OneOf12(0 A, 1 B, 2 C, 3 D, 4 E, 5 F, 6 G, 7 H, 8 I, 9 J, 10 K, 11 L);
}
