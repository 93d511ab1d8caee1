//! What is generated is called after the function.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{LitStr, Signature};

use crate::error::Errors;
use crate::tokens::is_same;

/// The methods that every generated type has, which no input can be called like.
pub(super) const METHODS: [&str; 6] = ["new", "in_memory", "on_expired", "due", "sweep", "join"];

/// What a type of this name would hide from the rest of the module.
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
    /// `FulfillOrderInputs`
    pub(super) inputs: Ident,
    /// `FulfillOrderDue`
    pub(super) due: Ident,
    /// What a store keeps.
    pub(super) payload: Ident,
    /// The parameter of these types.
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
            None => called_after(function, errors)?,
        };
        let names = Self {
            inputs: format_ident!("{join}Inputs"),
            due: format_ident!("{join}Due"),
            payload: format_ident!("__{join}Payload"),
            store: store(signature, &join),
            join,
        };
        for name in [&names.join, &names.inputs, &names.due] {
            names.refuse_a_name_in_use(name, signature, errors);
        }
        Some(names)
    }

    /// Other items that have the name already, only the compiler knows.
    fn refuse_a_name_in_use(&self, name: &Ident, signature: &Signature, errors: &mut Errors) {
        let whose = if is_same(name, &signature.ident) {
            "as the function itself is"
        } else if PRELUDE.iter().any(|prelude| name == prelude) {
            "which would hide the standard library's"
        } else if is_spoken_of(name, signature) {
            "which is another already"
        } else {
            return;
        };
        errors.at(
            &self.join,
            format!(
                "the joins of `{}` cannot have a type called `{name}`, {whose}: choose a name for them, `join = …`",
                signature.ident
            ),
        );
    }

    /// The join's name, as spans say it.
    pub(super) fn text(&self) -> LitStr {
        LitStr::new(&self.join.unraw().to_string(), self.join.span())
    }
}

/// `S`, if that is not the function's.
fn store(signature: &Signature, join: &Ident) -> Ident {
    let store = Ident::new("S", Span::mixed_site());
    if *join == store || is_spoken_of(&store, signature) {
        return Ident::new("__S", Span::mixed_site());
    }
    store
}

/// Whether a signature names a type so, without a path before it.
fn is_spoken_of(name: &Ident, signature: &Signature) -> bool {
    let Signature {
        generics,
        inputs,
        output,
        ..
    } = signature;
    let where_clause = &generics.where_clause;
    speaks_of(quote!(#generics #inputs #output #where_clause), name)
}

fn speaks_of(tokens: TokenStream, name: &Ident) -> bool {
    let mut colons = 0;
    tokens.into_iter().any(|token| {
        let before = std::mem::take(&mut colons);
        match token {
            TokenTree::Ident(ident) => before < 2 && ident == *name,
            TokenTree::Group(group) => speaks_of(group.stream(), name),
            TokenTree::Punct(punct) if punct.as_char() == ':' => {
                colons = before + 1;
                false
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => false,
        }
    })
}

fn called_after(function: &Ident, errors: &mut Errors) -> Option<Ident> {
    let name = upper_camel_case(&function.unraw().to_string());
    if syn::parse_str::<Ident>(&name).is_ok() {
        return Some(Ident::new(&name, function.span()));
    }
    errors.at(
        function,
        format!(
            "no type can be called after `{function}`: choose a name for its joins, `join = …`"
        ),
    );
    None
}

/// `fulfill_order` as `FulfillOrder`.
fn upper_camel_case(name: &str) -> String {
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
        assert!(speaks_of(quote!(ship: &Ship), &name));
        assert!(speaks_of(quote!(ship: Option<(u8, Ship)>), &name));
        assert!(!speaks_of(quote!(ship: &shop::Ship), &name));
        assert!(!speaks_of(quote!(ship: ::Ship), &name));
        assert!(!speaks_of(quote!(ship: Shipping), &name));
    }
}
