//! The names of the server's keys.

/// The key of the list of functions.
///
/// It starts like the functions' own keys, so that one ACL pattern covers all. Their slots in a cluster differ. It cannot
/// collide with a key of a function whose name is empty.
pub(super) const FUNCTIONS: &str = "{linked_span:}:functions";

/// Returns the prefix of a function's keys.
///
/// It is in braces, so that a cluster keeps the keys in one slot. Braces in the name are escaped, so that they neither end the
/// prefix nor collide with another name.
pub(super) fn function(name: &str) -> String {
    let name = name.replace('%', "%25").replace('}', "%7D");
    format!("{{linked_span:{name}}}")
}

/// Returns the key of the set of joins that have not ended, ordered by key.
pub(super) fn unsettled(function: &str) -> String {
    format!("{function}:unsettled")
}

/// Returns the keys of a function that each script declares, in the order of `keys.lua`.
///
/// A script builds the names of the other keys, which share the slot: to declare them too costs an arrival 3 %.
///
/// The first key never exists, and the second always does. While a cluster moves the slot, a script with both keys gets
/// TRYAGAIN from both nodes. If all keys were on one node, the script would run there and miss the joins on the other.
pub(super) fn of_function(function: &str) -> [String; 2] {
    [function.to_owned(), format!("{function}:declared")]
}

/// Returns the key of a join's hash.
pub(super) fn join(function: &str, key: &str) -> String {
    format!("{function}:join:{key}")
}

/// Returns the key of a list's elements, as `lists.lua` does.
pub(super) fn elements(function: &str, key: &str, instance: &str, place: u8) -> String {
    format!("{function}:elements:{place}:{instance}:{key}")
}
