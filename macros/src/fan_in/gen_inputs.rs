//! The type of what has come for one run of the function.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use super::common::place_literal;
use super::input::Input;
use super::model::FanIn;
use super::params::FnParam;
use crate::function::written;
use crate::tokens::at;

impl FanIn {
    pub(super) fn inputs_type(&self) -> TokenStream {
        let (runtime, lints) = (&self.handler.runtime, self.lints());
        let (inputs, payload) = (&self.names.inputs, &self.names.payload);
        let (docs, visibility) = (self.docs_of_inputs(), self.visibility());
        let declaration = self.at_the_function(quote! {
            #visibility struct #inputs(#runtime::ReceivedInputs<#payload>);
        });
        let accessors = self.params.inputs.iter().enumerate();
        let accessors = accessors.map(|(place, input)| self.accessor(place, input));
        let (declared, run) = (self.declared(), self.run());
        quote! {
            #docs
            #lints
            #[derive(::core::clone::Clone, ::core::fmt::Debug)]
            #declaration

            #lints
            impl #inputs {
                #declared
                #(#accessors)*
                #run
            }
        }
    }

    fn accessor(&self, place: usize, input: &Input) -> TokenStream {
        let runtime = &self.handler.runtime;
        let (docs, visibility) = (Self::docs_of_an_input(input), self.visibility());
        let (ident, kept, place) = (&input.ident, &input.kept, place_literal(place));
        quote! {
            #docs
            #[must_use]
            #visibility fn #ident(&self) -> ::core::option::Option<&#kept> {
                #runtime::ReceivedInputs::get::<#place>(&self.0)
            }
        }
    }

    /// What is known before anything comes; here, since this type has no parameters.
    fn declared(&self) -> TokenStream {
        let (runtime, payload) = (&self.handler.runtime, &self.names.payload);
        let (declared, name) = (declared_const(), self.names.text());
        let names = self.params.inputs.iter().map(Input::name);
        let types = self.params.inputs.iter().map(Input::written_type);
        let (expired, link) = self.expired();
        quote! {
            const #declared: &'static #runtime::FanInSpec<#payload> = &#runtime::FanInSpec::new(
                #name,
                #runtime::FanInIdentity::new(
                    ::core::concat!(::core::module_path!(), "::", #name),
                    &[#(#names),*],
                    &[#(#types),*],
                ),
                #expired,
                #link,
            );
        }
    }

    /// The path of that.
    pub(super) fn declared_path(&self) -> TokenStream {
        let (inputs, declared) = (&self.names.inputs, declared_const());
        quote!(#inputs::#declared)
    }

    /// Calls the function with what has come.
    fn run(&self) -> TokenStream {
        let runtime = &self.handler.runtime;
        let function = &self.handler.function.signature.ident;
        let (asyncness, generics, bounds) = self.qualifiers();
        let (run, returned) = (run_method(), self.returned());
        let chosen = self.chosen_generics();
        let (mut extras, mut inputs) = (TokenStream::new(), TokenStream::new());
        let mut arguments = Vec::new();
        for (index, given) in self.params.all.iter().enumerate() {
            // A name of our own: the function may be called like one of its parameters.
            let argument = format_ident!("__linked_span_{index}", span = Span::mixed_site());
            match given {
                FnParam::Input(place) => {
                    let value = self.value(*place);
                    inputs.extend(quote!(let #argument = #value;));
                }
                FnParam::Extra(extra) => {
                    let ty = &extra.pattern.ty;
                    extras.extend(quote!(#argument: #ty,));
                }
            }
            arguments.push(argument);
        }
        let (name, call) = (
            self.names.text(),
            quote!(#function #chosen(#(#arguments),*)),
        );
        let call = if self.is_async {
            quote!(#runtime::call_async(&self.0, #name, #call).await)
        } else {
            quote!(#runtime::call(&self.0, #name, || #call))
        };
        let value = Ident::new("__linked_span_returned", Span::mixed_site());
        let written = written(self.returned());
        quote! {
            #asyncness fn #run #generics (self, #extras) -> #runtime::Ended<#returned>
            #bounds
            {
                use #runtime::Succeeded as _;
                #inputs
                let #value: #written = #call;
                #runtime::Ended {
                    succeeded: (&&#runtime::Returned(&#value)).linked_span_succeeded(),
                    returned: #value,
                }
            }
        }
    }

    /// The input at this place, as the function takes it.
    fn value(&self, place: usize) -> TokenStream {
        let (runtime, input) = (&self.handler.runtime, &self.params.inputs[place]);
        let place = place_literal(place);
        let mut value = quote!(#runtime::ReceivedInputs::input::<#place>(&self.0));
        if !input.by_reference {
            value = quote!(#runtime::cloned(#value));
        }
        at(input.type_span(), value)
    }

    /// The future that calls the function with what has come.
    pub(super) fn run_for(
        &self,
        came: &Ident,
        extras: impl Iterator<Item = TokenStream>,
    ) -> TokenStream {
        let (inputs, run) = (&self.names.inputs, run_method());
        let chosen = self.chosen_generics();
        quote!(#inputs(#came).#run #chosen(#(#extras),*))
    }
}

/// Hidden, as what follows, and in nobody's way: no input is called so.
fn run_method() -> Ident {
    Ident::new("__linked_span_run", Span::mixed_site())
}

fn declared_const() -> Ident {
    Ident::new("__LINKED_SPAN_DECLARED", Span::mixed_site())
}
