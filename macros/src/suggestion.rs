//! Lists of names in errors, and the name that the user may have meant.

use std::fmt::Display;

/// Returns "`a`, `b` or `c`".
pub(crate) fn list(names: &[impl Display]) -> String {
    joined(names, "or")
}

/// Returns "`a`, `b` and `c`".
pub(crate) fn list_all(names: &[impl Display]) -> String {
    joined(names, "and")
}

fn joined(names: &[impl Display], last_joined_by: &str) -> String {
    match names {
        [] => String::new(),
        [one] => format!("`{one}`"),
        [first @ .., last] => {
            let first: Vec<_> = first.iter().map(|name| format!("`{name}`")).collect();
            format!("{} {last_joined_by} `{last}`", first.join(", "))
        }
    }
}

/// Returns the name that the user may have meant.
pub(crate) fn nearest<'n>(
    wrong: &str,
    names: impl IntoIterator<Item = &'n str>,
) -> Option<&'n str> {
    let near = names.into_iter().map(|name| (distance(wrong, name), name));
    let (distance, name) = near.min()?;
    (distance <= (name.len() / 4).max(1)).then_some(name)
}

/// Returns the Levenshtein distance, in which swapped letters are one edit.
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

pub(crate) fn unknown_option(name: &str, options: &[&str]) -> String {
    match nearest(name, options.iter().copied()) {
        Some(near) => format!("did you mean `{near}`? there is no option `{name}`"),
        None => format!("use {}: there is no option `{name}`", list(options)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_of_a_misspelled_name_is_that_name() {
        let nearest = |wrong| nearest(wrong, ["event", "events", "payment"]);
        assert_eq!(nearest("evnt"), Some("event"));
        assert_eq!(nearest("paymet"), Some("payment"));
        assert_eq!(nearest("evnet"), Some("event"));
        assert_eq!(nearest("inventory"), None);
    }

    #[test]
    fn list_of_names_ends_with_or() {
        assert_eq!(list(&["a"]), "`a`");
        assert_eq!(list(&["a", "b", "c"]), "`a`, `b` or `c`");
        assert_eq!(list_all(&["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
