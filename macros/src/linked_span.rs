//! The expansion of `#[linked_span]`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Expr, ExprAsync, ExprCall, FnArg, LitStr, Pat, Path, ReturnType, Signature, Stmt, Type};

use crate::args::{Args, Parameter, plain_value, text_literal};
use crate::body::{Before, Bindings, Uses, is_by_value, is_reference, mentions};
use crate::error::{Errors, at};
use crate::handler::{Handler, is_same, ungrouped, variables};
use crate::output::{
    Shape, is_never, is_nothing, is_stream, is_unknown, is_written_out, may_be_a_future, result,
    returned, ungrouped as ungrouped_type, written,
};
use crate::parameters::{default_event, named_events};
use crate::variables::names_the_variable;
use crate::which::Which;

pub(crate) fn expand(args: TokenStream, item: &TokenStream) -> TokenStream {
    let which = Which::LinkedSpan;
    let handler = match Handler::parse(which, item.clone()) {
        Ok(handler) => handler,
        Err(error) => return beside(which, &error.into_compile_error(), item),
    };
    let mut errors = Errors::default();
    let args = Args::parse(which, args, &handler.bindings(), &mut errors);
    match Expansion::check(handler, args, &mut errors) {
        Some(expansion) if errors.is_empty() => expansion.into_tokens(),
        _ => beside(which, &errors.into_compile_errors(), item),
    }
}

