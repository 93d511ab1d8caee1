//! Generates the collection of a request before the span starts.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Expr, LitStr};

use super::model::Handler;
use crate::options::{ParameterOptions, plain_value, text_literal};

impl Handler {
    /// Collects the event, then binds its pattern.
    ///
    /// The variables then have their own types in the body and in options.
    pub(super) fn in_match(&self, handled: &TokenStream) -> TokenStream {
        let Some(event) = self.events.first() else {
            return handled.clone();
        };
        let (event, pattern, collected) = (&event.ident, &self.pattern, collected());
        let callsite = self.callsite();
        let collect = if self.options.has_event_as_parent() {
            let (collect, start) = (self.runtime_path("collect", Span::call_site()), start());
            quote!(#collect(#callsite, |#start| #start.parent(&#event)))
        } else {
            let collect = self.runtime_path("collect_event", Span::call_site());
            quote_spanned!(event.span()=> #collect(#callsite, &#event))
        };
        quote! {
            let #collected = #collect;
            match #event { #pattern => #handled }
        }
    }

    /// Returns a call that starts the span now.
    pub(super) fn open_call(&self, is_matched: bool) -> TokenStream {
        if is_matched {
            let collected = self.collect_call(is_matched);
            let open = self.runtime_path("open_collected", Span::call_site());
            return quote!(#open(#collected));
        }
        self.collecting_call("open", "open_event")
    }

    /// Returns a call that starts the span later.
    pub(super) fn collect_call(&self, is_matched: bool) -> TokenStream {
        if !is_matched {
            return self.collecting_call("collect", "collect_event");
        }
        let (start, collected) = (start(), collected());
        let more = self.after_event(&start);
        if more.is_empty() {
            return collected.into_token_stream();
        }
        let collect_more = self.runtime_path("collect_more", Span::call_site());
        quote!(#collect_more(#collected, |#start| { #more }))
    }

    /// Returns a call of the general function, or of the one for a single event.
    fn collecting_call(&self, collecting: &str, of_an_event: &str) -> TokenStream {
        let callsite = self.callsite();
        let (function, collected) = match self.only_event() {
            Some(event) => {
                let ident = &event.ident;
                let reference = quote_spanned!(ident.span()=> &#ident);
                (of_an_event, self.reading(event, &reference))
            }
            None => (collecting, self.collecting_closure()),
        };
        let function = self.runtime_path(function, Span::call_site());
        quote!(#function(#callsite, #collected))
    }

    /// Returns the closure that collects by reference.
    fn collecting_closure(&self) -> TokenStream {
        let start = start();
        let tracer = self.if_span(&start, self.tracer(&start));
        let send = self.if_span(&start, self.sending(&start));
        let events = self.events.iter().map(|event| {
            let ident = &event.ident;
            let reference = quote_spanned!(ident.span()=> &#ident);
            let relationship = event
                .relationship
                .as_ref()
                .or(self.options.relationship.as_ref());
            self.collect_event(&start, event, relationship, &reference)
        });
        let of_the_span = self.if_span(&start, self.span_statements(&start));
        quote!(|#start| { #tracer #send #(#events)* #of_the_span })
    }

    /// Returns the statements that run after the event was read.
    fn after_event(&self, start: &Ident) -> TokenStream {
        let (tracer, of_the_span) = (self.tracer(start), self.span_statements(start));
        let relationship = self.options.relationship.as_ref().map(|relationship| {
            let relationship = plain_value(relationship, &self.runtime);
            quote!(#start.relate(#relationship);)
        });
        quote!(#tracer #relationship #of_the_span)
    }

    fn tracer(&self, start: &Ident) -> TokenStream {
        let tracer = self.options.tracer.iter();
        quote!(#(#start.tracer(#tracer);)*)
    }

    /// Returns the attributes, then the name: an expression that panics skips the expressions after it.
    fn span_statements(&self, start: &Ident) -> TokenStream {
        let attributes = self.options.attributes.iter().flatten().map(|attribute| {
            let (key, value) = (&attribute.key, attribute.value(&self.runtime));
            quote!(#start.attribute(#key, #value);)
        });
        let name = self.options.name.iter();
        let name = name.filter(|name| text_literal(name).is_none());
        quote!(#(#attributes)* #(#start.name(#name);)*)
    }

    /// Guards expressions that need a span.
    ///
    /// With several parameters, the runtime does not call the closure if there is no span.
    fn if_span(&self, start: &Ident, statements: TokenStream) -> TokenStream {
        if statements.is_empty() || self.events.len() > 1 {
            return statements;
        }
        quote!(if #start.makes_span() { #statements })
    }

    /// Returns the statement that collects from one parameter.
    pub(crate) fn collect_event(
        &self,
        start: &Ident,
        event: &ParameterOptions,
        relationship: Option<&Expr>,
        reference: &TokenStream,
    ) -> TokenStream {
        let Self { runtime, .. } = self;
        let ident = &event.ident;
        let reference = &self.reading(event, reference);
        let relationship = relationship.map(|relationship| {
            let relationship = plain_value(relationship, runtime);
            quote!(#start.relationship(#relationship);)
        });
        // The name distinguishes several parameters.
        let (event_method, from_method, name) = if self.events.len() > 1 {
            let name = LitStr::new(&ident.unraw().to_string(), ident.span());
            (quote!(input), quote!(input_from), Some(quote!(#name,)))
        } else if self.options.has_event_as_parent() {
            (quote!(parent), quote!(event_from), None)
        } else {
            (quote!(event), quote!(event_from), None)
        };
        let link = match &event.origin {
            None => quote_spanned!(ident.span()=> #start.#event_method(#name #reference);),
            Some(origin) => {
                let span = origin.span().resolved_at(Span::mixed_site());
                let counted = self.counted(reference, span);
                let one_origin = self.runtime_path("one_origin", span);
                quote! {
                    {
                        use #runtime::Identify as _;
                        #one_origin(#counted);
                        #start.#from_method(
                            #name (&&#runtime::Maybe(#reference)).linked_span_event(),
                            #origin
                        );
                    }
                }
            }
        };
        let attributes = event.attributes.iter().flatten().map(|attribute| {
            let (key, value) = (&attribute.key, attribute.value(runtime));
            quote!(#start.link_attribute(#key, #value);)
        });
        let relationship = self.if_span(start, relationship.unwrap_or_default());
        let attributes = self.if_span(start, quote!(#(#attributes)*));
        quote!(#relationship #link #attributes)
    }
}

fn start() -> Ident {
    Ident::new("__linked_span_start", Span::mixed_site())
}

fn collected() -> Ident {
    Ident::new("__linked_span_collected", Span::mixed_site())
}
