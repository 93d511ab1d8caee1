//! A parameter that is not an input.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Lifetime, PatType, Type};

use super::elided_lifetimes::name_each;
use crate::error::Errors;
use crate::function::{plain_name, ungrouped_type};
use crate::tokens::contains_ident;

/// Holds a parameter that the generated methods take and pass to the function.
pub(super) struct ExtraParam {
    /// The name in the generated methods.
    pub(super) ident: Ident,
    pub(super) pattern: PatType,
}

impl ExtraParam {
    pub(super) fn check(index: usize, parameter: &PatType, errors: &mut Errors) -> Self {
        let ident = match plain_name(&parameter.pat) {
            Some(ident) => argument_name(ident),
            None => format_ident!("__linked_span_{index}", span = Span::mixed_site()),
        };
        if has_unnameable_type(&parameter.ty) {
            errors.at(
                &parameter.ty,
                "name the type, `fn handle<T: Trait>(…)`: `sweep` clones this parameter, and cannot name an `impl Trait` inside another type",
            );
        }
        Self {
            ident,
            pattern: parameter.clone(),
        }
    }

    /// Returns the parameter of a method.
    pub(super) fn parameter(&self) -> TokenStream {
        let (ident, ty) = (&self.ident, &self.pattern.ty);
        quote!(#ident: #ty)
    }

    /// Returns the argument for the function.
    pub(super) fn argument(&self) -> TokenStream {
        self.ident.to_token_stream()
    }

    /// Names each lifetime, if the type gets a bound.
    pub(super) fn with_names(&self, names: &mut Vec<Lifetime>) -> Self {
        let (ident, mut pattern) = (self.ident.clone(), self.pattern.clone());
        if self.clone_bound().is_some() {
            name_each(&mut pattern.ty, names);
        }
        Self { ident, pattern }
    }

    /// Returns the parameter of `sweep`, which clones it.
    pub(super) fn cloned_parameter(&self) -> TokenStream {
        let (ident, ty) = (&self.ident, &self.pattern.ty);
        let repeated = matches!(ungrouped_type(ty), Type::ImplTrait(_))
            .then(|| quote_spanned!(ty.span()=> + ::core::clone::Clone));
        quote!(#ident: #ty #repeated)
    }

    /// Returns a `Clone` bound.
    ///
    /// Its unused lifetime defers the check to the callers of `sweep`: rustc checks a bound without generics at the
    /// definition.
    pub(super) fn clone_bound(&self) -> Option<TokenStream> {
        match ungrouped_type(&self.pattern.ty) {
            Type::ImplTrait(_) | Type::Reference(_) => None,
            ty => {
                let span = ty.span().resolved_at(Span::mixed_site());
                Some(quote_spanned!(span=> for<'linked_span> #ty: ::core::clone::Clone))
            }
        }
    }

    /// Returns a statement that clones or reborrows the parameter.
    pub(super) fn clone_statement(&self) -> Option<TokenStream> {
        let ident = &self.ident;
        match ungrouped_type(&self.pattern.ty) {
            Type::Reference(reference) if reference.mutability.is_none() => None,
            Type::Reference(_) => Some(quote!(let #ident = &mut *#ident;)),
            _ => Some(quote!(let #ident = ::core::clone::Clone::clone(&#ident);)),
        }
    }
}

/// Returns the name of the parameter in the generated methods, which use each parameter.
///
/// clippy reports a use of a `_name` of the user, but no name with two underscores.
fn argument_name(ident: &Ident) -> Ident {
    let mut name = ident.clone();
    let text = ident.to_string();
    if text.starts_with('_') && !text.starts_with("__") {
        name.set_span(ident.span().resolved_at(Span::mixed_site()));
    }
    name
}

/// Returns `true` for an `impl Trait` inside another type, which cannot be named for `Clone`.
fn has_unnameable_type(ty: &Type) -> bool {
    match ungrouped_type(ty) {
        Type::ImplTrait(_) | Type::Reference(_) => false,
        ty => contains_ident(ty.to_token_stream(), &|ident| ident == "impl"),
    }
}
