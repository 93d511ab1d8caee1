//! The macros of `linked-span`. Depend on that crate: it re-exports and documents them.

mod error;
mod event;
mod fan_in;
mod function;
mod handler;
mod macro_kind;
mod options;
#[cfg(test)]
mod snapshots;
mod suggestion;
mod tokens;

use proc_macro::TokenStream;

/// This macro is part of [`linked-span`](https://docs.rs/linked-span/latest/linked_span/attr.linked_span.html).
#[proc_macro_attribute]
pub fn linked_span(args: TokenStream, item: TokenStream) -> TokenStream {
    handler::expand(args.into(), &item.into()).into()
}

/// This macro is part of [`linked-span`](https://docs.rs/linked-span/latest/linked_span/attr.fan_in.html).
#[proc_macro_attribute]
pub fn fan_in(args: TokenStream, item: TokenStream) -> TokenStream {
    fan_in::expand(args.into(), &item.into()).into()
}

/// This macro is part of [`linked-span`](https://docs.rs/linked-span/latest/linked_span/derive.LinkedEvent.html).
#[proc_macro_derive(LinkedEvent, attributes(event))]
pub fn linked_event(item: TokenStream) -> TokenStream {
    event::expand(item.into()).into()
}
