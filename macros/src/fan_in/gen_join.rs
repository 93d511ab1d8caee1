//! Generates the type of the joins, with a method for each input.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::common::index_literal;
use super::extra_param::ExtraParam;
use super::input::Input;
use super::kind::is_vec;
use super::model::FanIn;
use crate::options::ParameterOptions;
use crate::tokens::at;

impl FanIn {
    pub(super) fn join_type(&self) -> TokenStream {
        let module = self.module();
        let (join, payload, store) = (&self.names.join, &self.names.input, &self.names.store);
        let (docs, visibility) = (self.docs_of_join_type(), self.visibility());
        let deprecated = self.attributes_named("deprecated");
        let declaration = self.at_function_name(quote! {
            #visibility struct #join<#store = #module::Memory<#payload>>(#module::Join<#payload, #store>);
        });
        quote! {
            #docs
            #(#deprecated)*
            #[derive(::core::fmt::Debug)]
            #declaration
        }
    }

    pub(super) fn in_memory(&self) -> TokenStream {
        let (module, declared) = (self.module(), self.declared_path());
        let (docs, visibility, join) = (
            Self::docs_of_in_memory(),
            self.visibility(),
            &self.names.join,
        );
        quote! {
            impl #join {
                #docs
                #[must_use]
                #visibility fn in_memory(linked_span_timeout: ::core::time::Duration) -> Self {
                    Self(#module::Join::in_memory(
                        #declared,
                        &#module::JoinOptions::timeout(linked_span_timeout),
                    ))
                }
            }
        }
    }

    pub(super) fn join_methods(&self) -> TokenStream {
        let (module, bound) = (self.module(), self.store_bound());
        let (join, payload, store) = (&self.names.join, &self.names.input, &self.names.store);
        let (docs, visibility) = (Self::docs_of_join(), self.visibility());
        let (new, on_expired) = (self.new_method(), self.on_expired());
        let arrive = self.arrive();
        let arrivals = self.params.inputs.iter().map(|input| self.arrival(input));
        let (due, sweep) = (self.due(), self.sweep());
        quote! {
            impl<#bound> #join<#store> {
                #new
                #on_expired
                #(#arrivals)*
                #arrive
                #due
                #sweep
                #docs
                #[must_use]
                #visibility fn join(&self) -> &#module::Join<#payload, #store> {
                    &self.0
                }
            }
        }
    }

    fn new_method(&self) -> TokenStream {
        let (module, declared) = (self.module(), self.declared_path());
        let (docs, visibility) = (Self::docs_of_new(), self.visibility());
        let store = &self.names.store;
        quote! {
            #docs
            #[must_use]
            #visibility fn new(
                linked_span_store: #store,
                linked_span_options: #module::JoinOptions,
            ) -> Self {
                Self(#module::Join::new(#declared, linked_span_store, &linked_span_options))
            }
        }
    }

    fn on_expired(&self) -> TokenStream {
        let (module, inputs) = (self.module(), &self.names.received);
        let (docs, visibility) = (Self::docs_of_on_expired(), self.visibility());
        let (method, handed_over) = if self.is_async {
            let handed_over = quote! {
                #module::ExpiryFuture<Outcome: #module::ExpiryOutcome> + ::core::marker::Send + 'static
            };
            (quote!(on_expired_async), handed_over)
        } else {
            (quote!(on_expired), quote!(#module::ExpiryOutcome))
        };
        let signature = self.at_function_name(quote! {
            fn on_expired<R: #handed_over>(
                self,
                linked_span_on_expired: impl ::core::ops::Fn(#module::Expired<#inputs>) -> R
                    + ::core::marker::Send
                    + ::core::marker::Sync
                    + 'static,
            ) -> Self
        });
        quote! {
            #docs
            #[must_use]
            #visibility #signature {
                Self(#module::Join::#method(self.0, #inputs, linked_span_on_expired))
            }
        }
    }

    /// Returns the method of one input.
    fn arrival(&self, input: &Input) -> TokenStream {
        let (docs, visibility) = (self.docs_of_arrival(input), self.visibility());
        let (asyncness, generics, bounds) = self.repeated_signature();
        let (ident, ty) = (&input.ident, &input.ty);
        let (inputs, variant) = (&self.names.input, &input.variant);
        let extras = self.params.extras().map(ExtraParam::parameter);
        let arguments = self.params.extras().map(ExtraParam::argument);
        let (runtime, chosen) = (&self.handler.runtime, self.turbofish());
        let result = self.arrival_result();
        let given = at(input.type_span(), quote!(#runtime::kept(#ident)));
        let wait = asyncness.map(|_| quote!(.await));
        quote! {
            #docs
            #visibility #asyncness fn #ident #generics (
                &self,
                #ident: #ty,
                #(#extras,)*
            ) -> #result
            #bounds
            {
                self.arrive #chosen (#inputs::#variant(#given), #(#arguments),*) #wait
            }
        }
    }

    /// Returns the method that takes any input.
    fn arrive(&self) -> TokenStream {
        let (module, inputs) = (self.module(), &self.names.input);
        let (docs, visibility) = (self.docs_of_arrive(), self.visibility());
        let (asyncness, generics, bounds) = self.repeated_signature();
        let extras = self.params.extras().map(ExtraParam::parameter);
        let result = self.arrival_result();
        let mixed = |name| Ident::new(name, Span::mixed_site());
        let runtime = &self.handler.runtime;
        let (input, incoming, received) = (
            mixed("linked_span_input"),
            mixed("__linked_span_incoming"),
            mixed("__linked_span_received"),
        );
        let arms = self.handler.events.iter().zip(&self.params.inputs);
        let arms = arms.enumerate().map(|(number, (parameter, input))| {
            let (ident, variant) = (&input.ident, &input.variant);
            let (number, key) = (index_literal(number), self.key(parameter, input));
            let more = self.id_and_counts(parameter, input);
            quote! {
                #inputs::#variant(#ident) => (
                    #runtime::IncomingInput::new(#number, #key)#more,
                    #inputs::#variant(#ident),
                ),
            }
        });
        let run = self
            .as_future(&self.run_for(&received, self.params.extras().map(ExtraParam::argument)));
        let arrival = quote! {
            #module::Join::arrive(&self.0, #incoming, #input, move |#received| #run)
        };
        let arrival = self.wait_for(&arrival);
        quote! {
            #docs
            #visibility #asyncness fn arrive #generics (
                &self,
                #input: #inputs,
                #(#extras,)*
            ) -> #result
            #bounds
            {
                let (#incoming, #input) = match #input { #(#arms)* };
                #arrival
            }
        }
    }

    fn arrival_result(&self) -> TokenStream {
        let (module, inputs) = (self.module(), &self.names.input);
        let returned = self.returned_with_store();
        quote! {
            ::core::result::Result<#module::Arrival<#returned, #inputs>, #module::ArriveError<#inputs>>
        }
    }

    /// Returns an expression for the text of an input's key.
    fn key(&self, parameter: &ParameterOptions, input: &Input) -> TokenStream {
        let runtime = &self.handler.runtime;
        let ident = &input.ident;
        if self.has_option_errors {
            return quote!(#runtime::String::new());
        }
        let (expression, span) = match (&parameter.key, &self.handler.options.key) {
            (Some(expression), _) => (expression.to_token_stream(), expression.span()),
            (None, Some(members)) => {
                let span = members.first().map_or_else(Span::call_site, Spanned::span);
                (quote_spanned!(span=> #ident #(.#members)*), span)
            }
            (None, None) => {
                let keyed = if is_vec(&input.ty) {
                    quote!(#runtime::keyed_batch(&#ident))
                } else {
                    quote!(#runtime::keyed(&#ident))
                };
                return at(input.type_span(), keyed);
            }
        };
        self.text_of(expression, span, "key", input)
    }

    /// Returns an expression for the text of an expression over the input.
    ///
    /// `function` is the runtime's, whose bound reports an expression without text.
    pub(super) fn text_of(
        &self,
        expression: impl ToTokens,
        span: Span,
        function: &str,
        input: &Input,
    ) -> TokenStream {
        let (runtime, ident) = (&self.handler.runtime, &input.ident);
        let span = span.resolved_at(Span::mixed_site());
        let key = Ident::new("__linked_span_key", span);
        let function = Ident::new(function, span);
        let as_key = at(span, quote!(#runtime::#function));
        let described = quote_spanned!(span=> (&&&&&#runtime::Field(#key)).linked_span_key());
        // The key sees the input as the function does.
        let reference = input
            .by_reference
            .then(|| quote!(let #ident = &#ident; let _ = #ident;));
        quote! {
            {
                use #runtime::Describe as _;
                #reference
                let #key = &(#expression);
                #runtime::Cow::into_owned(#as_key(#key, #described))
            }
        }
    }
}