/// The user's function as it was, so that one mistake does not become many: nor does an event that only the attribute uses.
pub(crate) fn beside(which: Which, errors: &TokenStream, item: &TokenStream) -> TokenStream {
    let item = if let Ok(handler) = Handler::parse(which, item.clone()) {
        let (mentions, statements) = (mentions(&handler.signature), handler.body.stream());
        handler.with_body(&quote!(#mentions #statements))
    } else {
        quote!(#[allow(unused_variables)] #item)
    };
    quote!(#errors #item)
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

    pub(crate) fn into_tokens(mut self) -> TokenStream {
        let record = self.record();
        let future = self.only_future();
        let variables = self.pattern.as_ref().map(variables).unwrap_or_default();
        let is_matched = self.pattern.is_some()
            && (future.is_some() || variables.iter().any(|one| self.speaks_of(&one.ident)));
        let handled = if let Some(future) = future {
            self.later(future, is_matched, &record)
        } else {
            let bindings = self.bindings(is_matched);
            match Shape::of(&self.handler.signature) {
                Shape::Plain => self.plain(&bindings, is_matched, &record),
                Shape::Async => self.awaited(&bindings, is_matched, &record),
                Shape::Future { boxed } => self.prepared(boxed, &bindings, is_matched, &record),
            }
        };
        let body = if is_matched {
            self.matched(&handled)
        } else {
            handled
        };
        self.handler.with_body(&body)
    }

    /// What is bound in the body, and no longer in the signature.
    fn bindings(&mut self, is_matched: bool) -> Bindings {
        let (mut signature, mut pattern) = (self.handler.signature.clone(), self.pattern.take());
        let uses = Uses {
            body: self.handler.body.stream(),
            is_spoken_of: &|variable| self.speaks_of(variable),
        };
        let bindings = Bindings::of(&mut signature, pattern.as_mut(), is_matched, &uses);
        (self.handler.signature, self.pattern) = (signature, pattern);
        bindings
    }

    /// Whether the attribute names a variable.
    fn speaks_of(&self, variable: &Ident) -> bool {
        let is_event = |event: &Parameter| is_same(&event.ident, variable);
        let names = |expression: &Expr| names_the_variable(expression.to_token_stream(), variable);
        self.events.iter().any(is_event) || self.expressions().any(names)
    }

    /// All that the attribute computes from parameters.
    fn expressions(&self) -> impl Iterator<Item = &Expr> {
        let Args {
            name,
            relationship,
            attributes,
            tracer,
            ..
        } = &self.args;
        let of_events = self.events.iter().flat_map(|event| {
            let attributes = event.attributes.iter().flatten();
            let values = attributes.map(|attribute| &attribute.value);
            event.origin.iter().chain(&event.relationship).chain(values)
        });
        let values = attributes
            .iter()
            .flatten()
            .map(|attribute| &attribute.value);
        let of_the_span = name.iter().chain(relationship).chain(tracer).chain(values);
        of_the_span.chain(of_events)
    }

    /// The event is read, and its variables are there before the body, with their own types.
    fn matched(&self, handled: &TokenStream) -> TokenStream {
        let Some(event) = self.events.first() else {
            return handled.clone();
        };
        let (event, pattern, collected) = (&event.ident, &self.pattern, collected());
        let callsite = self.callsite();
        let collect = if self.is_child_of_its_event() {
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

    fn plain(&self, bindings: &Bindings, is_matched: bool, record: &TokenStream) -> TokenStream {
        let returned = self.returned_type();
        // An error about what is returned is an error of this call's.
        let span = self.returned_at();
        let handle = self.of_the_runtime("handle", span);
        let opened = self.opened(is_matched);
        let body = bindings.around(&Before::Nothing, &self.handler.body);
        quote_spanned!(span=> #handle(#opened, move || -> #returned #body, #record))
    }

    fn awaited(&self, bindings: &Bindings, is_matched: bool, record: &TokenStream) -> TokenStream {
        let runtime = &self.runtime;
        let opened = self.opened(is_matched);
        let before = if may_be_a_future(&result(&self.handler.signature)) {
            Before::Returns {
                hint: self.hint(),
                never: self.never(),
            }
        } else {
            Before::Hint(self.hint())
        };
        let body = bindings.around(&before, &self.handler.body);
        let span = body.span().resolved_at(Span::mixed_site());
        let future = quote_spanned!(span=> async move #body);
        let mut handled = quote!(#runtime::handle_async(#opened, #future, #record));
        // A future has room of its own for what it has lent, even if that has moved on.
        if is_matched || self.borrows_a_value() {
            handled = quote!((move || #handled)());
        }
        quote!(#handled.await)
    }

    /// Whether the attribute borrows a parameter by value.
    fn borrows_a_value(&self) -> bool {
        self.handler
            .signature
            .inputs
            .iter()
            .any(|input| match input {
                FnArg::Receiver(receiver) => {
                    let this = Ident::new("self", receiver.self_token.span);
                    is_by_value(receiver) && self.speaks_of(&this)
                }
                FnArg::Typed(parameter) => {
                    let mut variables = variables(&parameter.pat).into_iter();
                    !is_reference(&parameter.ty)
                        && variables.any(|variable| self.speaks_of(&variable.ident))
                }
            })
    }

    /// Where nothing but the future is written, its span is started at the first poll; where there is more, at the call.
    fn later(&self, future: OnlyFuture, is_matched: bool, record: &TokenStream) -> TokenStream {
        let runtime = &self.runtime;
        let OnlyFuture { mut future, pin } = future;
        let mut hint = self.hint();
        if let Some(Stmt::Item(_)) = future.block.stmts.first() {
            let block = &future.block;
            hint = quote!(#hint match () { () => #block });
            future.block.stmts.clear();
        }
        let hint = Stmt::Expr(Expr::Verbatim(hint), None);
        future.block.stmts.insert(0, hint);
        let collected = self.collected(is_matched);
        let later = quote!(#runtime::handle_later(#collected, #future, #record));
        match pin {
            Some(mut pin) => {
                pin.args[0] = Expr::Verbatim(later);
                pin.into_token_stream()
            }
            None => later,
        }
    }

    fn prepared(
        &self,
        boxed: bool,
        bindings: &Bindings,
        is_matched: bool,
        record: &TokenStream,
    ) -> TokenStream {
        let runtime = &self.runtime;
        let (opened, returned) = (self.opened(is_matched), self.returned_type());
        let body = bindings.around(&Before::Nothing, &self.handler.body);
        let span = self.returned_at();
        let handle = self.of_the_runtime("handle_prepared", span);
        let prepared = quote_spanned! {span=>
            #handle(#opened, move || -> #returned #body, #record)
        };
        if boxed {
            quote!(#runtime::Box::pin(#prepared))
        } else {
            prepared
        }
    }

    /// The future that is all there is in the body of a function that returns one.
    fn only_future(&self) -> Option<OnlyFuture> {
        let Shape::Future { boxed } = Shape::of(&self.handler.signature) else {
            return None;
        };
        match self.handler.only_expression()? {
            Expr::Async(future) if !boxed => Some(OnlyFuture { future, pin: None }),
            Expr::Call(pin) if boxed && is_pin(&pin.func) && pin.args.len() == 1 => {
                match ungrouped(pin.args[0].clone()) {
                    Expr::Async(future) => Some(OnlyFuture {
                        future,
                        pin: Some(pin),
                    }),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// A span that is started now.
    fn opened(&self, is_matched: bool) -> TokenStream {
        if is_matched {
            let collected = self.collected(is_matched);
            let open = self.of_the_runtime("open_collected", Span::call_site());
            return quote!(#open(#collected));
        }
        self.opening("open", "open_event")
    }

    /// A span that is started later.
    fn collected(&self, is_matched: bool) -> TokenStream {
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
        let one_event = (self.only_event().is_none() && self.events.len() == 1)
            .then(|| quote!(one_event: true,));
        let join = self.join.as_ref();
        let join = join.map(|join| quote!(join: ::core::option::Option::Some(#join),));
        let callsite = self.callsite_called(
            &self.name(),
            &quote!(#kind #parent #own_tracer #join #one_event),
        );
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
        let start = start();
        let tracer = self.for_a_span(&start, self.tracer(&start));
        let events = self.events.iter().map(|event| {
            let ident = &event.ident;
            let reference = quote_spanned!(ident.span()=> &#ident);
            let relationship = event
                .relationship
                .as_ref()
                .or(self.args.relationship.as_ref());
            self.collect_event(&start, event, relationship, &reference)
        });
        let of_the_span = self.for_a_span(&start, self.of_the_span(&start));
        quote!(|#start| { #tracer #(#events)* #of_the_span })
    }

    /// What is collected once the event has been read.
    fn more(&self, start: &Ident) -> TokenStream {
        let (tracer, of_the_span) = (self.tracer(start), self.of_the_span(start));
        let relationship = self.args.relationship.as_ref().map(|relationship| {
            let relationship = plain_value(relationship, &self.runtime);
            quote!(#start.relate(#relationship);)
        });
        quote!(#tracer #relationship #of_the_span)
    }

    fn tracer(&self, start: &Ident) -> TokenStream {
        let tracer = self.args.tracer.iter();
        quote!(#(#start.tracer(#tracer);)*)
    }

    /// The attributes, then the name: an expression that panics costs what comes after it.
    fn of_the_span(&self, start: &Ident) -> TokenStream {
        let attributes = self.args.attributes.iter().flatten().map(|attribute| {
            let (key, value) = (&attribute.key, attribute.value(&self.runtime));
            quote!(#start.attribute(#key, #value);)
        });
        let name = self.args.name.iter();
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

    /// Records what was returned; its span is the return type's, where an error about it belongs.
    fn record(&self) -> TokenStream {
        let runtime = &self.runtime;
        let signature = &self.handler.signature;
        let result = result(signature);
        if is_nothing(&result) || is_never(&result) {
            return quote!(#runtime::record_nothing);
        }
        let span = self.returned_at();
        let is_future = !matches!(Shape::of(signature), Shape::Plain);
        let is_off = self
            .args
            .errors
            .as_ref()
            .is_some_and(|errors| errors == "off");
        let is_opaque = matches!(ungrouped_type(&result), Type::ImplTrait(_));
        let returned = Ident::new("__linked_span_returned", span);
        let recorder = Ident::new("__linked_span_recorder", span);
        if is_opaque && self.join.is_some() {
            let opaque_of = self.of_the_runtime("opaque_of", span);
            let record = self.of_the_runtime("record_visible", span);
            return quote_spanned! {span=>
                |#returned, #recorder| #record(
                    #opaque_of(#returned).linked_span_recorder(),
                    #returned,
                    #recorder,
                )
            };
        }
        // Whether a function that is no `async fn` returned a future all the same is asked too.
        let (by_type, by_value) = match (is_future, is_off) {
            (true, true) => return quote!(#runtime::record_nothing),
            (true, false) => ("awaited", "awaited_of"),
            (false, true) => ("unrecorded", "unrecorded_of"),
            (false, false) => ("outcome", "outcome_of"),
        };
        let result = written(result);
        if is_written_out(&result) {
            let outcome = self.of_the_runtime(by_type, span);
            return quote_spanned!(span=> #outcome::<#result>().linked_span_recorder());
        }
        let outcome_of = self.of_the_runtime(by_value, span);
        quote_spanned! {span=>
            |#returned, #recorder| (#outcome_of(#returned).linked_span_recorder())(#returned, #recorder)
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
        self.never()
            .map(|never| quote_spanned!(span=> if false { return #never; }))
            .unwrap_or_default()
    }

    /// A value of what the `async` block returns, as an expression that is never evaluated.
    fn never(&self) -> Option<TokenStream> {
        let span = self.returned_at();
        let (result, returned) = (
            written(result(&self.handler.signature)),
            self.returned_type(),
        );
        let value = match Shape::of(&self.handler.signature) {
            _ if is_never(&result) => return None,
            _ if !is_unknown(&result) => {
                let never = self.of_the_runtime("never", span);
                quote_spanned!(span=> #never::<#result>())
            }
            Shape::Future { boxed: true } if !is_unknown(&returned) => {
                let output_of = self.of_the_runtime("output_of", span);
                quote_spanned!(span=> #output_of(|| -> #returned { loop {} }))
            }
            _ => return None,
        };
        Some(value)
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

/// A future, and the call that boxes it.
struct OnlyFuture {
    future: ExprAsync,
    pin: Option<ExprCall>,
}

fn start() -> Ident {
    Ident::new("__linked_span_start", Span::mixed_site())
}

fn collected() -> Ident {
    Ident::new("__linked_span_collected", Span::mixed_site())
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
