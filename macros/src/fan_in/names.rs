//! What is generated is called after the function.

use proc_macro2::Ident;
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt;
use syn::{Generics, Signature};

use crate::error::Errors;
use crate::handler::contains_ident;

/// The methods that every generated type has, which no input can be called like.
const METHODS: [&str; 6] = ["new", "in_memory", "on_expired", "due", "sweep", "join"];

pub(super) struct Names {
    /// `FulfillOrder`
    pub(super) join: Ident,
    /// `FulfillOrderInputs`
    pub(super) inputs: Ident,
    /// `FulfillOrderDue`
    pub(super) due: Ident,
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
            join,
        };
        names.refuse_a_name_of_the_function(signature, errors);
        Some(names)
    }

    /// Other types that have the name already, only the compiler knows.
    fn refuse_a_name_of_the_function(&self, signature: &Signature, errors: &mut Errors) {
        let Generics { params, .. } = &signature.generics;
        for name in [&self.join, &self.inputs, &self.due] {
            let is_name = |ident: &Ident| ident == name;
            let spoken_of = [
                signature.inputs.to_token_stream(),
                signature.output.to_token_stream(),
                params.to_token_stream(),
            ];
            if spoken_of
                .into_iter()
                .any(|tokens| contains_ident(tokens, &is_name))
            {
                errors.at(
                    &self.join,
                    format!(
                        "the joins of `{}` cannot have a type called `{name}`, which is another already: choose a name for them, `join = …`",
                        signature.ident
                    ),
                );
            }
        }
    }
}

pub(super) fn refuse_a_method(input: &Ident, errors: &mut Errors) {
    let name = input.unraw().to_string();
    if METHODS.contains(&name.as_str()) {
        errors.at(
            input,
            format!("an input cannot be called `{name}`, as a method of every join is: rename the parameter"),
        );
    }
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
}
