//! What `headers!` of a client takes, and the headers of an earlier hop in it.

use super::reads::{Itself, Pointer};

/// Implemented by what users write after `replacing`: headers, references and `Option`s of them.
#[doc(hidden)]
pub trait Existing<H: ?Sized, Shape> {
    /// Returns the headers; `None` for an `Option` without any.
    fn existing(&self) -> Option<&H>;
}

impl<H: ?Sized> Existing<H, Itself> for H {
    fn existing(&self) -> Option<&H> {
        Some(self)
    }
}

impl<H: ?Sized, E: Existing<H, Shape> + ?Sized, Shape> Existing<H, Pointer<Shape>> for &E {
    fn existing(&self) -> Option<&H> {
        (**self).existing()
    }
}

impl<H: ?Sized, E: Existing<H, Shape>, Shape> Existing<H, Pointer<Shape>> for Option<E> {
    fn existing(&self) -> Option<&H> {
        self.as_ref().and_then(E::existing)
    }
}

/// Returns the headers in what users write after `replacing`.
#[doc(hidden)]
pub fn existing<H: ?Sized, E: Existing<H, Shape> + ?Sized, Shape>(written: &E) -> Option<&H> {
    written.existing()
}

/// Parses the parentheses of a client's `headers!`, and expands to the client's `__headers!` with the path of the client,
/// the fields to inject, and what the user writes after `replacing`.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_headers {
    ($module:ident [$($default:tt)+] $example:literal client = $(::)? $($client:ident)::+ $(, $($rest:tt)*)?) => {
        $crate::messaging::__headers!($module [$($client)::+] $example $($($rest)*)?)
    };
    ($module:ident [$($client:tt)+] $example:literal) => {
        $crate::messaging::$module::__headers!(
            [$($client)+] $crate::messaging::Injected::current(), ::core::option::Option::None
        )
    };
    ($module:ident [$($client:tt)+] $example:literal of $origin:expr) => {
        $crate::messaging::$module::__headers!(
            [$($client)+] $crate::messaging::Injected::of($origin), ::core::option::Option::None
        )
    };
    ($module:ident [$($client:tt)+] $example:literal replacing $existing:expr, of $origin:expr) => {
        $crate::messaging::$module::__headers!(
            [$($client)+]
            $crate::messaging::Injected::of($origin),
            $crate::messaging::existing(&$existing)
        )
    };
    ($module:ident [$($client:tt)+] $example:literal replacing $existing:expr) => {
        $crate::messaging::$module::__headers!(
            [$($client)+]
            $crate::messaging::Injected::current(),
            $crate::messaging::existing(&$existing)
        )
    };
    ($module:ident [$($client:tt)+] $example:literal $($other:tt)+) => {
        ::core::compile_error!(::core::concat!(
            "write `headers!()`, `headers!(replacing ", $example, ")` or `headers!(of origin)`"
        ))
    };
}

#[doc(hidden)]
pub use __linked_span_headers as __headers;
