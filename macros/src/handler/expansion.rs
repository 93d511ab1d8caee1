//! The handler with its body in a span.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, FnArg, Stmt};

use super::body::{Before, Bindings, Uses, is_by_value};
use super::future_body::{FutureBody, future_body};
use super::model::Handler;
use crate::function::{Shape, is_reference, may_be_a_future, result, variables};

impl Handler {
    pub(crate) fn into_tokens(mut self) -> TokenStream {
        let record = self.record();
        let future = future_body(&self.function);
        let variables = self.pattern.as_ref().map(variables).unwrap_or_default();
        let is_matched = self.pattern.is_some()
            && (future.is_some() || variables.iter().any(|one| self.speaks_of(&one.ident)));
        let handled = if let Some(future) = future {
            self.later(future, is_matched, &record)
        } else {
            let bindings = self.bindings(is_matched);
            match Shape::of(&self.function.signature) {
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
        self.function.with_body(&body)
    }

    /// What is bound in the body, and no longer in the signature.
    fn bindings(&mut self, is_matched: bool) -> Bindings {
        let (mut signature, mut pattern) = (self.function.signature.clone(), self.pattern.take());
        let uses = Uses {
            body: self.function.body.stream(),
            is_spoken_of: &|variable| self.speaks_of(variable),
        };
        let bindings = Bindings::of(&mut signature, pattern.as_mut(), is_matched, &uses);
        (self.function.signature, self.pattern) = (signature, pattern);
        bindings
    }

    fn plain(&self, bindings: &Bindings, is_matched: bool, record: &TokenStream) -> TokenStream {
        let returned = self.returned_type();
        // An error about what is returned is an error of this call's.
        let span = self.returned_at();
        let handle = self.of_the_runtime("handle", span);
        let opened = self.opened(is_matched);
        let body = bindings.around(&Before::Nothing, &self.function.body);
        quote_spanned!(span=> #handle(#opened, move || -> #returned #body, #record))
    }

    fn awaited(&self, bindings: &Bindings, is_matched: bool, record: &TokenStream) -> TokenStream {
        let runtime = &self.runtime;
        let opened = self.opened(is_matched);
        let before = if may_be_a_future(&result(&self.function.signature)) {
            Before::Returns {
                hint: self.hint(),
                never: self.never(),
            }
        } else {
            Before::Hint(self.hint())
        };
        let body = bindings.around(&before, &self.function.body);
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
        self.function
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
    fn later(&self, future: FutureBody, is_matched: bool, record: &TokenStream) -> TokenStream {
        let runtime = &self.runtime;
        let FutureBody { mut future, pin } = future;
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
        let body = bindings.around(&Before::Nothing, &self.function.body);
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
}
