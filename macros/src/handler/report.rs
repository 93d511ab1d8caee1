//! Reports errors beside the user's function.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{FnArg, Signature};

use super::body::conditions;
use crate::function::{self, variables};
use crate::macro_kind::MacroKind;

/// Returns the errors and the unchanged function.
///
/// The function mentions its parameters, so that rustc does not report one that only the attribute uses.
pub(crate) fn report_beside(
    kind: MacroKind,
    errors: &TokenStream,
    item: &TokenStream,
) -> TokenStream {
    let item = if let Ok(function) = function::parse(kind, item.clone()) {
        let (mentions, statements) = (mentions(&function.signature), function.body.stream());
        function.with_body(&quote!(#mentions #statements))
    } else {
        quote!(#[allow(unused_variables)] #item)
    };
    quote!(#errors #item)
}

/// Returns a statement for each named parameter.
fn mentions(signature: &Signature) -> TokenStream {
    let each = signature.inputs.iter().map(|input| -> TokenStream {
        let FnArg::Typed(parameter) = input else {
            return TokenStream::new();
        };
        let conditions = conditions(&parameter.attrs);
        let variables = variables(&parameter.pat).into_iter();
        let names = variables.map(|variable| variable.ident);
        names
            .map(|name| quote!(#(#conditions)* let _ = &#name;))
            .collect()
    });
    each.collect()
}
