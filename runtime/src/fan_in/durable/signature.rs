//! The stored form of a function's inputs: one per line, `payment: PaymentConfirmed` or `payment`.

use crate::fan_in::core::identity::FanInIdentity;

/// Returns the stored form of a function's inputs. Without `types` it has only their names.
pub(super) fn signature(identity: &FanInIdentity, types: bool) -> String {
    let line = |(place, name): (usize, &&str)| match identity.types.get(place) {
        Some(ty) if types => format!("{name}: {ty}"),
        _ => (*name).to_owned(),
    };
    let lines: Vec<_> = identity.inputs.iter().enumerate().map(line).collect();
    lines.join("\n")
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
