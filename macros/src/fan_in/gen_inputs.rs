//! Generates the type of the received inputs.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use super::common::index_literal;
use super::input::Input;
use super::kind::Kind;
use super::model::FanIn;
use super::params::FnParam;
use crate::function::without_opaque_types;
use crate::tokens::at;

impl FanIn {
    pub(super) fn inputs_type(&self) -> TokenStream {
        let runtime = &self.handler.runtime;
        let (inputs, payload) = (&self.names.received, &self.names.input);
        let (docs, visibility) = (self.docs_of_inputs(), self.visibility());
        let declaration = self.at_function_name(quote! {
            #visibility struct #inputs(#runtime::ReceivedInputs<#payload>);
        });
        quote! {
            #docs
            #[derive(::core::clone::Clone, ::core::fmt::Debug)]
            #declaration
        }
    }

    pub(super) fn inputs_methods(&self) -> TokenStream {
        let inputs = &self.names.received;
        let accessors = self.params.inputs.iter().enumerate();
        let accessors = accessors.map(|(place, input)| self.accessor(place, input));
        let (declared, run) = (self.declared(), self.run());
        quote! {
            impl #inputs {
                #declared
                #(#accessors)*
                #run
            }
        }
    }

    fn accessor(&self, place: usize, input: &Input) -> TokenStream {
        let runtime = &self.handler.runtime;
        let (docs, visibility) = (Self::docs_of_input(input), self.visibility());
        let (ident, ty, place) = (&input.ident, &input.ty, index_literal(place));
        let (inputs, variant) = (&self.names.input, &input.variant);
        let found = Ident::new("__linked_span_input", Span::mixed_site());
        if input.kind == Kind::List {
            let elements = self.elements(&quote!(&self.0), &place, input);
            return quote! {
                #docs
                #[must_use]
                #visibility fn #ident(&self) -> #runtime::Vec<&#ty> {
                    ::core::iter::Iterator::collect(#elements)
                }
            };
        }
        quote! {
            #docs
            #[must_use]
            #visibility fn #ident(&self) -> ::core::option::Option<&#ty> {
                match #runtime::ReceivedInputs::get(&self.0, #place) {
                    ::core::option::Option::Some(#inputs::#variant(#found)) => {
                        ::core::option::Option::Some(#found)
                    }
                    _ => ::core::option::Option::None,
                }
            }
        }
    }

    /// Returns an iterator over the received elements of a list.
    pub(super) fn elements(
        &self,
        received: &TokenStream,
        place: &TokenStream,
        input: &Input,
    ) -> TokenStream {
        let runtime = &self.handler.runtime;
        let (inputs, variant) = (&self.names.input, &input.variant);
        let found = Ident::new("__linked_span_input", Span::mixed_site());
        quote! {
            ::core::iter::Iterator::filter_map(
                #runtime::ReceivedInputs::list(#received, #place),
                |#found| match #found {
                    #inputs::#variant(#found) => ::core::option::Option::Some(#found),
                    _ => ::core::option::Option::None,
                },
            )
        }
    }

    /// Returns the constants of the fan-in. They belong to this type because it has no type parameters.
    fn declared(&self) -> TokenStream {
        let (runtime, payload) = (&self.handler.runtime, &self.names.input);
        let (declared, name) = (declared_const(), self.names.text());
        let names = self.params.inputs.iter().map(Input::name);
        let types = self.params.inputs.iter().map(Input::written_type);
        let (expired, link) = self.expired();
        let has = |kind| self.params.inputs.iter().any(|input| input.kind == kind);
        let lists = has(Kind::List).then(|| {
            let lists = self.set_of(Kind::List);
            quote!(.lists(#lists))
        });
        let optional = has(Kind::Optional).then(|| {
            let optional = self.set_of(Kind::Optional);
            quote!(.optional(#optional))
        });
        let kinds = quote!(#lists #optional);
        quote! {
            const #declared: &'static #runtime::FanInSpec<#payload> = &#runtime::FanInSpec::new(
                #name,
                #runtime::FanInIdentity::new(
                    ::core::concat!(::core::module_path!(), "::", #name),
                    &[#(#names),*],
                    &[#(#types),*],
                )#kinds,
                #expired,
                #link,
            );
        }
    }

    /// Returns the path of these constants.
    pub(super) fn declared_path(&self) -> TokenStream {
        let (inputs, declared) = (&self.names.received, declared_const());
        quote!(#inputs::#declared)
    }

    /// Returns the method that calls the function with the received inputs.
    fn run(&self) -> TokenStream {
        let runtime = &self.handler.runtime;
        let function = &self.handler.function.signature.ident;
        let (asyncness, generics, bounds) = self.repeated_signature();
        let (run, returned) = (run_method(), self.returned());
        let chosen = self.turbofish();
        let (mut extras, mut inputs) = (TokenStream::new(), TokenStream::new());
        let mut arguments = Vec::new();
        for (index, given) in self.params.all.iter().enumerate() {
            // This macro chooses the names, because the function may have the name of one of its parameters.
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
        let written = without_opaque_types(self.returned());
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

    /// Returns the input at this place, as the function takes it.
    fn value(&self, place: usize) -> TokenStream {
        let (runtime, input) = (&self.handler.runtime, &self.params.inputs[place]);
        let ident = &input.ident;
        let value = match input.kind {
            Kind::Single if input.by_reference => quote!(#runtime::received(self.#ident())),
            Kind::Single => quote!(#runtime::cloned(#runtime::received(self.#ident()))),
            Kind::List => quote!(#runtime::cloned_list(self.#ident())),
            Kind::Optional => {
                quote!(::core::option::Option::map(self.#ident(), #runtime::cloned))
            }
        };
        at(input.type_span(), value)
    }

    /// Returns a future that calls the function with the received inputs.
    pub(super) fn run_for(
        &self,
        received: &Ident,
        extras: impl Iterator<Item = TokenStream>,
    ) -> TokenStream {
        let (inputs, run) = (&self.names.received, run_method());
        let chosen = self.turbofish();
        quote!(#inputs(#received).#run #chosen(#(#extras),*))
    }
}

/// Returns a name that no input can have.
fn run_method() -> Ident {
    Ident::new("__linked_span_run", Span::mixed_site())
}

fn declared_const() -> Ident {
    Ident::new("__LINKED_SPAN_DECLARED", Span::mixed_site())
}
