//! Puts the body into the runtime's calls.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, FnArg, Stmt};

use super::body::{Before, Bindings, Uses, is_by_value};
use super::future_body::{FutureBody, future_body};
use super::model::Handler;
use crate::function::{Shape, is_reference, may_be_a_future, result, variables};

impl Handler {
    pub(crate) fn into_tokens(mut self) -> TokenStream {
        let record = self.recorder();
        let future = future_body(&self.function);
        let variables = self.pattern.as_ref().map(variables).unwrap_or_default();
        let is_matched = self.pattern.is_some()
            && (future.is_some() || variables.iter().any(|one| self.uses(&one.ident)));
        let handled = if let Some(future) = future {
            self.lazy_future(future, is_matched, &record)
        } else {
            let bindings = self.bindings(is_matched);
            match Shape::of(&self.function.signature) {
                Shape::Plain => self.plain_fn(&bindings, is_matched, &record),
                Shape::Async => self.async_fn(&bindings, is_matched, &record),
                Shape::Future { boxed } => self.eager_future(boxed, &bindings, is_matched, &record),
            }
        };
        let body = if is_matched {
            self.in_match(&handled)
        } else {
            handled
        };
        self.function.with_body(&body)
    }

    /// Returns the bindings that move from the signature into the body.
    fn bindings(&mut self, is_matched: bool) -> Bindings {
        let (mut signature, mut pattern) = (self.function.signature.clone(), self.pattern.take());
        let uses = Uses {
            body: self.function.body.stream(),
            is_used_in_options: &|variable| self.uses(variable),
        };
        let bindings = Bindings::of(&mut signature, pattern.as_mut(), is_matched, &uses);
        (self.function.signature, self.pattern) = (signature, pattern);
        bindings
    }

    fn plain_fn(&self, bindings: &Bindings, is_matched: bool, record: &TokenStream) -> TokenStream {
        let returned = self.return_type();
        // The span of the call: rustc reports errors about the return type there.
        let span = self.return_type_span();
        let handle = self.runtime_path("handle", span);
        let opened = self.open_call(is_matched);
        let body = bindings.around(&Before::Nothing, &self.function.body);
        quote_spanned!(span=> #handle(#opened, move || -> #returned #body, #record))
    }

    fn async_fn(&self, bindings: &Bindings, is_matched: bool, record: &TokenStream) -> TokenStream {
        let runtime = &self.runtime;
        let opened = self.open_call(is_matched);
        let before = if may_be_a_future(&result(&self.function.signature)) {
            Before::Returns {
                hint: self.return_type_hint(),
                never: self.unreachable_value(),
            }
        } else {
            Before::Hint(self.return_type_hint())
        };
        let body = bindings.around(&before, &self.function.body);
        let span = body.span().resolved_at(Span::mixed_site());
        let future = quote_spanned!(span=> async move #body);
        let mut handled = quote!(#runtime::handle_async(#opened, #future, #record));
        // An `async` block reserves space for a borrowed value twice; a closure that collects first avoids this. The block also
        // keeps an adapter until the end of the statement, and it is not `Sync`.
        if is_matched || self.borrows_by_value_parameter() || self.has_adapter() {
            handled = quote!((move || #handled)());
        }
        quote!(#handled.await)
    }

    /// Returns `true` if the statement that opens the span makes an adapter.
    fn has_adapter(&self) -> bool {
        let message = self.only_event().map(|event| &event.message);
        message.is_some_and(|message| message.adapter.is_some() || message.view.is_some())
    }

    /// Returns `true` if the attribute borrows a by-value parameter.
    fn borrows_by_value_parameter(&self) -> bool {
        self.function
            .signature
            .inputs
            .iter()
            .any(|input| match input {
                FnArg::Receiver(receiver) => {
                    let this = Ident::new("self", receiver.self_token.span);
                    is_by_value(receiver) && self.uses(&this)
                }
                FnArg::Typed(parameter) => {
                    let mut variables = variables(&parameter.pat).into_iter();
                    !is_reference(&parameter.ty)
                        && variables.any(|variable| self.uses(&variable.ident))
                }
            })
    }

    /// Starts the span at the first poll, because the body consists only of the future.
    fn lazy_future(
        &self,
        future: FutureBody,
        is_matched: bool,
        record: &TokenStream,
    ) -> TokenStream {
        let runtime = &self.runtime;
        let FutureBody { mut future, pin } = future;
        let mut hint = self.return_type_hint();
        if let Some(Stmt::Item(_)) = future.block.stmts.first() {
            let block = &future.block;
            hint = quote!(#hint match () { () => #block });
            future.block.stmts.clear();
        }
        let hint = Stmt::Expr(Expr::Verbatim(hint), None);
        future.block.stmts.insert(0, hint);
        let collected = self.collect_call(is_matched);
        let later = quote!(#runtime::handle_later(#collected, #future, #record));
        match pin {
            Some(mut pin) => {
                pin.args[0] = Expr::Verbatim(later);
                pin.into_token_stream()
            }
            None => later,
        }
    }

    fn eager_future(
        &self,
        boxed: bool,
        bindings: &Bindings,
        is_matched: bool,
        record: &TokenStream,
    ) -> TokenStream {
        let runtime = &self.runtime;
        let (opened, returned) = (self.open_call(is_matched), self.return_type());
        let body = bindings.around(&Before::Nothing, &self.function.body);
        let span = self.return_type_span();
        let handle = self.runtime_path("handle_prepared", span);
        let prepared = quote_spanned! {span=>
            #handle(#opened, move || -> #returned #body, #record)
        };
        if boxed {
            quote!(#runtime::Box::pin(#prepared))
        } else {
            prepared
        }
    }
}
