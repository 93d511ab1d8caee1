//! The types that are declared beside the function.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{LitStr, Type};

use super::parameters::{Extra, Given, Input};
use super::spans::place_literal;
use super::{FanIn, at_the_function};
use crate::args::Parameter;
use crate::error::at;
use crate::output::returned;

/// What generated items allow: they are ours, and the user need not call each.
const LINTS: &str =
    "dead_code, deprecated, unknown_lints, clippy::all, clippy::pedantic, clippy::nursery";

/// Calls of the function's methods that differ in whether it is `async`.
struct Calls<'f> {
    fan_in: &'f FanIn,
    /// `async`, if it is.
    asyncness: Option<TokenStream>,
}

impl Calls<'_> {
    /// What a future of the runtime's comes to.
    fn wait(&self, future: &TokenStream) -> TokenStream {
        let runtime = &self.fan_in.function.runtime;
        if self.asyncness.is_some() {
            quote!(#future.await)
        } else {
            quote!(#runtime::ready(#future))
        }
    }

    /// The future of a body.
    fn body(&self, call: TokenStream) -> TokenStream {
        if self.asyncness.is_some() {
            call
        } else {
            quote!(async move { #call })
        }
    }
}

impl FanIn {
    pub(super) fn joins(&self) -> TokenStream {
        let calls = Calls {
            fan_in: self,
            asyncness: self.is_async.then(|| quote!(async)),
        };
        let items = [
            self.join_type(),
            self.in_memory(),
            self.join_methods(&calls),
            self.inputs_type(&calls),
            self.due_type(&calls),
        ];
        quote!(#(#items)*)
    }

    fn join_type(&self) -> TokenStream {
        let (module, payload) = (self.module(), self.payload());
        let (docs, visibility, join) =
            (self.docs_of_the_join(), self.visibility(), &self.names.join);
        quote! {
            #docs
            #[derive(::core::fmt::Debug)]
            #visibility struct #join<S = #module::Memory<#payload>>(#module::Join<#payload, S>);
        }
    }

    fn in_memory(&self) -> TokenStream {
        let (module, lints) = (self.module(), lints());
        let (docs, visibility, join) = (
            Self::docs_of_in_memory(),
            self.visibility(),
            &self.names.join,
        );
        quote! {
            #lints
            impl #join {
                #docs
                #[must_use]
                #visibility fn in_memory(timeout: ::core::time::Duration) -> Self {
                    Self::new(#module::Memory::new(), #module::Options::timeout(timeout))
                }
            }
        }
    }

    fn join_methods(&self, calls: &Calls<'_>) -> TokenStream {
        let (module, payload, store, lints) =
            (self.module(), self.payload(), self.store(), lints());
        let (join, visibility) = (&self.names.join, self.visibility());
        let (new, on_expired) = (self.new_method(), self.on_expired());
        let arrivals = self.function.events.iter().zip(&self.parameters.inputs);
        let arrivals = arrivals
            .enumerate()
            .map(|(place, (parameter, input))| self.arrival(calls, place, parameter, input));
        let (due, sweep) = (self.due(calls), self.sweep(calls));
        let docs = Self::docs_of_join();
        quote! {
            #lints
            impl<S: #module::#store<#payload>> #join<S> {
                #new
                #on_expired
                #(#arrivals)*
                #due
                #sweep
                #docs
                #[must_use]
                #visibility fn join(&self) -> &#module::Join<#payload, S> {
                    &self.0
                }
            }
        }
    }

    fn new_method(&self) -> TokenStream {
        let (module, runtime) = (self.module(), &self.function.runtime);
        let (docs, visibility, payload) = (Self::docs_of_new(), self.visibility(), self.payload());
        let name = self.names.text();
        let inputs = self.parameters.inputs.iter().map(Input::name);
        let (expired, link) = self.expired();
        quote! {
            #docs
            #[must_use]
            #visibility fn new(store: S, options: #module::Options) -> Self {
                let declared = const {
                    &#runtime::Declared::<#payload>::new(#name, &[#(#inputs),*], #expired, #link)
                };
                Self(#module::Join::new(declared, store, &options))
            }
        }
    }

    fn on_expired(&self) -> TokenStream {
        let (module, inputs) = (self.module(), &self.names.inputs);
        let (docs, visibility) = (Self::docs_of_on_expired(), self.visibility());
        let (bounds, on_expired) = if self.is_async {
            let bounds = quote! {
                R: ::core::future::Future<Output: #module::HandedOver> + ::core::marker::Send + 'static,
            };
            (bounds, quote!(on_expired))
        } else {
            let bounds = quote!(R: #module::HandedOver + ::core::marker::Send + 'static,);
            (
                bounds,
                quote!(move |expired| ::core::future::ready(on_expired(expired))),
            )
        };
        quote! {
            #docs
            #[must_use]
            #visibility fn on_expired<F, R>(self, on_expired: F) -> Self
            where
                F: ::core::ops::Fn(#module::Expired<#inputs>) -> R
                    + ::core::marker::Send
                    + ::core::marker::Sync
                    + 'static,
                #bounds
            {
                Self(self.0.on_expired(#inputs, #on_expired))
            }
        }
    }

    fn arrival(
        &self,
        calls: &Calls<'_>,
        place: usize,
        parameter: &Parameter,
        input: &Input,
    ) -> TokenStream {
        let module = self.module();
        let (docs, visibility) = (self.docs_of_an_arrival(input), self.visibility());
        let asyncness = &calls.asyncness;
        let (generics, _, bounds) = self.function.handler.signature.generics.split_for_impl();
        let (ident, kept, returned) = (&input.ident, &input.kept, self.returned());
        let extras = self.parameters.extras().map(Extra::parameter);
        let (place, key) = (place_literal(place), self.key(parameter, input));
        let came = Ident::new("__linked_span_came", Span::mixed_site());
        let run = self.run_for(&came, self.parameters.extras().map(Extra::handed_on));
        let body = calls.body(run);
        let arrival = quote!(self.0.arrive::<#place, _, _>(#key, #ident, move |#came| #body));
        let arrival = calls.wait(&arrival);
        quote! {
            #docs
            #visibility #asyncness fn #ident #generics (
                &self,
                #ident: #kept,
                #(#extras,)*
            ) -> ::core::result::Result<#module::Arrival<#returned, #kept>, #module::ArriveError<#kept>>
            #bounds
            {
                #arrival
            }
        }
    }

    /// The text of an input's key.
    fn key(&self, parameter: &Parameter, input: &Input) -> TokenStream {
        let runtime = &self.function.runtime;
        let ident = &input.ident;
        let expression = match (&parameter.key, &self.function.args.key) {
            (Some(expression), _) => expression.to_token_stream(),
            (None, Some(members)) => {
                let span = members.first().map_or_else(Span::call_site, Spanned::span);
                quote_spanned!(span=> #ident #(.#members)*)
            }
            (None, None) => {
                let keyed = at(input.type_span(), quote!(#runtime::keyed));
                return quote!(#keyed(&#ident));
            }
        };
        let span = expression.span().resolved_at(Span::mixed_site());
        let key = Ident::new("__linked_span_key", span);
        let as_key = at(span, quote!(#runtime::key));
        let described = quote_spanned!(span=> (&&&&&#runtime::Field(#key)).key());
        // As the function sees it.
        let reference = input.by_reference.then(|| quote!(let #ident = &#ident;));
        quote! {
            {
                use #runtime::Describe as _;
                #reference
                let #key = &(#expression);
                #as_key(#key, #described).into_owned()
            }
        }
    }

    fn due(&self, calls: &Calls<'_>) -> TokenStream {
        let (module, due) = (self.module(), &self.names.due);
        let (docs, visibility) = (Self::docs_of_due(), self.visibility());
        let asyncness = &calls.asyncness;
        let claimed = calls.wait(&quote!(self.0.due(max)));
        quote! {
            #docs
            #visibility #asyncness fn due(
                &self,
                max: ::core::primitive::usize,
            ) -> ::core::result::Result<::std::vec::Vec<#due<'_, S>>, #module::StoreError> {
                let claimed = #claimed?;
                ::core::result::Result::Ok(
                    ::core::iter::Iterator::collect(
                        ::core::iter::Iterator::map(
                            ::core::iter::IntoIterator::into_iter(claimed),
                            #due,
                        ),
                    ),
                )
            }
        }
    }

    fn sweep(&self, calls: &Calls<'_>) -> TokenStream {
        let module = self.module();
        let (docs, visibility) = (Self::docs_of_sweep(), self.visibility());
        let asyncness = &calls.asyncness;
        let generics = &self.function.handler.signature.generics;
        let extras = self.parameters.extras().map(Extra::repeated_parameter);
        let bounds = self.parameters.extras().filter_map(Extra::repeated_bound);
        let own = generics.where_clause.as_ref().map(|clause| {
            let predicates = clause.predicates.iter();
            quote!(#(#predicates,)*)
        });
        let mixed = |name| Ident::new(name, Span::mixed_site());
        let (came, sweeping, held) = (
            mixed("__linked_span_came"),
            mixed("__linked_span_sweeping"),
            mixed("__linked_span_held"),
        );
        let run = self.run_for(&came, self.parameters.extras().map(Extra::repeated));
        // Not `move`: what is handed on is needed the next time.
        let body = if self.is_async {
            run
        } else {
            quote!({ async { #run } })
        };
        let (begun, next, settled) = (
            calls.wait(&quote!(self.0.sweep())),
            calls.wait(&quote!(#sweeping.next())),
            calls.wait(&quote!(#held.work(|#came| #body))),
        );
        let (generics, _, _) = generics.split_for_impl();
        quote! {
            #docs
            #visibility #asyncness fn sweep #generics (
                &self,
                #(#extras,)*
            ) -> ::core::result::Result<#module::Swept, #module::StoreError>
            where
                #own
                #(#bounds)*
            {
                let mut #sweeping = #begun?;
                while let ::core::option::Option::Some(#held) = #next? {
                    #sweeping.count(&#settled);
                }
                ::core::result::Result::Ok(#sweeping.done())
            }
        }
    }

    fn inputs_type(&self, calls: &Calls<'_>) -> TokenStream {
        let (runtime, payload, lints) = (&self.function.runtime, self.payload(), lints());
        let (docs, visibility, inputs) =
            (self.docs_of_inputs(), self.visibility(), &self.names.inputs);
        let accessors = self
            .parameters
            .inputs
            .iter()
            .enumerate()
            .map(|(place, input)| {
                let (ident, kept, place) = (&input.ident, &input.kept, place_literal(place));
                let docs = Self::docs_of_an_input(input);
                quote! {
                    #docs
                    #[must_use]
                    #visibility fn #ident(&self) -> ::core::option::Option<&#kept> {
                        self.0.get::<#place>()
                    }
                }
            });
        let run = self.run(calls);
        quote! {
            #docs
            #[derive(::core::clone::Clone, ::core::fmt::Debug)]
            #visibility struct #inputs(#runtime::Came<#payload>);

            #lints
            impl #inputs {
                #(#accessors)*
                #run
            }
        }
    }

    /// Calls the function with what has come.
    fn run(&self, calls: &Calls<'_>) -> TokenStream {
        let runtime = &self.function.runtime;
        let signature = &self.function.handler.signature;
        let (function, asyncness) = (&signature.ident, &calls.asyncness);
        let (generics, _, bounds) = signature.generics.split_for_impl();
        let returned = self.returned();
        // Names of our own: the function may be called like one of its parameters.
        let extra =
            |index: usize| format_ident!("__linked_span_{index}", span = Span::mixed_site());
        let name = self.names.text();
        let mut parameters = TokenStream::new();
        let mut inputs = TokenStream::new();
        let mut arguments = Vec::new();
        for (index, given) in self.parameters.all.iter().enumerate() {
            let argument = extra(index);
            match given {
                Given::Input(place) => {
                    let input = &self.parameters.inputs[*place];
                    let place = place_literal(*place);
                    let value = quote!(self.0.input::<#place>());
                    let value = if input.by_reference {
                        value
                    } else {
                        let cloned = at(input.type_span(), quote!(#runtime::cloned));
                        quote!(#cloned(#value))
                    };
                    inputs.extend(quote!(let #argument = #value;));
                }
                Given::Extra(extra) => {
                    let ty = &extra.pattern.ty;
                    parameters.extend(quote!(#argument: #ty,));
                }
            }
            arguments.push(argument);
        }
        let call = quote!(#function(#(#arguments),*));
        let call = if self.is_async {
            quote!(#runtime::call_async(&self.0, #name, #call).await)
        } else {
            quote!(#runtime::call(&self.0, #name, || #call))
        };
        let value = Ident::new("__linked_span_returned", Span::mixed_site());
        let run = run_method();
        quote! {
            #asyncness fn #run #generics (self, #parameters) -> #runtime::Ended<#returned>
            #bounds
            {
                #inputs
                let #value = #call;
                let succeeded = {
                    use #runtime::Succeeded as _;
                    (&&#runtime::Returned(&#value)).succeeded()
                };
                #runtime::Ended { returned: #value, succeeded }
            }
        }
    }

    /// A call of that.
    fn run_for(&self, came: &Ident, extras: impl Iterator<Item = TokenStream>) -> TokenStream {
        let (inputs, run) = (&self.names.inputs, run_method());
        quote!(#inputs(#came).#run(#(#extras),*))
    }

    fn due_type(&self, calls: &Calls<'_>) -> TokenStream {
        let (module, runtime, payload) = (self.module(), &self.function.runtime, self.payload());
        let (store, lints, visibility) = (self.store(), lints(), self.visibility());
        let (due, docs) = (&self.names.due, self.docs_of_the_due());
        let (docs_of_key, docs_of_run) = (Self::docs_of_key(), self.docs_of_run());
        let asyncness = &calls.asyncness;
        let (generics, _, bounds) = self.function.handler.signature.generics.split_for_impl();
        let extras = self.parameters.extras().map(Extra::parameter);
        let returned = self.returned();
        let came = Ident::new("__linked_span_came", Span::mixed_site());
        let run = self.run_for(&came, self.parameters.extras().map(Extra::handed_on));
        let body = calls.body(run);
        let settled = calls.wait(&quote!(self.0.work(move |#came| #body)));
        quote! {
            #docs
            #[derive(::core::fmt::Debug)]
            #[must_use]
            #visibility struct #due<'join, S: #module::#store<#payload>>(
                #runtime::Held<'join, #payload, S>,
            );

            #lints
            impl<S: #module::#store<#payload>> #due<'_, S> {
                #docs_of_key
                #[must_use]
                #visibility fn key(&self) -> &::core::primitive::str {
                    self.0.key()
                }

                #docs_of_run
                #visibility #asyncness fn run #generics (
                    self,
                    #(#extras,)*
                ) -> #module::Settled<#returned>
                #bounds
                {
                    #settled
                }
            }
        }
    }

    /// `::linked_span::fan_in`
    fn module(&self) -> TokenStream {
        let crate_path = &self.crate_path;
        let span = at_the_function(&self.function.handler.signature);
        at(span, quote!(#crate_path::fan_in))
    }

    /// What the store keeps.
    fn payload(&self) -> TokenStream {
        let module = self.module();
        let one_of = format_ident!("OneOf{}", self.parameters.inputs.len());
        let kept = self.parameters.inputs.iter().map(|input| &input.kept);
        quote!(#module::#one_of<#(#kept),*>)
    }

    /// The trait of the stores on which it runs.
    fn store(&self) -> Ident {
        let store = if self.is_async {
            "Store"
        } else {
            "BlockingStore"
        };
        Ident::new(store, Span::mixed_site())
    }

    fn visibility(&self) -> &syn::Visibility {
        &self.function.handler.visibility
    }

    fn returned(&self) -> Type {
        returned(&self.function.handler.signature)
    }
}

impl super::Names {
    /// The join's name, as spans say it.
    pub(super) fn text(&self) -> LitStr {
        LitStr::new(&self.join.to_string(), self.join.span())
    }
}

/// Hidden, and in nobody's way: no input is called so.
fn run_method() -> Ident {
    Ident::new("__linked_span_run", Span::mixed_site())
}

fn lints() -> TokenStream {
    let lints: TokenStream = LINTS.parse().unwrap_or_default();
    quote!(#[allow(#lints)])
}
