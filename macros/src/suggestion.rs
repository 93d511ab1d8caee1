//! Lists of names in errors, and the name that the user may have meant.

use std::fmt::Display;

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

pub(crate) fn unknown_option(name: &str, options: &[&str]) -> String {
    let near = did_you_mean(name, options.iter().copied());
    if near.is_empty() {
        format!(
            "there is no option `{name}`; there are {}",
            list(options).replace(" or ", " and ")
        )
    } else {
        format!("there is no option `{name}`{near}")
    }
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
