//! Generates the reading of a broker's message: by an adapter, or by a function or an expression of the user.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use super::model::Handler;
use crate::options::{MessageOptions, ParameterOptions, plain_value};
use crate::tokens::{at, contains_name};

impl Handler {
    /// Returns a reference to the event, or to its adapter if it is a message.
    pub(super) fn reading(&self, event: &ParameterOptions, reference: &TokenStream) -> TokenStream {
        let runtime = &self.runtime;
        let message = &event.message;
        let adapter = match (&message.adapter, &message.view) {
            (Some(adapter), _) => {
                let client = message.client.as_ref().map_or_else(
                    || {
                        let client = &adapter.client;
                        quote_spanned!(client.span()=> ::#client)
                    },
                    |client| quote!(#client),
                );
                let (name, module) = (&adapter.client, adapter.module.iter());
                let messaging = self.crate_path();
                quote!(#messaging::messaging::#name #(::#module)*::adapter!(#client))
            }
            (None, Some(view)) if self.is_function(view) => quote!(#runtime::ViewBy(#view)),
            (None, Some(view)) => {
                let span = view.span().resolved_at(Span::mixed_site());
                let counted = self.counted(reference, span);
                return quote_spanned!(span=> #runtime::viewed(#counted, &(#view)));
            }
            (None, None) => return reference.clone(),
        };
        let span = event.ident.span();
        match given(message, runtime) {
            None => quote_spanned!(span=> &#runtime::adapted(&#adapter, #reference)),
            Some(given) => {
                quote_spanned!(span=> &#runtime::adapted_with(&#adapter, #reference, #given))
            }
        }
    }

    /// Returns the statement for `send(…)`.
    pub(super) fn sending(&self, start: &Ident) -> TokenStream {
        let (runtime, Some(send)) = (&self.runtime, &self.options.send) else {
            return TokenStream::new();
        };
        let system = plain_value(&send.system, runtime);
        let fields = [
            ("destination", Some(&send.destination)),
            ("template", send.template.as_ref()),
        ];
        let given = given_fields(fields, runtime);
        quote!(#start.send(#system, &#given);)
    }

    /// Returns the mark of a parameter that is one event, or of a batch, for an error at this span.
    pub(super) fn counted(&self, reference: &TokenStream, span: Span) -> TokenStream {
        let runtime = &self.runtime;
        let counted_as = at(span, quote!(#runtime::CountedAs));
        let maybe = at(span, quote!(#runtime::Maybe));
        quote_spanned! {span=>
            {
                use #counted_as as _;
                (&&&&&&#maybe(#reference)).linked_span_counted()
            }
        }
    }

    /// Returns `true` for a path that is not a parameter, which therefore names a function.
    fn is_function(&self, view: &Expr) -> bool {
        let Expr::Path(path) = view else {
            return false;
        };
        let bindings = self.function.bindings();
        let parameter = path.path.get_ident();
        !parameter.is_some_and(|parameter| contains_name(&bindings, parameter))
    }
}

/// Returns the message's fields that the attribute adds.
fn given(message: &MessageOptions, runtime: &TokenStream) -> Option<TokenStream> {
    let fields = [
        ("system", message.system.as_ref()),
        ("destination", message.destination.as_ref()),
        ("template", message.template.as_ref()),
        ("group", message.group.as_ref()),
    ];
    given_fields(fields, runtime)
}

fn given_fields<const FIELDS: usize>(
    fields: [(&str, Option<&Expr>); FIELDS],
    runtime: &TokenStream,
) -> Option<TokenStream> {
    let field = |(name, value): (&str, Option<&Expr>)| {
        let value = plain_value(value?, runtime);
        let name = Ident::new(name, Span::mixed_site());
        Some(quote!(#name: ::core::option::Option::Some(#value),))
    };
    let fields: Vec<_> = fields.into_iter().filter_map(field).collect();
    (!fields.is_empty()).then(|| {
        quote! {
            #runtime::Given { #(#fields)* ..::core::default::Default::default() }
        }
    })
}
