//! Which variables an expression names, as far as its tokens say.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;

use crate::handler::is_same;

/// Whether an expression names this variable, be it in a format string, and not only a field that is called so.
pub(crate) fn names_the_variable(expression: TokenStream, variable: &Ident) -> bool {
    let mut before = Before::default();
    expression.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => {
            let is_a_member = before.is_of_a_member();
            before = Before::default();
            !is_a_member && is_same(&ident, variable)
        }
        TokenTree::Punct(punct) => {
            before.push(punct.as_char());
            false
        }
        TokenTree::Group(group) => {
            before = Before::default();
            names_the_variable(group.stream(), variable)
        }
        TokenTree::Literal(literal) => {
            before = Before::default();
            is_captured_in(&literal.to_string(), &variable.unraw().to_string())
        }
    })
}

/// The two punctuation marks before a token.
#[derive(Default)]
struct Before([Option<char>; 2]);

impl Before {
    fn push(&mut self, mark: char) {
        self.0 = [self.0[1], Some(mark)];
    }

    /// A field or a method, and not the end of a range; or a part of a path.
    fn is_of_a_member(&self) -> bool {
        match self.0 {
            [before, Some('.')] => before != Some('.'),
            before => before == [Some(':'); 2],
        }
    }
}

/// `"{variable}"`, `"{variable:?}"`, or a width or precision `"{0:variable$}"`.
fn is_captured_in(literal: &str, variable: &str) -> bool {
    literal.starts_with(['"', 'r'])
        && ["{@}", "{@:", "@$"]
            .iter()
            .any(|form| literal.contains(&form.replace('@', variable)))
}

#[cfg(test)]
mod tests {
    use quote::{format_ident, quote};

    use super::*;

    fn names_order(expression: TokenStream) -> bool {
        names_the_variable(expression, &format_ident!("order"))
    }

    #[test]
    fn a_variable_is_found() {
        assert!(names_order(quote!(order)));
        assert!(names_order(quote!(r#order.id)));
        assert!(names_order(quote!(payment.join(&order))));
        assert!(names_order(quote!(0..order)));
        assert!(names_order(quote!(if paid { 1 } else { order.id })));
    }

    #[test]
    fn a_variable_in_a_format_string_is_found() {
        assert!(names_order(quote!(format!("{order}"))));
        assert!(names_order(quote!(format!("{order:?}"))));
        assert!(names_order(quote!(format!("{:order$}", 1))));
        assert!(names_order(quote!(format!(r"{order}"))));
    }

    #[test]
    fn a_member_is_none() {
        assert!(!names_order(quote!(payment.order)));
        assert!(!names_order(quote!(payment.order())));
        assert!(!names_order(quote!(shop::order)));
        assert!(!names_order(quote!(payment.orders)));
        assert!(!names_order(quote!("order")));
        assert!(!names_order(quote!(format!("{orders}"))));
    }
}
