//! Finds variables in tokens.
//!
//! The macros do not parse bodies, because that costs compile time. In the attribute's expressions, the arguments of
//! macros are tokens, so `syn::visit` would not replace this file.

use proc_macro2::{Ident, Spacing, TokenStream, TokenTree};
use syn::ext::IdentExt;

use crate::tokens::is_same_name;

/// Returns `true` if an expression uses this variable, also in a format string.
///
/// A field of the same name does not count.
pub(crate) fn uses_variable(expression: TokenStream, variable: &Ident) -> bool {
    let mut before = PrecedingMarks::default();
    expression.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => {
            let is_member = before.is_member();
            before = PrecedingMarks::default();
            !is_member && is_same_name(&ident, variable)
        }
        TokenTree::Punct(punct) => {
            before.push(punct.as_char());
            false
        }
        TokenTree::Group(group) => {
            before = PrecedingMarks::default();
            uses_variable(group.stream(), variable)
        }
        TokenTree::Literal(literal) => {
            before = PrecedingMarks::default();
            is_captured_in(&literal.to_string(), &variable.unraw().to_string())
        }
    })
}

/// Grades the certainty that a body uses a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mention {
    None,
    /// The name appears as a field, a label, or in a string that a macro may read.
    Possible,
    Certain,
}

/// Returns the certainty that a body uses a variable.
pub(crate) fn mention(body: TokenStream, variable: &Ident) -> Mention {
    let name = variable.unraw().to_string();
    let mut found = Mention::None;
    let mut before = PrecedingMarks::default();
    let mut tokens = body.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let one = match &token {
            TokenTree::Ident(ident) if !is_same_name(ident, variable) => Mention::None,
            TokenTree::Ident(_) if before.is_member() || before.is_label() => Mention::Possible,
            // `field: …`, or a variable with a type.
            TokenTree::Ident(_) if is_a_single_colon(tokens.peek()) => Mention::Possible,
            TokenTree::Ident(_) => Mention::Certain,
            TokenTree::Group(group) => mention(group.stream(), variable),
            TokenTree::Literal(literal) => {
                let literal = literal.to_string();
                if is_captured_in(&literal, &name) {
                    Mention::Certain
                } else if literal.starts_with(['"', 'r']) && literal.contains(&name) {
                    Mention::Possible
                } else {
                    Mention::None
                }
            }
            TokenTree::Punct(_) => Mention::None,
        };
        found = found.max(one);
        if found == Mention::Certain {
            break;
        }
        match token {
            TokenTree::Punct(punct) => before.push(punct.as_char()),
            _ => before = PrecedingMarks::default(),
        }
    }
    found
}

fn is_a_single_colon(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Punct(punct))
        if punct.as_char() == ':' && punct.spacing() == Spacing::Alone)
}

/// Returns `true` if a body assigns a variable: `n = 1` or `n += 1`.
pub(crate) fn is_assigned(body: TokenStream, variable: &Ident) -> bool {
    let mut tokens = body.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(ident) if is_same_name(&ident, variable) => {
                let mut operator = String::new();
                while let Some(TokenTree::Punct(punct)) = tokens.peek() {
                    operator.push(punct.as_char());
                    let is_joint = punct.spacing() == Spacing::Joint;
                    tokens.next();
                    if !is_joint {
                        break;
                    }
                }
                if operator.ends_with('=') && !["==", "<=", ">=", "!="].contains(&&*operator) {
                    return true;
                }
            }
            TokenTree::Group(group) if is_assigned(group.stream(), variable) => return true,
            _ => {}
        }
    }
    false
}

/// Holds the two punctuation marks before a token.
#[derive(Default)]
struct PrecedingMarks([Option<char>; 2]);

impl PrecedingMarks {
    fn push(&mut self, mark: char) {
        self.0 = [self.0[1], Some(mark)];
    }

    /// Returns `true` after `.` or `::`, but not after the end of a range.
    fn is_member(&self) -> bool {
        match self.0 {
            [before, Some('.')] => before != Some('.'),
            before => before == [Some(':'); 2],
        }
    }

    fn is_label(&self) -> bool {
        self.0[1] == Some('\'')
    }
}

/// Returns `true` for `"{variable}"`, `"{variable:?}"`, and a width or precision `"{0:variable$}"`.
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

    fn mentions_order(body: TokenStream) -> Mention {
        mention(body, &format_ident!("order"))
    }

    fn assigns_order(body: TokenStream) -> bool {
        is_assigned(body, &format_ident!("order"))
    }

    #[test]
    fn mention_of_a_variable_is_certain() {
        assert_eq!(mentions_order(quote!(f(order))), Mention::Certain);
        assert_eq!(mentions_order(quote!(order::<T>())), Mention::Certain);
        assert_eq!(mentions_order(quote!(Event { order })), Mention::Certain);
        assert_eq!(mentions_order(quote!(print!("{order}"))), Mention::Certain);
    }

    #[test]
    fn mention_of_something_else_of_that_name_is_possible() {
        assert_eq!(mentions_order(quote!(event.order)), Mention::Possible);
        assert_eq!(
            mentions_order(quote!(Event { order: 1 })),
            Mention::Possible
        );
        assert_eq!(mentions_order(quote!(break 'order)), Mention::Possible);
        assert_eq!(mentions_order(quote!(page!("(order)"))), Mention::Possible);
    }

    #[test]
    fn mention_of_other_names_is_none() {
        assert_eq!(mentions_order(quote!(event.orders)), Mention::None);
        assert_eq!(mentions_order(quote!(f("event", 'o'))), Mention::None);
    }

    #[test]
    fn assignments_are_found() {
        assert!(assigns_order(quote!(if a {
            order = 1;
        })));
        assert!(assigns_order(quote!(order += 1)));
        assert!(assigns_order(quote!(order <<= 1)));
        assert!(!assigns_order(quote!(order == 1)));
        assert!(!assigns_order(quote!(order.push(1))));
        assert!(!assigns_order(quote!(order.total = 1)));
        assert!(!assigns_order(quote!(
            order <= 1 || order >= 2 || order != 3
        )));
        assert!(!assigns_order(quote!(match a {
            order => 1,
        })));
    }

    fn names_order(expression: TokenStream) -> bool {
        uses_variable(expression, &format_ident!("order"))
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
