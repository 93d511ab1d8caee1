//! The expansion of `#[derive(LinkedEvent)]`.

mod gen_arms;
mod gen_impl;
mod generics;
mod model;
mod names;
mod options;
mod roles;
mod validate;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use self::model::Event;
use crate::error::Errors;

pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let mut errors = Errors::default();
    let event = Event::check(&input, &mut errors);
    if errors.is_empty() {
        event.tokens()
    } else {
        let errors = errors.into_compile_errors();
        let placeholder = event.placeholder();
        quote!(#errors #placeholder)
    }
}
