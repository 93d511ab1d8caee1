//! The names of the generated types.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{LitStr, Signature};

use crate::error::Errors;
use crate::tokens::is_same_name;

/// The methods of every generated type; an input cannot have these names.
pub(super) const METHODS: [&str; 7] = [
    "new",
    "in_memory",
    "on_expired",
    "arrive",
    "due",
    "sweep",
    "join",
];

/// The names of the prelude, which a generated type would hide.
const PRELUDE: [&str; 37] = [
    "AsMut",
    "AsRef",
    "AsyncFn",
    "AsyncFnMut",
    "AsyncFnOnce",
    "Box",
    "Clone",
    "Copy",
    "Default",
    "DoubleEndedIterator",
    "Drop",
    "Eq",
    "Err",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Future",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Send",
    "Some",
    "String",
    "Sync",
    "Vec",
];

pub(super) struct Names {
    /// `FulfillOrder`
    pub(super) join: Ident,
    /// `FulfillOrderInput`, which a store holds.
    pub(super) input: Ident,
    /// `FulfillOrderReceived`
    pub(super) received: Ident,
    /// `FulfillOrderDue`
    pub(super) due: Ident,
    /// The type parameter of the store.
    pub(super) store: Ident,
}

impl Names {
    pub(super) fn of(
        signature: &Signature,
        chosen: Option<&Ident>,
        errors: &mut Errors,
    ) -> Option<Self> {
        let function = &signature.ident;
        let join = match chosen {
            Some(chosen) => chosen.clone(),
            None => named_after(function, errors)?,
        };
        let names = Self {
            input: format_ident!("{join}Input"),
            received: format_ident!("{join}Received"),
            due: format_ident!("{join}Due"),
            store: store(signature, &join),
            join,
        };
        for name in [&names.join, &names.input, &names.received, &names.due] {
            names.check_name_in_use(name, signature, errors);
        }
        Some(names)
    }

    /// Reports a name that the function already uses. Only the compiler knows the names of other items.
    fn check_name_in_use(&self, name: &Ident, signature: &Signature, errors: &mut Errors) {
        let whose = if is_same_name(name, &signature.ident) {
            "the function itself"
        } else if PRELUDE.iter().any(|prelude| name == prelude) {
            "a name of the standard library's prelude"
        } else if is_used_in(name, signature) {
            "another type of the signature"
        } else {
            return;
        };
        errors.at(
            &self.join,
            format!("name the generated types with `join = …`: `{name}` is {whose}"),
        );
    }

    /// Returns the name of the join, as spans record it.
    pub(super) fn text(&self) -> LitStr {
        LitStr::new(&self.join.unraw().to_string(), self.join.span())
    }
}

/// Returns `S`, unless the function uses it.
fn store(signature: &Signature, join: &Ident) -> Ident {
    let store = Ident::new("S", Span::mixed_site());
    if *join == store || is_used_in(&store, signature) {
        return Ident::new("__S", Span::mixed_site());
    }
    store
}

/// Returns `true` if the signature names the type without a path.
fn is_used_in(name: &Ident, signature: &Signature) -> bool {
    let Signature {
        generics,
        inputs,
        output,
        ..
    } = signature;
    let where_clause = &generics.where_clause;
    names_type(quote!(#generics #inputs #output #where_clause), name)
}

fn names_type(tokens: TokenStream, name: &Ident) -> bool {
    let mut colons = 0;
    tokens.into_iter().any(|token| {
        let before = std::mem::take(&mut colons);
        match token {
            TokenTree::Ident(ident) => before < 2 && ident == *name,
            TokenTree::Group(group) => names_type(group.stream(), name),
            TokenTree::Punct(punct) if punct.as_char() == ':' => {
                colons = before + 1;
                false
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => false,
        }
    })
}

fn named_after(function: &Ident, errors: &mut Errors) -> Option<Ident> {
    let name = upper_camel_case(&function.unraw().to_string());
    if syn::parse_str::<Ident>(&name).is_ok() {
        return Some(Ident::new(&name, function.span()));
    }
    errors.at(
        function,
        format!("name the generated type with `join = …`: no type can be named after `{function}`"),
    );
    None
}

/// Returns `FulfillOrder` for `fulfill_order`.
pub(super) fn upper_camel_case(name: &str) -> String {
    let capitalized = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters).collect::<String>()
    };
    name.split('_').map(capitalized).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_called_after_the_function() {
        assert_eq!(upper_camel_case("fulfill_order"), "FulfillOrder");
        assert_eq!(upper_camel_case("_ship__v2"), "ShipV2");
        assert_eq!(upper_camel_case("ship"), "Ship");
    }

    #[test]
    fn a_name_behind_a_path_is_another() {
        let name = format_ident!("Ship");
        assert!(names_type(quote!(ship: &Ship), &name));
        assert!(names_type(quote!(ship: Option<(u8, Ship)>), &name));
        assert!(!names_type(quote!(ship: &shop::Ship), &name));
        assert!(!names_type(quote!(ship: ::Ship), &name));
        assert!(!names_type(quote!(ship: Shipping), &name));
    }
}
