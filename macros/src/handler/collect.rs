//! What is collected before the span starts.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Expr, LitStr};

use super::model::Handler;
use crate::options::{ParameterOptions, plain_value, text_literal};

impl Handler {
    /// The event is read, and its variables are there before the body, with their own types.
    pub(super) fn matched(&self, handled: &TokenStream) -> TokenStream {
        let Some(event) = self.events.first() else {
            return handled.clone();
        };
        let (event, pattern, collected) = (&event.ident, &self.pattern, collected());
        let callsite = self.callsite();
        let collect = if self.options.is_child_of_its_event() {
            let (collect, start) = (self.of_the_runtime("collect", Span::call_site()), start());
            quote!(#collect(#callsite, |#start| #start.parent(&#event)))
        } else {
            let collect = self.of_the_runtime("collect_event", Span::call_site());
            quote_spanned!(event.span()=> #collect(#callsite, &#event))
        };
        quote! {
            let #collected = #collect;
            match #event { #pattern => #handled }
        }
    }

    /// A span that is started now.
    pub(super) fn opened(&self, is_matched: bool) -> TokenStream {
        if is_matched {
            let collected = self.collected(is_matched);
            let open = self.of_the_runtime("open_collected", Span::call_site());
            return quote!(#open(#collected));
        }
        self.opening("open", "open_event")
    }

    /// A span that is started later.
    pub(super) fn collected(&self, is_matched: bool) -> TokenStream {
        if !is_matched {
            return self.opening("collect", "collect_event");
        }
        let (start, collected) = (start(), collected());
        let more = self.more(&start);
        if more.is_empty() {
            return collected.into_token_stream();
        }
        let collect_more = self.of_the_runtime("collect_more", Span::call_site());
        quote!(#collect_more(#collected, |#start| { #more }))
    }

    /// A call that collects, of the one function or, if there is but an event to be linked to, of the other.
    fn opening(&self, collecting: &str, of_an_event: &str) -> TokenStream {
        let callsite = self.callsite();
        let (function, collected) = match self.only_event() {
            Some(event) => {
                let ident = &event.ident;
                let reference = quote_spanned!(ident.span()=> &#ident);
                (of_an_event, self.reading(event, &reference))
            }
            None => (collecting, self.collect()),
        };
        let function = self.of_the_runtime(function, Span::call_site());
        quote!(#function(#callsite, #collected))
    }

    /// The closure that collects, with everything taken by reference.
    fn collect(&self) -> TokenStream {
        let start = start();
        let tracer = self.for_a_span(&start, self.tracer(&start));
        let send = self.for_a_span(&start, self.sending(&start));
        let events = self.events.iter().map(|event| {
            let ident = &event.ident;
            let reference = quote_spanned!(ident.span()=> &#ident);
            let relationship = event
                .relationship
                .as_ref()
                .or(self.options.relationship.as_ref());
            self.collect_event(&start, event, relationship, &reference)
        });
        let of_the_span = self.for_a_span(&start, self.of_the_span(&start));
        quote!(|#start| { #tracer #send #(#events)* #of_the_span })
    }

    /// What is collected once the event has been read.
    fn more(&self, start: &Ident) -> TokenStream {
        let (tracer, of_the_span) = (self.tracer(start), self.of_the_span(start));
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

    /// The attributes, then the name: an expression that panics costs what comes after it.
    fn of_the_span(&self, start: &Ident) -> TokenStream {
        let attributes = self.options.attributes.iter().flatten().map(|attribute| {
            let (key, value) = (&attribute.key, attribute.value(&self.runtime));
            quote!(#start.attribute(#key, #value);)
        });
        let name = self.options.name.iter();
        let name = name.filter(|name| text_literal(name).is_none());
        quote!(#(#attributes)* #(#start.name(#name);)*)
    }

    /// Expressions that run only for a span. Of several parameters, nothing is collected without one.
    fn for_a_span(&self, start: &Ident, statements: TokenStream) -> TokenStream {
        if statements.is_empty() || self.events.len() > 1 {
            return statements;
        }
        quote!(if #start.makes_span() { #statements })
    }

    /// What the attribute says of one parameter, and a reference to it.
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
        // Of several, each is told from the others by its name.
        let (event_method, from_method, name) = if self.events.len() > 1 {
            let name = LitStr::new(&ident.unraw().to_string(), ident.span());
            (quote!(input), quote!(input_from), Some(quote!(#name,)))
        } else if self.options.is_child_of_its_event() {
            (quote!(parent), quote!(event_from), None)
        } else {
            (quote!(event), quote!(event_from), None)
        };
        let link = match &event.origin {
            None => quote_spanned!(ident.span()=> #start.#event_method(#name #reference);),
            Some(origin) => quote! {
                {
                    use #runtime::Identify as _;
                    #start.#from_method(#name (&&#runtime::Maybe(#reference)).linked_span_event(), #origin);
                }
            },
        };
        let attributes = event.attributes.iter().flatten().map(|attribute| {
            let (key, value) = (&attribute.key, attribute.value(runtime));
            quote!(#start.link_attribute(#key, #value);)
        });
        let relationship = self.for_a_span(start, relationship.unwrap_or_default());
        let attributes = self.for_a_span(start, quote!(#(#attributes)*));
        quote!(#relationship #link #attributes)
    }
}

fn start() -> Ident {
    Ident::new("__linked_span_start", Span::mixed_site())
}

fn collected() -> Ident {
    Ident::new("__linked_span_collected", Span::mixed_site())
}
