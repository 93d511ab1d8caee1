//! The constants of a handler.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Expr, LitStr};

use super::model::Handler;
use crate::options::{Level, ParameterOptions, text_literal};
use crate::tokens::at;

impl Handler {
    /// Returns a reference to the callsite.
    pub(super) fn callsite(&self) -> TokenStream {
        let Self {
            runtime, options, ..
        } = self;
        let given = options.kind.as_ref().map(variant);
        let of_a_join = || Some(Ident::new("Internal", Span::call_site()));
        let kind = given.or_else(|| self.join.as_ref().and_then(|_| of_a_join()));
        // The span's context becomes that of the sent message. Messages that already have a context are only linked; a
        // message that the function has received is none of them.
        let of_send = || {
            let is_producer = self.events.iter().all(ParameterOptions::is_received);
            let kind = if is_producer { "Producer" } else { "Client" };
            options
                .send
                .as_ref()
                .map(|_| Ident::new(kind, Span::call_site()))
        };
        let kind = kind.or_else(of_send);
        let kind = kind.map(|kind| quote!(kind: #runtime::SpanKind::#kind,));
        let parent = options.parent.as_ref().map(variant);
        let parent = parent.map(|parent| quote!(parent: #runtime::Parent::#parent,));
        let is_named = options.name.as_ref().map(|_| quote!(is_named: true,));
        let own_tracer = options.tracer.as_ref().map(|_| quote!(own_tracer: true,));
        let one_event = (self.only_event().is_none() && self.events.len() == 1)
            .then(|| quote!(one_event: true,));
        let join = self.join.as_ref();
        let join = join.map(|join| quote!(join: ::core::option::Option::Some(#join),));
        let messaging = self.messaging_labels();
        let callsite = self.callsite_called(
            &self.name(),
            &quote!(#is_named #messaging #kind #parent #own_tracer #join #one_event),
        );
        // Only a reference to a simple constant is promoted to `'static`.
        let is_computed = |constant: &Expr| text_literal(constant).is_none();
        let level = options.level.as_ref();
        let reference = if options.scope.iter().chain(&options.target).any(is_computed)
            || level.is_some_and(|level| level.path.is_some())
        {
            quote!(const { &#callsite })
        } else {
            quote!(&#callsite)
        };
        if options.needs_tracing.is_empty() {
            return reference;
        }
        let checks = options.needs_tracing.iter();
        let checks = checks.map(|word| at(word.span(), quote!(#runtime::needs_tracing!(#word);)));
        quote!({ #(#checks)* #reference })
    }

    /// Returns the labels of metrics that all messages of this handler share: literals, and the client's system.
    fn messaging_labels(&self) -> Option<TokenStream> {
        let [event] = self.events.as_slice() else {
            return None;
        };
        let (runtime, message) = (&self.runtime, &event.message);
        let system = match &message.system {
            Some(system) => text_literal(system)?.value(),
            None => message.adapter.as_ref()?.system().to_owned(),
        };
        let given = [
            ("destination", &message.destination),
            ("template", &message.template),
            ("group", &message.group),
        ];
        let fields = given.into_iter().map(|(name, value)| {
            let name = Ident::new(name, Span::call_site());
            let text = value.as_ref().and_then(text_literal);
            text.map_or_else(
                || quote!(#name: ::core::option::Option::None,),
                |text| quote!(#name: ::core::option::Option::Some(#text),),
            )
        });
        Some(quote! {
            messaging: ::core::option::Option::Some(#runtime::MessagingLabels {
                system: #system,
                #(#fields)*
            }),
        })
    }

    /// Returns a callsite with this span name and these fields.
    pub(crate) fn callsite_called(&self, name: &LitStr, fields: &TokenStream) -> TokenStream {
        let Self {
            runtime, options, ..
        } = self;
        let (scope, version) = match &options.scope {
            Some(scope) => (scope.to_token_stream(), String::new()),
            None => crate_scope(),
        };
        let version = (!version.is_empty()).then(|| quote!(version: #version,));
        let errors = options.errors.as_ref().map(variant);
        let errors = errors.map(|errors| quote!(errors: #runtime::Errors::#errors,));
        let in_tracing = self.in_tracing();
        quote! {
            #runtime::Callsite {
                name: #name,
                scope: #scope,
                #version
                #fields
                #errors
                #in_tracing
                ..#runtime::Callsite::CONSUMER
            }
        }
    }

    /// Returns the fields for the handler's `tracing` span.
    fn in_tracing(&self) -> TokenStream {
        let Self {
            runtime, options, ..
        } = self;
        let level = options.level.as_ref().map(|Level { variant, path }| {
            let variant = quote!(#runtime::LogLevel::#variant);
            let named = path.as_ref().map(|path| quote!(let _ = #path;));
            if named.is_some() {
                quote!(level: { #named #variant },)
            } else {
                quote!(level: #variant,)
            }
        });
        let target = options.target.as_ref();
        let target = target.map(|target| quote!(target: #target,));
        let keys: Vec<LitStr> = options.literal_keys().collect();
        let keys = (!keys.is_empty()).then(|| quote!(keys: &[#(#keys),*],));
        quote! {
            module: ::core::module_path!(),
            file: ::core::file!(),
            line: ::core::line!(),
            #level
            #target
            #keys
        }
    }
}

/// Returns the name and version of the crate that is compiled.
fn crate_scope() -> (TokenStream, String) {
    match std::env::var("CARGO_PKG_NAME") {
        Ok(name) => (
            name.into_token_stream(),
            std::env::var("CARGO_PKG_VERSION").unwrap_or_default(),
        ),
        Err(_) => (quote!(::core::module_path!()), String::new()),
    }
}

/// Returns the runtime's variant for a word of the attribute: `Consumer` for `consumer`.
fn variant(choice: &Ident) -> Ident {
    let word = choice.to_string();
    let (first, rest) = word.split_at(1);
    Ident::new(&(first.to_uppercase() + rest), choice.span())
}
