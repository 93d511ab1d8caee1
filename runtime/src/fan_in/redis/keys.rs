//! What the server's keys are called.

/// The functions whose joins the server keeps. A function's own keys have another slot in a cluster; the key begins as
/// theirs do, so that one right is enough for all. A function without a name has no key that ends like this.
pub(super) const FUNCTIONS: &str = "{linked_span:}:functions";

/// Returns what the keys of a function's joins begin with. It is in braces, so that a cluster keeps them in one slot. A
/// name that has braces of its own must not end it, or be taken for a part of another.
pub(super) fn function(name: &str) -> String {
    let name = name.replace('%', "%25").replace('}', "%7D");
    format!("{{linked_span:{name}}}")
}

/// Returns the key of the set of those joins that have not ended, in the order of their keys.
pub(super) fn unsettled(function: &str) -> String {
    format!("{function}:unsettled")
}

/// Returns the keys of a function that each script declares, in the order in which `declared.lua` names them.
///
/// The first does not exist, and the second does. While a cluster moves the slot from one node to another, a script that
/// declares both is answered TRYAGAIN on each side. With keys that all are on one side, it would run there, and miss the
/// joins on the other.
pub(super) fn of_function(function: &str) -> [String; 6] {
    [
        function.to_owned(),
        format!("{function}:declared"),
        format!("{function}:due"),
        format!("{function}:sweep"),
        format!("{function}:parked"),
        unsettled(function),
    ]
}

/// Returns the key of a join's hash.
pub(super) fn join(function: &str, key: &str) -> String {
    format!("{function}:join:{key}")
}
