//! The expansion of `#[linked_span]`.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Expr, ExprAsync, LitStr, Pat, Path, ReturnType, Signature, Stmt, Type};

use crate::args::{Args, Parameter, plain_value, text_literal};
use crate::error::{Errors, at};
use crate::handler::{Handler, bindings, contains_ident, is_among, ungrouped, with_stream};
use crate::output::{
    Shape, is_never, is_nothing, is_stream, is_unknown, is_written_out, may_be_a_future, result,
    returned, written,
};
use crate::parameters::{default_event, named_events};
use crate::which::Which;

pub(crate) fn expand(args: TokenStream, item: &TokenStream) -> TokenStream {
    let which = Which::LinkedSpan;
    let handler = match Handler::parse(which, item.clone()) {
        Ok(handler) => handler,
        Err(error) => return beside(&error.into_compile_error(), item),
    };
    let mut errors = Errors::default();
    let args = Args::parse(which, args, &handler.bindings(), &mut errors);
    match Expansion::check(handler, args, &mut errors) {
        Some(expansion) if errors.is_empty() => expansion.into_tokens(),
        _ => beside(&errors.into_compile_errors(), item),
    }
}

/// The user's function as it was, so that one mistake does not become many: nor does an event that only the attribute uses.
pub(crate) fn beside(errors: &TokenStream, item: &TokenStream) -> TokenStream {
    quote!(#errors #[allow(unused_variables)] #item)
}

/// A handler and what its attribute says, checked.
pub(crate) struct Expansion {
    pub(crate) handler: Handler,
    pub(crate) args: Args,
    pub(crate) events: Vec<Parameter>,
    /// Of the only parameter, which got a name of ours.
    pattern: Option<Pat>,
    /// Where the runtime is that generated code calls.
    pub(crate) runtime: TokenStream,
    /// A fan-in's: what its joins are called.
    pub(crate) join: Option<LitStr>,
}

impl Expansion {
    fn check(mut handler: Handler, mut args: Args, errors: &mut Errors) -> Option<Self> {
        let which = Which::LinkedSpan;
        refuse_what_no_span_fits(which, &handler.signature, errors);
        let mut pattern = None;
        let events = if args.parameters.is_empty() {
            let (event, renamed) = default_event(&mut handler, errors)?;
            pattern = renamed;
            vec![Parameter::of(event)]
        } else {
            let named = std::mem::take(&mut args.parameters);
            named_events(which, &handler, named, errors)
        };
        let expansion = Self {
            pattern,
            ..Self::of(handler, args, events)
        };
        expansion.refuse_several_producers_as_parent(errors);
        Some(expansion)
    }

    /// A function whose events are known.
    pub(crate) fn of(handler: Handler, args: Args, events: Vec<Parameter>) -> Self {
        let runtime = args.runtime.as_ref().map_or_else(
            || quote!(::linked_span::__private),
            |runtime: &Path| quote!(#runtime::__private),
        );
        Self {
            handler,
            args,
            events,
            pattern: None,
            runtime,
            join: None,
        }
    }

    pub(crate) fn refuse_several_producers_as_parent(&self, errors: &mut Errors) {
        let of_event = self.args.parent.as_ref();
        let of_event = of_event.filter(|parent| *parent == "event");
        if let (Some(parent), [_, _, ..]) = (of_event, self.events.as_slice()) {
            errors.at(
                parent,
                "a span has one parent, and several events have several producers: leave `parent = event` out, and the span is linked to each",
            );
        }
    }

    pub(crate) fn into_tokens(self) -> TokenStream {
        let record = self.record();
        let body = match Shape::of(&self.handler.signature) {
            Shape::Plain => {
                let returned = self.returned_type();
                // An error about what is returned is an error of this call's.
                let span = self.returned_at();
                let handle = self.of_the_runtime("handle", span);
                let (opened, body) = (self.opened(), self.body());
                quote_spanned!(span=> #handle(#opened, move || -> #returned #body, #record))
            }
            Shape::Async => self.awaited(&record),
            Shape::Future { boxed } => self.returned_future(boxed, &record),
        };
        self.handler.with_body(&body)
    }

    /// The function's body, with its event destructured again if it was a pattern.
    fn body(&self) -> Group {
        let body = &self.handler.body;
        match (&self.pattern, self.events.first()) {
            (Some(pattern), Some(event)) => {
                let event = &event.ident;
                let statements = body.stream();
                with_stream(body, quote!(let #pattern = #event; #statements))
            }
            _ => body.clone(),
        }
    }

    fn awaited(&self, record: &TokenStream) -> TokenStream {
        let runtime = &self.runtime;
        let (opened, hint, body) = (self.opened(), self.hint(), self.body());
        // In one block: of two around a single line, the inner one would be reported as needless.
        let statements = body.stream();
        let body = with_stream(&body, quote!(#hint #statements));
        let span = body.span().resolved_at(Span::mixed_site());
        let future = quote_spanned!(span=> async move #body);
        let awaited = quote!(#runtime::handle_async(#opened, #future, #record).await);
        if !may_be_a_future(&result(&self.handler.signature)) {
            return awaited;
        }
        // An `async fn` may return a future, an `async` block better not; the lint can be allowed on a statement only.
        let returned = Ident::new("__linked_span_returned", Span::mixed_site());
        quote! {
            #[allow(clippy::async_yields_async)]
            let #returned = #awaited;
            #returned
        }
    }

    /// Where nothing but the future is written, its span is started at the first poll; where there is more, at the call.
    fn returned_future(&self, boxed: bool, record: &TokenStream) -> TokenStream {
        let runtime = &self.runtime;
        let later = |mut future: ExprAsync| {
            let hint = Stmt::Expr(Expr::Verbatim(self.hint()), None);
            future.block.stmts.insert(0, hint);
            let collected = self.opening("collect", "collect_event");
            quote!(#runtime::handle_later(#collected, #future, #record))
        };
        match self.only_expression() {
            Some(Expr::Async(future)) if !boxed => return later(future),
            Some(Expr::Call(mut pin)) if boxed && is_pin(&pin.func) && pin.args.len() == 1 => {
                if let Expr::Async(future) = ungrouped(pin.args[0].clone()) {
                    pin.args[0] = Expr::Verbatim(later(future));
                    return pin.into_token_stream();
                }
            }
            _ => {}
        }
        let (opened, returned, body) = (self.opened(), self.returned_type(), self.body());
        let span = self.returned_at();
        let handle = self.of_the_runtime("handle_prepared", span);
        let prepared = quote_spanned! {span=>
            #handle(#opened, move || -> #returned #body, #record)
        };
        if boxed {
            quote!(::std::boxed::Box::pin(#prepared))
        } else {
            prepared
        }
    }

    /// All there is in the body, if it is one expression; a destructured event needs a statement more.
    fn only_expression(&self) -> Option<Expr> {
        match self.pattern {
            None => self.handler.only_expression(),
            Some(_) => None,
        }
    }

    fn opened(&self) -> TokenStream {
        self.opening("open", "open_event")
    }

    /// A call that collects, of the one function or, if there is but an event to be linked to, of the other.
    fn opening(&self, collecting: &str, of_an_event: &str) -> TokenStream {
        let callsite = self.callsite();
        let (function, collected) = match self.only_event() {
            Some(event) => (of_an_event, quote_spanned!(event.span()=> &#event)),
            None => (collecting, self.collect()),
        };
        let function = self.of_the_runtime(function, Span::call_site());
        quote!(#function(#callsite, #collected))
    }

    /// The only event, if the attribute does not say more of it or of the span that has to be computed.
    fn only_event(&self) -> Option<&Ident> {
        let [event] = self.events.as_slice() else {
            return None;
        };
        let Args {
            name,
            relationship,
            attributes,
            tracer,
            ..
        } = &self.args;
        let is_computed = name
            .as_ref()
            .is_some_and(|name| text_literal(name).is_none())
            || self.is_child_of_its_event()
            || relationship.is_some()
            || attributes.is_some()
            || tracer.is_some();
        (!is_computed && event.is_bare()).then_some(&event.ident)
    }

    /// `parent = event`
    fn is_child_of_its_event(&self) -> bool {
        let parent = self.args.parent.as_ref();
        parent.is_some_and(|parent| parent == "event")
    }

    /// A reference to what all spans of this handler have in common.
    fn callsite(&self) -> TokenStream {
        let Self { runtime, args, .. } = self;
        let given = args.kind.as_ref().map(variant);
        // The function of a fan-in consumes no message.
        let of_a_join = || Some(Ident::new("Internal", Span::call_site()));
        let kind = given.or_else(|| self.join.as_ref().and_then(|_| of_a_join()));
        let kind = kind.map(|kind| quote!(kind: #runtime::SpanKind::#kind,));
        let parent = args.parent.as_ref().map(variant);
        let parent = parent.map(|parent| quote!(parent: #runtime::Parent::#parent,));
        let own_tracer = args.tracer.as_ref().map(|_| quote!(own_tracer: true,));
        let join = self.join.as_ref();
        let join = join.map(|join| quote!(join: ::core::option::Option::Some(#join),));
        let callsite = self.callsite_called(&self.name(), &quote!(#kind #parent #own_tracer #join));
        match &args.scope {
            // Whatever constant that is: only of the simplest a reference is `'static` without a word.
            Some(scope) if text_literal(scope).is_none() => quote!(const { &#callsite }),
            _ => quote!(&#callsite),
        }
    }

    /// The span's name, as far as it is known at compile time.
    pub(crate) fn name(&self) -> LitStr {
        let name = self.args.name.as_ref().and_then(text_literal);
        name.unwrap_or_else(|| {
            let function = &self.handler.signature.ident;
            LitStr::new(&function.unraw().to_string(), function.span())
        })
    }

    /// What spans of this name have in common.
    pub(crate) fn callsite_called(&self, name: &LitStr, fields: &TokenStream) -> TokenStream {
        let Self { runtime, args, .. } = self;
        let (scope, version) = match &args.scope {
            Some(scope) => (scope.to_token_stream(), String::new()),
            None => crate_scope(),
        };
        let version = (!version.is_empty()).then(|| quote!(version: #version,));
        let errors = args.errors.as_ref().map(variant);
        let errors = errors.map(|errors| quote!(errors: #runtime::Errors::#errors,));
        quote! {
            #runtime::Callsite {
                name: #name,
                scope: #scope,
                #version
                #fields
                #errors
                ..#runtime::Callsite::CONSUMER
            }
        }
    }

    /// The closure that collects, with everything taken by reference.
    fn collect(&self) -> TokenStream {
        let Self { runtime, args, .. } = self;
        let start = Ident::new("__linked_span_start", Span::mixed_site());
        let mut statements = TokenStream::new();
        statements.extend(self.bindings_of_the_pattern());
        if let Some(tracer) = &args.tracer {
            statements.extend(quote!(#start.tracer(#tracer);));
        }
        for event in &self.events {
            let ident = &event.ident;
            let reference = quote_spanned!(ident.span()=> &#ident);
            let relationship = event.relationship.as_ref().or(args.relationship.as_ref());
            statements.extend(self.collect_event(&start, event, relationship, &reference));
        }
        for attribute in args.attributes.iter().flatten() {
            let (key, value) = (&attribute.key, attribute.value(runtime));
            statements.extend(quote!(#start.attribute(#key, #value);));
        }
        // Last: an expression that panics costs what comes after it.
        let computed = |name: &&Expr| text_literal(name).is_none();
        if let Some(name) = args.name.as_ref().filter(computed) {
            statements.extend(quote!(#start.name(#name);));
        }
        quote!(|#start| { #statements })
    }

    /// What the attribute says of one parameter, and a reference to it.
    pub(crate) fn collect_event(
        &self,
        start: &Ident,
        event: &Parameter,
        relationship: Option<&Expr>,
        reference: &TokenStream,
    ) -> TokenStream {
        let Self { runtime, .. } = self;
        let ident = &event.ident;
        let relationship = relationship.map(|relationship| {
            let relationship = plain_value(relationship, runtime);
            quote!(#start.relationship(#relationship);)
        });
        // Of several, each is told from the others by its name.
        let (event_method, from_method, name) = if self.events.len() > 1 {
            let name = LitStr::new(&ident.unraw().to_string(), ident.span());
            (quote!(input), quote!(input_from), Some(quote!(#name,)))
        } else if self.is_child_of_its_event() {
            (quote!(parent), quote!(event_from), None)
        } else {
            (quote!(event), quote!(event_from), None)
        };
        let link = match &event.origin {
            None => quote_spanned!(ident.span()=> #start.#event_method(#name #reference);),
            Some(origin) => quote! {
                {
                    use #runtime::Identify as _;
                    #start.#from_method(#name (&&#runtime::Maybe(#reference)).event(), #origin);
                }
            },
        };
        let attributes = event.attributes.iter().flatten().map(|attribute| {
            let (key, value) = (&attribute.key, attribute.value(runtime));
            quote!(#start.link_attribute(#key, #value);)
        });
        quote!(#relationship #link #(#attributes)*)
    }

    /// The pattern's variables, by reference, where the attribute speaks of them.
    fn bindings_of_the_pattern(&self) -> Option<TokenStream> {
        let (pattern, event) = (self.pattern.as_ref()?, &self.events.first()?.ident);
        let bound = bindings(pattern);
        let Args {
            name,
            relationship,
            attributes,
            tracer,
            ..
        } = &self.args;
        let values = attributes
            .iter()
            .flatten()
            .map(|attribute| &attribute.value);
        let mut expressions = name.iter().chain(relationship).chain(tracer).chain(values);
        let is_spoken_of = expressions.any(|expression| {
            contains_ident(expression.to_token_stream(), &|ident| {
                is_among(&bound, ident)
            })
        });
        is_spoken_of.then(|| {
            let pattern = by_reference(pattern.to_token_stream());
            quote!(#[allow(unused_variables)] let #pattern = &#event;)
        })
    }

    /// Records what was returned; its span is the return type's, where an error about it belongs.
    fn record(&self) -> TokenStream {
        let runtime = &self.runtime;
        let signature = &self.handler.signature;
        let result = result(signature);
        if is_nothing(&result) || is_never(&result) {
            return quote!(#runtime::record_nothing);
        }
        let span = self.returned_at();
        // Whether a function that is no `async fn` returned a future all the same is asked too.
        let (by_type, by_value) = match Shape::of(signature) {
            Shape::Plain => ("outcome", "outcome_of"),
            Shape::Async | Shape::Future { .. } => ("awaited", "awaited_of"),
        };
        let result = written(result);
        if is_written_out(&result) {
            let outcome = self.of_the_runtime(by_type, span);
            return quote_spanned!(span=> #outcome::<#result>().recorder());
        }
        let returned = Ident::new("__linked_span_returned", span);
        let recorder = Ident::new("__linked_span_recorder", span);
        let outcome_of = self.of_the_runtime(by_value, span);
        quote_spanned! {span=>
            |#returned, #recorder| (#outcome_of(#returned).recorder())(#returned, #recorder)
        }
    }

    /// A path into the runtime, with its errors reported there.
    fn of_the_runtime(&self, name: &str, span: Span) -> TokenStream {
        let runtime = &self.runtime;
        let name = Ident::new(name, span);
        at(span, quote!(#runtime::#name))
    }

    /// The return type, for coercions and for errors that point at it.
    fn returned_type(&self) -> Type {
        written(returned(&self.handler.signature))
    }

    /// Where the return type is, or would be.
    fn returned_at(&self) -> Span {
        let signature = &self.handler.signature;
        let span = match &signature.output {
            ReturnType::Type(_, output) => output.span(),
            ReturnType::Default => signature.paren_token.span.close(),
        };
        span.resolved_at(Span::mixed_site())
    }

    /// The same for an `async` block, to which no type can be written: a `return` that is never reached.
    fn hint(&self) -> TokenStream {
        let span = self.returned_at();
        let (result, returned) = (
            written(result(&self.handler.signature)),
            self.returned_type(),
        );
        let value = match Shape::of(&self.handler.signature) {
            _ if is_never(&result) => return TokenStream::new(),
            _ if !is_unknown(&result) => {
                let never = self.of_the_runtime("never", span);
                quote_spanned!(span=> #never::<#result>())
            }
            Shape::Future { boxed: true } if !is_unknown(&returned) => {
                let output_of = self.of_the_runtime("output_of", span);
                quote_spanned!(span=> #output_of(|| -> #returned { loop {} }))
            }
            _ => return TokenStream::new(),
        };
        quote_spanned!(span=> if false { return #value; })
    }
}

pub(crate) fn refuse_what_no_span_fits(which: Which, signature: &Signature, errors: &mut Errors) {
    if let Some(constness) = &signature.constness {
        errors.at(
            constness,
            "a `const fn` can run at compile time, where no span can be opened: call it from a handler that is not `const`",
        );
    }
    if is_stream(signature) {
        errors.at(
            returned(signature),
            format!("the span would end before the stream yields anything: put `{}` on the function that handles an item of it", which.attribute()),
        );
    }
}

/// A pattern that matches a reference to what `pattern` matches.
fn by_reference(pattern: TokenStream) -> TokenStream {
    pattern
        .into_iter()
        .filter(|token| match token {
            TokenTree::Ident(ident) => ident != "ref" && ident != "mut",
            TokenTree::Punct(punct) => punct.as_char() != '&',
            _ => true,
        })
        .map(|token| match token {
            TokenTree::Group(group) => with_stream(&group, by_reference(group.stream())).into(),
            token => token,
        })
        .collect()
}

/// `Box::pin`, by whatever path.
fn is_pin(function: &Expr) -> bool {
    matches!(function, Expr::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "pin"))
}

/// The crate that is compiled, as cargo names it to the macro.
fn crate_scope() -> (TokenStream, String) {
    match std::env::var("CARGO_PKG_NAME") {
        Ok(name) => (
            name.into_token_stream(),
            std::env::var("CARGO_PKG_VERSION").unwrap_or_default(),
        ),
        Err(_) => (quote!(::core::module_path!()), String::new()),
    }
}

/// The variant of the runtime's that a choice in the attribute is called after.
fn variant(choice: &Ident) -> Ident {
    let word = choice.to_string();
    let (first, rest) = word.split_at(1);
    Ident::new(&(first.to_uppercase() + rest), choice.span())
}
