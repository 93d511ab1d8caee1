//! The rustdoc of what is generated.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::input::Input;
use super::model::FanIn;

impl FanIn {
    /// What the function's own say, below what its joins are.
    pub(super) fn docs_of_the_join(&self) -> TokenStream {
        let function = self.function_link();
        let names: Vec<_> = self
            .params
            .inputs
            .iter()
            .map(|input| format!("`{}`", input.ident))
            .collect();
        let inputs = match names.as_slice() {
            [first @ .., last] => format!("{} and {last}", first.join(", ")),
            [] => String::new(),
        };
        let docs = docs(&[
            &format!("Runs {function} once its {inputs} have come for one key."),
            "",
            &format!("`{}` is where its joins are kept.", self.names.store),
        ]);
        let own: Vec<_> = self.attributes_called("doc").collect();
        if own.is_empty() {
            docs
        } else {
            quote!(#docs #[doc = ""] #(#own)*)
        }
    }

    pub(super) fn docs_of_in_memory() -> TokenStream {
        docs(&[
            "Keeps joins in this process's memory: they are gone when it ends, and a million may be open.",
            "",
            "The first input waits for the others until the timeout.",
        ])
    }

    pub(super) fn docs_of_new() -> TokenStream {
        docs(&["Keeps joins in a store, which serves this function alone."])
    }

    pub(super) fn docs_of_on_expired() -> TokenStream {
        docs(&[
            "Says what becomes of a join whose time is over: it is called at least once for each, in a span that is linked to what has come.",
            "",
            "An `Err` or a panic says that it was not taken, and will be handed over again.",
        ])
    }

    pub(super) fn docs_of_an_arrival(&self, input: &Input) -> TokenStream {
        let function = self.function_link();
        let ident = &input.ident;
        docs(&[
            &format!(
                "Takes the `{ident}` of a key; {function} runs if that is the last input to come."
            ),
            "",
            "# Errors",
            "",
            "If the key is empty, or the store is full or fails: the input comes back.",
        ])
    }

    pub(super) fn docs_of_due() -> TokenStream {
        docs(&[
            "Claims so many joins at most that are to be run again by now, or have expired. What is dropped before it has run is let go.",
            "",
            "# Errors",
            "",
            "If the store fails.",
        ])
    }

    pub(super) fn docs_of_sweep() -> TokenStream {
        docs(&[
            "Runs again what has failed, and hands over what has expired, one join after another: to be called every now and then.",
            "",
            "# Errors",
            "",
            "If the store fails.",
        ])
    }

    pub(super) fn docs_of_join() -> TokenStream {
        docs(&[
            "The joins, for what does not depend on the function: their store, and how many there are.",
        ])
    }

    pub(super) fn docs_of_inputs(&self) -> TokenStream {
        let function = self.function_link();
        self.with_listed(docs(&[&format!(
            "What has come for one run of {function}."
        )]))
    }

    pub(super) fn docs_of_an_input(input: &Input) -> TokenStream {
        docs(&[&format!("The `{}`, if it has come.", input.ident)])
    }

    pub(super) fn docs_of_the_due(&self) -> TokenStream {
        let function = self.function_link();
        self.with_listed(docs(&[&format!(
            "A join of {function} that is to be run again, or has expired."
        )]))
    }

    pub(super) fn docs_of_key() -> TokenStream {
        docs(&["Its key."])
    }

    pub(super) fn docs_of_run(&self) -> TokenStream {
        let function = self.function_link();
        docs(&[&format!(
            "Runs {function}, or hands the join over if it has expired."
        )])
    }

    /// `#[doc(hidden)]` hides all that belongs to the function.
    fn with_listed(&self, mut docs: TokenStream) -> TokenStream {
        let own = self.attributes_called("doc");
        let listed = own.filter(|own| own.meta.require_list().is_ok());
        listed.for_each(|listed| listed.to_tokens(&mut docs));
        docs
    }

    fn function_link(&self) -> String {
        let function = &self.handler.function.signature.ident;
        // A module or a macro may be called so too.
        format!("[`{function}`](fn@{function})")
    }
}

fn docs(lines: &[&str]) -> TokenStream {
    let lines = lines.iter().map(|line| {
        if line.is_empty() {
            String::new()
        } else {
            format!(" {line}")
        }
    });
    quote!(#(#[doc = #lines])*)
}
