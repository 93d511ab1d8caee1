//! Generates the type of the joins, with a method for each input.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::common::index_literal;
use super::extra_param::ExtraParam;
use super::input::Input;
use super::model::FanIn;
use crate::options::ParameterOptions;
use crate::tokens::at;

impl FanIn {
    pub(super) fn join_type(&self) -> TokenStream {
        let module = self.module();
        let (join, payload, store) = (&self.names.join, &self.names.payload, &self.names.store);
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
        let (join, payload, store) = (&self.names.join, &self.names.payload, &self.names.store);
        let (docs, visibility) = (Self::docs_of_join(), self.visibility());
        let (new, on_expired) = (self.new_method(), self.on_expired());
        let inputs = self.handler.events.iter().zip(&self.params.inputs);
        let arrivals = inputs
            .enumerate()
            .map(|(place, (parameter, input))| self.arrival(place, parameter, input));
        let (due, sweep) = (self.due(), self.sweep());
        quote! {
            impl<#bound> #join<#store> {
                #new
                #on_expired
                #(#arrivals)*
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
        let (module, inputs) = (self.module(), &self.names.inputs);
        let (docs, visibility) = (Self::docs_of_on_expired(), self.visibility());
        let (method, handed_over) = if self.is_async {
            let handed_over = quote! {
                ::core::future::Future<Output: #module::ExpiryOutcome> + ::core::marker::Send + 'static
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

    fn arrival(&self, place: usize, parameter: &ParameterOptions, input: &Input) -> TokenStream {
        let module = self.module();
        let (docs, visibility) = (self.docs_of_arrival(input), self.visibility());
        let (asyncness, generics, bounds) = self.repeated_signature();
        let (ident, ty) = (&input.ident, &input.ty);
        let returned = self.returned_with_store();
        let extras = self.params.extras().map(ExtraParam::parameter);
        let (place, key) = (index_literal(place), self.key(parameter, input));
        let received = Ident::new("__linked_span_received", Span::mixed_site());
        let run = self
            .as_future(&self.run_for(&received, self.params.extras().map(ExtraParam::argument)));
        let runtime = &self.handler.runtime;
        let given = at(input.type_span(), quote!(#runtime::kept(#ident)));
        let arrival = quote! {
            #module::Join::arrive::<#place, _, _>(&self.0, #key, #given, move |#received| #run)
        };
        let arrival = self.wait_for(&arrival);
        quote! {
            #docs
            #visibility #asyncness fn #ident #generics (
                &self,
                #ident: #ty,
                #(#extras,)*
            ) -> ::core::result::Result<#module::Arrival<#returned, #ty>, #module::ArriveError<#ty>>
            #bounds
            {
                #arrival
            }
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
            (None, None) => return at(input.type_span(), quote!(#runtime::keyed(&#ident))),
        };
        let span = span.resolved_at(Span::mixed_site());
        let key = Ident::new("__linked_span_key", span);
        let as_key = at(span, quote!(#runtime::key));
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
