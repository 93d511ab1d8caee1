//! The stored form of a function's inputs: one per line, `payment: PaymentConfirmed` or `payment`.
//!
//! A list is `packed[]: LinePacked`, and an optional input is `coupon?: Coupon`. The mark belongs to the name, because
//! stored single inputs are no list.

use crate::fan_in::core::identity::FanInIdentity;

/// Returns the stored form of a function's inputs. Without `types` it has only their names.
pub(super) fn signature(identity: &FanInIdentity, types: bool) -> String {
    let line = |(place, name): (u8, &&str)| {
        let kind = kind(identity, place);
        match identity.types.get(usize::from(place)) {
            Some(ty) if types => format!("{name}{kind}: {ty}"),
            _ => format!("{name}{kind}"),
        }
    };
    let lines: Vec<_> = (0..).zip(identity.inputs).map(line).collect();
    lines.join("\n")
}

fn kind(identity: &FanInIdentity, place: u8) -> &'static str {
    if identity.lists.contains(place) {
        "[]"
    } else if identity.optional.contains(place) {
        "?"
    } else {
        ""
    }
}

/// The difference between two signatures.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Difference {
    /// The names, their number, or their order differ.
    Names,
    /// The names are equal, and the types differ.
    Types,
}

/// Compares two signatures. Types are compared only if both signatures have them.
pub(super) fn difference(kept: &str, declared: &str) -> Option<Difference> {
    let (kept, declared) = (inputs(kept), inputs(declared));
    if !kept
        .clone()
        .map(|(name, _)| name)
        .eq(declared.clone().map(|(name, _)| name))
    {
        return Some(Difference::Names);
    }
    let differs = |((_, kept), (_, declared)): ((_, Option<&str>), (_, Option<&str>))| {
        kept.zip(declared)
            .is_some_and(|(kept, declared)| kept != declared)
    };
    kept.zip(declared).any(differs).then_some(Difference::Types)
}

fn inputs(signature: &str) -> impl Iterator<Item = (&str, Option<&str>)> + Clone {
    signature.lines().map(|line| match line.split_once(": ") {
        Some((name, ty)) => (name, Some(ty)),
        None => (line, None),
    })
}

/// Returns a signature on one line, for a message.
pub(super) fn on_one_line(signature: &str) -> String {
    signature.replace('\n', ", ")
}
