//! The arguments of a client's `describe!`.

/// Parses the parentheses of a client's `describe!`, and describes the message by the client's adapter.
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_describe {
    ($($module:ident)::+ [$($default:tt)+] client = $(::)? $($client:ident)::+, $message:expr $(,)?) => {
        $crate::messaging::__describe!($($module)::+ [$($client)::+] $message)
    };
    ($($module:ident)::+ [$($client:tt)+] $message:expr $(,)?) => {
        $crate::messaging::described(
            &$crate::messaging::$($module)::+::adapter!($($client)+),
            $message,
        )
    };
}

#[doc(hidden)]
pub use __linked_span_describe as __describe;
