//! Names that the derive writes.

use proc_macro2::{Ident, Span};
use syn::Field;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

/// The same name, as one that the derive wrote: so `deprecated` is not reported where the user only declares something.
/// In our edition more words are keywords than in the user's.
pub(super) fn of_the_derive(ident: &Ident) -> Ident {
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

/// Keywords since edition 2018.
const LATER_KEYWORDS: [&str; 5] = ["async", "await", "dyn", "gen", "try"];

pub(super) fn at_the_type_of(field: &Field) -> Span {
    field.ty.span().resolved_at(Span::mixed_site())
}
