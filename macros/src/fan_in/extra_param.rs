//! A parameter that is no input: it is handed on to the function.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Lifetime, PatType, Type};

use super::elided_lifetimes::name_each;
use crate::error::Errors;
use crate::function::{plain_name, ungrouped_type};
use crate::tokens::contains_ident;

/// What is handed on to the body.
pub(super) struct ExtraParam {
    /// As the methods call it.
    pub(super) ident: Ident,
    pub(super) pattern: PatType,
}

impl ExtraParam {
    pub(super) fn check(index: usize, parameter: &PatType, errors: &mut Errors) -> Self {
        let ident = match plain_name(&parameter.pat) {
            Some(ident) => handed_on_name(ident),
            None => format_ident!("__linked_span_{index}", span = Span::mixed_site()),
        };
        if has_hidden_type(&parameter.ty) {
            errors.at(
                &parameter.ty,
                "a sweep hands this on several times, and cannot name its type: give the `impl` a name, `fn handle<T: Trait>(…)`",
            );
        }
        Self {
            ident,
            pattern: parameter.clone(),
        }
    }

    /// As a parameter of a method.
    pub(super) fn parameter(&self) -> TokenStream {
        let (ident, ty) = (&self.ident, &self.pattern.ty);
        quote!(#ident: #ty)
    }

    /// To the body.
    pub(super) fn handed_on(&self) -> TokenStream {
        self.ident.to_token_stream()
    }

    /// With a name for each lifetime of what is to be cloned.
    pub(super) fn with_names(&self, names: &mut Vec<Lifetime>) -> Self {
        let (ident, mut pattern) = (self.ident.clone(), self.pattern.clone());
        if self.repeated_bound().is_some() {
            name_each(&mut pattern.ty, names);
        }
        Self { ident, pattern }
    }

    /// As a parameter of a method that hands it on several times.
    pub(super) fn repeated_parameter(&self) -> TokenStream {
        let (ident, ty) = (&self.ident, &self.pattern.ty);
        let repeated = matches!(ungrouped_type(ty), Type::ImplTrait(_))
            .then(|| quote_spanned!(ty.span()=> + ::core::clone::Clone));
        quote!(#ident: #ty #repeated)
    }

    /// A bound that is asked only of who calls that method: a lifetime that means nothing keeps it from being checked
    /// before.
    pub(super) fn repeated_bound(&self) -> Option<TokenStream> {
        match ungrouped_type(&self.pattern.ty) {
            Type::ImplTrait(_) | Type::Reference(_) => None,
            ty => {
                let span = ty.span().resolved_at(Span::mixed_site());
                Some(quote_spanned!(span=> for<'linked_span> #ty: ::core::clone::Clone))
            }
        }
    }

    /// What is handed on, while the parameter is kept for another time.
    pub(super) fn repeated(&self) -> Option<TokenStream> {
        let ident = &self.ident;
        match ungrouped_type(&self.pattern.ty) {
            Type::Reference(reference) if reference.mutability.is_none() => None,
            Type::Reference(_) => Some(quote!(let #ident = &mut *#ident;)),
            _ => Some(quote!(let #ident = ::core::clone::Clone::clone(&#ident);)),
        }
    }
}

/// The methods use a parameter that the function may not: of a `_name` of the user's, clippy would say so. A name with two
/// underscores is not linted, and may be one of ours.
fn handed_on_name(ident: &Ident) -> Ident {
    let mut name = ident.clone();
    let text = ident.to_string();
    if text.starts_with('_') && !text.starts_with("__") {
        name.set_span(ident.span().resolved_at(Span::mixed_site()));
    }
    name
}

/// Whether there is an `impl Trait` in it that has to be cloned and cannot be named.
fn has_hidden_type(ty: &Type) -> bool {
    match ungrouped_type(ty) {
        Type::ImplTrait(_) | Type::Reference(_) => false,
        ty => contains_ident(ty.to_token_stream(), &|ident| ident == "impl"),
    }
}
