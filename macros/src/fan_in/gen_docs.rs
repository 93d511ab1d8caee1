//! The rustdoc of the generated items.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::input::Input;
use super::model::FanIn;

impl FanIn {
    /// Returns the docs of the type, followed by the function's own.
    pub(super) fn docs_of_join_type(&self) -> TokenStream {
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
            &format!("Runs {function} once {inputs} have arrived for a key."),
            "",
            &format!("The joins are kept in an `{}`.", self.names.store),
        ]);
        let own: Vec<_> = self.attributes_named("doc").collect();
        if own.is_empty() {
            docs
        } else {
            quote!(#docs #[doc = ""] #(#own)*)
        }
    }

    pub(super) fn docs_of_in_memory() -> TokenStream {
        docs(&[
            "Keeps joins in this process's memory, which ends with the process.",
            "",
            "The first input waits for the others until the timeout. At most a million joins are open.",
        ])
    }

    pub(super) fn docs_of_new() -> TokenStream {
        docs(&["Keeps joins in a store that serves this function alone."])
    }

    pub(super) fn docs_of_on_expired() -> TokenStream {
        docs(&[
            "Sets what handles expired joins.",
            "",
            "It is called at least once for each, in a span that links to the received inputs. After an `Err` or a panic, the join is delivered again.",
        ])
    }

    pub(super) fn docs_of_arrival(&self, input: &Input) -> TokenStream {
        let function = self.function_link();
        let ident = &input.ident;
        docs(&[
            &format!(
                "Delivers the `{ident}` of a key, and runs {function} once all inputs have arrived."
            ),
            "",
            "# Errors",
            "",
            "Returns the input if its key is empty, or if the store is full or fails.",
        ])
    }

    pub(super) fn docs_of_arrive(&self) -> TokenStream {
        let function = self.function_link();
        docs(&[
            &format!("Takes any input; {function} runs if that is the last of its key to arrive."),
            "",
            "# Errors",
            "",
            "If the key is empty, or the store is full or fails. The error returns the input.",
        ])
    }

    pub(super) fn docs_of_the_input_enum(&self) -> TokenStream {
        let function = self.function_link();
        self.with_listed(docs(&[&format!("Is one input of {function}.")]))
    }

    pub(super) fn docs_of_a_variant(input: &Input) -> TokenStream {
        docs(&[&format!("The `{}`.", input.ident)])
    }

    pub(super) fn docs_of_into(input: &Input) -> TokenStream {
        docs(&[&format!(
            "Returns the `{}`, if it is that input.",
            input.ident
        )])
    }

    pub(super) fn docs_of_due() -> TokenStream {
        docs(&[
            "Claims at most `max` joins that failed and can be retried, or that have expired.",
            "",
            "A claim that is dropped before it runs is released.",
            "",
            "# Errors",
            "",
            "Fails if the store fails.",
        ])
    }

    pub(super) fn docs_of_sweep() -> TokenStream {
        docs(&[
            "Retries failed joins and delivers expired ones, one after another.",
            "",
            "Call it periodically.",
            "",
            "# Errors",
            "",
            "Fails if the store fails.",
        ])
    }

    pub(super) fn docs_of_join() -> TokenStream {
        docs(&["Returns the joins, to inspect and to operate them."])
    }

    pub(super) fn docs_of_inputs(&self) -> TokenStream {
        let function = self.function_link();
        self.with_listed(docs(&[&format!(
            "The received inputs of one run of {function}."
        )]))
    }

    pub(super) fn docs_of_input(input: &Input) -> TokenStream {
        docs(&[&format!("Returns the `{}` if it has arrived.", input.ident)])
    }

    pub(super) fn docs_of_due_type(&self) -> TokenStream {
        let function = self.function_link();
        self.with_listed(docs(&[&format!(
            "A claimed join of {function} that is retried or has expired."
        )]))
    }

    pub(super) fn docs_of_key() -> TokenStream {
        docs(&["Returns the key of the join."])
    }

    pub(super) fn docs_of_run(&self) -> TokenStream {
        let function = self.function_link();
        docs(&[&format!(
            "Runs {function}, or delivers the join if it has expired."
        )])
    }

    /// Copies `#[doc(hidden)]` from the function to each generated item.
    fn with_listed(&self, mut docs: TokenStream) -> TokenStream {
        let own = self.attributes_named("doc");
        let listed = own.filter(|own| own.meta.require_list().is_ok());
        listed.for_each(|listed| listed.to_tokens(&mut docs));
        docs
    }

    fn function_link(&self) -> String {
        let function = &self.handler.function.signature.ident;
        // A module or a macro may have the same name.
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
