//! Mistakes are collected, so that all are reported at once, and the user's item is kept beside them.

use std::fmt::Display;

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Error;

#[derive(Default)]
pub(crate) struct Errors(Option<Error>);

impl Errors {
    pub(crate) fn push(&mut self, error: Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            None => self.0 = Some(error),
        }
    }

    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.push(Error::new_spanned(tokens, message));
    }

    pub(crate) fn append(&mut self, others: Self) {
        if let Some(others) = others.0 {
            self.push(others);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn into_compile_errors(self) -> TokenStream {
        self.0.map(Error::into_compile_error).unwrap_or_default()
    }
}

/// An error that syn reports where a list ends, moved from the whole attribute to the list's last token.
pub(crate) fn not_at_the_end(error: Error, last: Span) -> Error {
    match error.to_string().strip_prefix("unexpected end of input, ") {
        Some(message) => Error::new(last, message),
        None => error,
    }
}

/// The same code, with its errors reported there.
pub(crate) fn at(span: Span, tokens: TokenStream) -> TokenStream {
    tokens
        .into_iter()
        .map(|mut token| {
            if let TokenTree::Group(group) = &token {
                token = Group::new(group.delimiter(), at(span, group.stream())).into();
            }
            token.set_span(span.resolved_at(token.span()));
            token
        })
        .collect()
}

/// "`a`, `b` or `c`"
pub(crate) fn list(names: &[impl Display]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("`{one}`"),
        [first @ .., last] => {
            let first: Vec<_> = first.iter().map(|name| format!("`{name}`")).collect();
            format!("{} or `{last}`", first.join(", "))
        }
    }
}

/// "; did you mean `x`?", if one of the names is that near.
pub(crate) fn did_you_mean<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>) -> String {
    names
        .into_iter()
        .map(|name| (distance(wrong, name), name))
        .min()
        .filter(|(distance, name)| *distance <= (name.len() / 4).max(1))
        .map(|(_, name)| format!("; did you mean `{name}`?"))
        .unwrap_or_default()
}

/// Levenshtein's, with two letters that have changed places as one mistake.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let (mut before, mut above) = (Vec::new(), (0..=other.len()).collect::<Vec<_>>());
    let mut previous = None;
    for (i, a) in one.chars().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let substituted = above[j] + usize::from(a != *b);
            let mut nearest = substituted.min(above[j + 1] + 1).min(row[j] + 1);
            if j > 0 && previous == Some(*b) && other[j - 1] == a {
                nearest = nearest.min(before[j - 1] + 1);
            }
            row.push(nearest);
        }
        before = std::mem::replace(&mut above, row);
        previous = Some(a);
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested() {
        let suggest = |wrong| did_you_mean(wrong, ["event", "events", "payment"]);
        assert_eq!(suggest("evnt"), "; did you mean `event`?");
        assert_eq!(suggest("paymet"), "; did you mean `payment`?");
        assert_eq!(suggest("evnet"), "; did you mean `event`?");
        assert_eq!(suggest("inventory"), "");
    }

    #[test]
    fn names_are_listed() {
        assert_eq!(list(&["a"]), "`a`");
        assert_eq!(list(&["a", "b", "c"]), "`a`, `b` or `c`");
    }
}
