//! The text of a type.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Returns the text of a type, the same on every compiler.
///
/// Compilers differ in the white space that `TokenStream::to_string` puts between tokens.
pub(super) fn type_text(tokens: TokenStream) -> String {
    let mut text = String::new();
    write(tokens, &mut text);
    text
}

fn write(tokens: TokenStream, text: &mut String) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{", "}"),
                    // This group surrounds an argument of a `macro_rules!`.
                    Delimiter::None => ("", ""),
                };
                text.push_str(open);
                let begin = text.len();
                write(group.stream(), text);
                let is_one_tuple = text[begin..].matches(", ").count() == 1;
                if !is_one_tuple {
                    drop_last_comma(text);
                }
                text.push_str(close);
            }
            TokenTree::Punct(punct) => {
                if punct.as_char() == '\'' {
                    separate(text);
                }
                if punct.as_char() == '>' {
                    drop_last_comma(text);
                }
                text.push(punct.as_char());
                if matches!(punct.as_char(), ',' | ';') {
                    text.push(' ');
                }
            }
            word => {
                separate(text);
                // A store writes one line per input.
                let word = word.to_string();
                text.push_str(&word.split_whitespace().collect::<Vec<_>>().join(" "));
            }
        }
    }
}

/// Drops the comma that rustfmt adds where it breaks a line.
fn drop_last_comma(text: &mut String) {
    if text.ends_with(", ") {
        text.truncate(text.len() - 2);
    }
}

/// Separates two words.
fn separate(text: &mut String) {
    if text.ends_with(|last: char| last.is_alphanumeric() || matches!(last, '_' | '"')) {
        text.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::type_text;
    use quote::quote;

    #[track_caller]
    fn is_written(ty: proc_macro2::TokenStream, text: &str) {
        assert_eq!(type_text(ty), text);
    }

    #[test]
    fn type_with_any_white_space_has_one_text() {
        is_written(
            quote!(HashMap < String , Vec<u8> >),
            "HashMap<String, Vec<u8>>",
        );
        let parsed: proc_macro2::TokenStream = "HashMap<String,\n  Vec < u8>  >".parse().unwrap();
        is_written(parsed, "HashMap<String, Vec<u8>>");
    }

    #[test]
    fn last_comma_of_a_formatter_is_not_written() {
        is_written(
            quote!(Event<Option<u8>, (u8, u16,)>),
            "Event<Option<u8>, (u8, u16)>",
        );
        is_written(quote!((u8,)), "(u8, )");
        is_written(quote!([u8; 4]), "[u8; 4]");
    }

    #[test]
    fn words_in_a_row_stay_apart() {
        is_written(quote!(Box<dyn Event + Send>), "Box<dyn Event+Send>");
        is_written(quote!(&'static str), "&'static str");
        is_written(
            quote!(Box<dyn for<'a> Fn(&'a str) -> [u8; 4]>),
            "Box<dyn for<'a>Fn(&'a str)->[u8; 4]>",
        );
        is_written(quote!(*const dyn 'static), "*const dyn 'static");
        is_written(quote!(r#type::Order), "r#type::Order");
    }

    #[test]
    fn type_of_a_macro_is_written_without_its_invisible_group() {
        let group = proc_macro2::Group::new(proc_macro2::Delimiter::None, quote!(Vec<u8>));
        is_written(quote!(Option<#group>), "Option<Vec<u8>>");
    }

    #[test]
    fn literal_of_several_lines_is_one_line() {
        let parsed: proc_macro2::TokenStream = "kept!(\"a\n b\")".parse().unwrap();
        is_written(parsed, "kept!(\"a b\")");
    }
}
