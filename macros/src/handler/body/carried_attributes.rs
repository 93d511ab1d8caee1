//! The attributes of a parameter that go with it into the body.

use quote::quote;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, PatType, Token};

#[derive(Default)]
pub(super) struct CarriedAttributes {
    /// The `cfg` attributes.
    pub(super) conditions: Vec<Attribute>,
    /// The lint attributes, such as `allow` and `expect`.
    pub(super) lints: Vec<Attribute>,
}

impl CarriedAttributes {
    pub(super) fn of(attributes: &[Attribute]) -> Self {
        Self {
            conditions: conditions(attributes),
            lints: attributes
                .iter()
                .filter_map(|one| only(one, &LINTS))
                .collect(),
        }
    }

    /// Moves the lint attributes: an `expect` can be fulfilled only once.
    pub(super) fn taken_from(parameter: &mut PatType) -> Self {
        let attributes = Self::of(&parameter.attrs);
        parameter
            .attrs
            .retain(|attribute| only(attribute, &LINTS).is_none());
        attributes
    }
}

const LINTS: [&str; 5] = ["allow", "deny", "expect", "forbid", "warn"];

/// Returns the attribute, or the part of a `cfg_attr`, that has one of these names.
fn only(attribute: &Attribute, names: &[&str]) -> Option<Attribute> {
    let meta = only_meta(&attribute.meta, names)?;
    Some(Attribute {
        meta,
        ..attribute.clone()
    })
}

fn only_meta(meta: &Meta, names: &[&str]) -> Option<Meta> {
    let is_called = |name: &&str| meta.path().is_ident(name);
    if names.iter().any(is_called) {
        return Some(meta.clone());
    }
    let Meta::List(list) = meta else {
        return None;
    };
    if !is_called(&"cfg_attr") {
        return None;
    }
    let parse = Punctuated::<Meta, Token![,]>::parse_terminated;
    let mut metas = parse.parse2(list.tokens.clone()).ok()?.into_iter();
    let condition = metas.next()?;
    let kept: Vec<Meta> = metas.filter_map(|meta| only_meta(&meta, names)).collect();
    if kept.is_empty() {
        return None;
    }
    let mut list = list.clone();
    list.tokens = quote!(#condition, #(#kept),*);
    Some(Meta::List(list))
}

/// Returns each `cfg`.
pub(crate) fn conditions(attributes: &[Attribute]) -> Vec<Attribute> {
    let conditions = attributes.iter();
    conditions.filter_map(|one| only(one, &["cfg"])).collect()
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;
    use syn::parse_quote;

    use super::*;

    fn lints(attribute: &Attribute) -> Option<String> {
        let kept = only(attribute, &LINTS)?;
        Some(kept.to_token_stream().to_string().replace(' ', ""))
    }

    #[test]
    fn attribute_of_another_macro_stays_with_the_parameter() {
        assert_eq!(lints(&parse_quote!(#[builder(default)])), None);
        assert_eq!(lints(&parse_quote!(#[cfg_attr(test, builder)])), None);
        assert_eq!(lints(&parse_quote!(#[cfg(test)])), None);
    }

    #[test]
    fn lint_goes_with_the_parameter_into_the_body() {
        let allow = parse_quote!(#[allow(unused)]);
        assert_eq!(lints(&allow).as_deref(), Some("#[allow(unused)]"));
        let conditional = parse_quote!(#[cfg_attr(test, builder, expect(unused))]);
        let kept = Some("#[cfg_attr(test,expect(unused))]");
        assert_eq!(lints(&conditional).as_deref(), kept);
    }
}
