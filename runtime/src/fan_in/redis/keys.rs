//! What the server's keys are called.

/// What the keys of a function's joins begin with. It is in braces, so that a cluster keeps them in one place; a name that
/// has braces of its own must not end it, or be taken for a part of another.
pub(super) fn function(name: &str) -> String {
    let name = name.replace('%', "%25").replace('}', "%7D");
    format!("{{linked_span:{name}}}")
}

/// Of the names of a function's inputs.
pub(super) fn inputs(name: &str) -> String {
    format!("{}:inputs", function(name))
}

/// Of the set of those joins that are neither settled nor parked.
pub(super) fn due(name: &str) -> String {
    format!("{}:due", function(name))
}

/// Of the set of those that are parked.
pub(super) fn parked(name: &str) -> String {
    format!("{}:parked", function(name))
}
