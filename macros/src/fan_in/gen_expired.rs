//! Generates the span of an expired join.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, LitStr};

use super::common::index_literal;
use super::input::Input;
use super::kind::Kind;
use super::model::FanIn;
use crate::options::{AttributeEntry, ParameterOptions};
use crate::tokens::at;

impl FanIn {
    /// Returns its callsite, and a closure that links it to the received inputs.
    pub(super) fn expired(&self) -> (TokenStream, TokenStream) {
        let runtime = &self.handler.runtime;
        let name = self.handler.name();
        let name = LitStr::new(&format!("{} expired", name.value()), name.span());
        let own_tracer = self.tracer().map(|_| quote!(own_tracer: true,));
        let fields = quote! {
            kind: #runtime::SpanKind::Internal,
            parent: #runtime::Parent::Root,
            #own_tracer
        };
        let callsite = self.handler.callsite_called(&name, &fields);
        if self.has_option_errors {
            return (callsite, quote!(|_, _| {}));
        }
        let start = Ident::new("__linked_span_start", Span::mixed_site());
        let received = Ident::new("__linked_span_received", Span::mixed_site());
        let tracer = self.tracer().map(|tracer| quote!(#start.tracer(#tracer);));
        let inputs = self.handler.events.iter().zip(&self.params.inputs);
        let links = inputs.enumerate().map(|(place, (parameter, input))| {
            let place = index_literal(place);
            let ident = &input.ident;
            let (inputs, variant) = (&self.names.input, &input.variant);
            let link = self.link(&start, parameter, input);
            if input.kind == Kind::List {
                let elements = self.elements(&received.to_token_stream(), &place, input);
                let list = at(input.type_span(), quote!(#runtime::cloned_list(#elements)));
                return quote!({ let #ident = #list; #link });
            }
            quote! {
                if let ::core::option::Option::Some(#inputs::#variant(#ident)) =
                    #runtime::ReceivedInputs::get(#received, #place)
                {
                    #link
                }
            }
        });
        let link = quote!(|#received, #start| { #tracer #(#links)* });
        (callsite, link)
    }

    /// Returns the link of the function to an input, without options that use other parameters.
    fn link(&self, start: &Ident, parameter: &ParameterOptions, input: &Input) -> TokenStream {
        let alone = |expression: &&Expr| self.uses_only(&input.ident, expression);
        let relationship = parameter.relationship.as_ref();
        let relationship = relationship.or(self.handler.options.relationship.as_ref());
        let relationship = relationship.filter(alone);
        let attributes = parameter.attributes.iter().flatten();
        let attributes: Vec<AttributeEntry> = attributes
            .filter(|attribute| alone(&&attribute.value))
            .cloned()
            .collect();
        let origin = parameter.origin.clone();
        let needs_value = origin.is_some() || relationship.is_some() || !attributes.is_empty();
        let (given, reference) = self.as_given(input, needs_value);
        let event = ParameterOptions {
            origin,
            message: parameter.message.clone(),
            attributes: Some(attributes),
            ..ParameterOptions::new(input.ident.clone())
        };
        let link = self
            .handler
            .collect_event(start, &event, relationship, &reference);
        quote!(#given #link)
    }

    /// Returns the input as the function receives it, so that expressions and errors are the same.
    fn as_given(&self, input: &Input, needs_value: bool) -> (Option<TokenStream>, TokenStream) {
        let (runtime, ident) = (&self.handler.runtime, &input.ident);
        let reference = quote_spanned!(ident.span()=> &#ident);
        if input.by_reference || input.kind == Kind::List {
            (None, reference)
        } else if needs_value {
            let mut cloned = at(input.type_span(), quote!(#runtime::cloned(&*#ident)));
            if input.kind == Kind::Optional {
                cloned = quote!(::core::option::Option::Some(#cloned));
            }
            (Some(quote!(let #ident = #cloned;)), reference)
        } else {
            (None, ident.to_token_stream())
        }
    }

    /// Returns the handler's tracer, unless it uses a parameter.
    fn tracer(&self) -> Option<&Expr> {
        let no_parameter = Ident::new("_", Span::call_site());
        let tracer = self.handler.options.tracer.as_ref();
        tracer.filter(|tracer| self.uses_only(&no_parameter, tracer))
    }
}
