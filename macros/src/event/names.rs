//! Identifiers and spans of the generated code.

use proc_macro2::{Ident, Span};
use syn::Field;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

/// Returns the name with a span of the derive, so that rustc reports no `deprecated` for the user's declaration.
///
/// Keywords of this crate's edition may be plain names in the edition of the user.
pub(super) fn derive_ident(ident: &Ident) -> Ident {
    let span = ident.span().resolved_at(Span::call_site());
    let name = ident.unraw().to_string();
    if LATER_KEYWORDS.contains(&&*name) {
        Ident::new_raw(&name, span)
    } else {
        let mut ident = ident.clone();
        ident.set_span(span);
        ident
    }
}

const LATER_KEYWORDS: [&str; 5] = ["async", "await", "dyn", "gen", "try"];

pub(super) fn type_span_of(field: &Field) -> Span {
    field.ty.span().resolved_at(Span::mixed_site())
}
