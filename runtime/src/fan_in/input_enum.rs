//! Traits of the generated enum of inputs.
//!
//! The enum implements each trait that all inputs implement. It has no type parameters, so the compiler would check a
//! bound on an input's type at the declaration of the enum. The unused lifetime `for<'linked_span>` defers the check
//! until code uses the implementation. So only stores that need serde require it.

#[cfg(feature = "serde")]
use std::{fmt, marker::PhantomData};

#[cfg(feature = "serde")]
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, Unexpected, VariantAccess, Visitor,
};

/// Implements `Clone`, `Debug`, `PartialEq` and `Eq` for an enum of inputs, and with the feature `serde` its traits.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_input_enum {
    ($name:ident $($place:literal $text:literal $variant:ident($alias:ident)),+) => {
        // One item: where items are not allowed, the compiler reports one error.
        const _: () = {
            impl ::core::clone::Clone for $name
            where
                $(for<'linked_span> $alias: ::core::clone::Clone,)+
            {
                fn clone(&self) -> Self {
                    match self {
                        $(Self::$variant(input) => Self::$variant(::core::clone::Clone::clone(input)),)+
                    }
                }
            }

            impl ::core::fmt::Debug for $name
            where
                $(for<'linked_span> $alias: ::core::fmt::Debug,)+
            {
                fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    let (name, input): (_, &dyn ::core::fmt::Debug) = match self {
                        $(Self::$variant(input) => (::core::stringify!($variant), input),)+
                    };
                    ::core::fmt::DebugTuple::finish(formatter.debug_tuple(name).field(input))
                }
            }

            impl ::core::cmp::PartialEq for $name
            where
                $(for<'linked_span> $alias: ::core::cmp::PartialEq,)+
            {
                fn eq(&self, other: &Self) -> ::core::primitive::bool {
                    match (self, other) {
                        $((Self::$variant(input), Self::$variant(other)) => {
                            ::core::cmp::PartialEq::eq(input, other)
                        })+
                        _ => false,
                    }
                }
            }

            impl ::core::cmp::Eq for $name
            where
                $(for<'linked_span> $alias: ::core::cmp::Eq,)+
            {
            }

            $crate::__private::serde_of_inputs!($name $($place $text $variant($alias)),+);
        };
    };
}

/// Implements serde's traits for an enum of inputs: `{"payment": …}`.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_serde_of_inputs {
    ($name:ident $($place:literal $text:literal $variant:ident($alias:ident)),+) => {
        impl $crate::__private::serde::Serialize for $name
        where
            $(for<'linked_span> $alias: $crate::__private::serde::Serialize,)+
        {
            fn serialize<To: $crate::__private::serde::Serializer>(
                &self,
                to: To,
            ) -> ::core::result::Result<To::Ok, To::Error> {
                match self {
                    $(Self::$variant(input) => {
                        to.serialize_newtype_variant(::core::stringify!($name), $place, $text, input)
                    })+
                }
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name
        where
            $(for<'linked_span> $alias: $crate::__private::serde::Deserialize<'de>,)+
        {
            fn deserialize<From: $crate::__private::serde::Deserializer<'de>>(
                from: From,
            ) -> ::core::result::Result<Self, From::Error> {
                $crate::__private::deserialize_input(from, ::core::stringify!($name), &[$($text),+])
            }
        }

        impl<'de> $crate::__private::InputVariant<'de> for $name
        where
            $(for<'linked_span> $alias: $crate::__private::serde::Deserialize<'de>,)+
        {
            fn read<From: $crate::__private::serde::de::VariantAccess<'de>>(
                place: ::core::primitive::usize,
                from: From,
            ) -> ::core::option::Option<::core::result::Result<Self, From::Error>> {
                ::core::option::Option::Some(match place {
                    $($place => from.newtype_variant().map(Self::$variant),)+
                    _ => return ::core::option::Option::None,
                })
            }
        }
    };
}

/// Generates nothing without the feature `serde`.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_serde_of_inputs {
    ($($any:tt)*) => {};
}

/// Marks an enum of inputs that can be deserialized.
#[cfg(feature = "serde")]
pub trait InputVariant<'de>: Sized {
    /// Reads the variant of the input at this place; `None` if there is no such place.
    fn read<A: VariantAccess<'de>>(place: usize, from: A) -> Option<Result<Self, A::Error>>;
}

/// Deserializes an enum of inputs, whose variants have the names of the inputs.
///
/// # Errors
///
/// Returns an error if the value is not one of these inputs.
#[cfg(feature = "serde")]
pub fn deserialize_input<'de, P: InputVariant<'de>, D: Deserializer<'de>>(
    from: D,
    name: &'static str,
    inputs: &'static [&'static str],
) -> Result<P, D::Error> {
    let input = PhantomData;
    from.deserialize_enum(name, inputs, InputVisitor { inputs, input })
}

#[cfg(feature = "serde")]
struct InputVisitor<P> {
    inputs: &'static [&'static str],
    input: PhantomData<P>,
}

#[cfg(feature = "serde")]
impl<'de, P: InputVariant<'de>> Visitor<'de> for InputVisitor<P> {
    type Value = P;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an input of a join")
    }

    fn visit_enum<A: EnumAccess<'de>>(self, from: A) -> Result<P, A::Error> {
        let (place, variant) = from.variant_seed(PlaceOf(self.inputs))?;
        let unknown = || Err(A::Error::custom("no input has this place"));
        P::read(place, variant).unwrap_or_else(unknown)
    }
}

/// Reads the name or the number of an input.
#[cfg(feature = "serde")]
struct PlaceOf(&'static [&'static str]);

#[cfg(feature = "serde")]
impl<'de> DeserializeSeed<'de> for PlaceOf {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<usize, D::Error> {
        from.deserialize_identifier(self)
    }
}

#[cfg(feature = "serde")]
impl Visitor<'_> for PlaceOf {
    type Value = usize;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of an input")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<usize, E> {
        let place = usize::try_from(number).ok();
        let place = place.filter(|place| *place < self.0.len());
        place.ok_or_else(|| E::invalid_value(Unexpected::Unsigned(number), &self))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<usize, E> {
        let place = self.0.iter().position(|input| *input == name);
        place.ok_or_else(|| E::unknown_variant(name, self.0))
    }

    fn visit_bytes<E: Error>(self, name: &[u8]) -> Result<usize, E> {
        let place = self.0.iter().position(|input| input.as_bytes() == name);
        place.ok_or_else(|| E::invalid_value(Unexpected::Bytes(name), &self))
    }
}
