//! Derived events.
#![allow(dead_code)]

use linked_span::{Keyed, LinkedEvent, Origin};

/// Recursive, and generic.
#[derive(LinkedEvent)]
pub(crate) enum Tree<T> {
    Leaf(T),
    Branch(Box<Tree<T>>),
    Several(Vec<T>, #[event(metadata)] Origin),
}

#[derive(LinkedEvent)]
pub(crate) struct Chain<T> {
    #[event(skip)]
    #[allow(dead_code)]
    next: Option<Box<Chain<T>>>,
    #[event(key)]
    id: T,
    metadata: Origin,
}

#[derive(LinkedEvent)]
pub(crate) enum KeyedTree<T> {
    Leaf(Chain<T>),
    Branch(Box<KeyedTree<T>>),
    Own {
        #[event(key)]
        number: T,
        metadata: Origin,
    },
}

/// A field's name that is a keyword in a later edition.

#[derive(LinkedEvent)]
pub(crate) struct Generated {
    #[event(key, attribute = "gen")]
    r#gen: u32,
    r#type: &'static str,
    #[event(id)]
    r#async: u32,
    metadata: Origin,
}

/// A newtype around a keyed event.
#[derive(LinkedEvent)]
pub(crate) struct Newtype(#[event(key)] Chain<u8>);

#[derive(LinkedEvent)]
pub(crate) struct GenericNewtype<E>(#[event(key)] E);

#[derive(LinkedEvent)]
pub(crate) enum Message {
    Chain(#[event(key)] Chain<u8>),
    Newtype(Newtype),
}

/// The variant that `#[serde(other)]` requires.
#[derive(LinkedEvent)]
pub(crate) enum Incoming {
    Chain(Chain<u8>),
    #[event(no_origin, type = "unknown")]
    Unknown,
    #[event(no_origin)]
    Timer {
        id: u8,
    },
}

#[derive(LinkedEvent)]
#[event(no_origin, type = "tick")]
pub(crate) struct Tick {
    #[event(id)]
    number: u8,
}

fn chain() -> Chain<u8> {
    Chain {
        next: None,
        id: 7,
        metadata: Origin::default(),
    }
}

#[test]
fn recursive_generic_events_are_events() {
    let tree = Tree::Branch(Box::new(Tree::Leaf(chain())));
    assert_eq!(tree.id(), Some("7".into()));
    assert_eq!(
        Tree::<Chain<u8>>::Several(vec![], Origin::default()).id(),
        None
    );
    let tree = KeyedTree::Branch(Box::new(KeyedTree::Leaf(chain())));
    assert_eq!(tree.key(), "7");
    let own = KeyedTree::Own {
        number: 3,
        metadata: Origin::default(),
    };
    assert_eq!(own.key(), "3");
}

#[test]
fn newtype_has_the_key_of_its_content() {
    assert_eq!(Newtype(chain()).key(), "7");
    assert_eq!(Newtype(chain()).id(), Some("7".into()));
    assert_eq!(GenericNewtype(chain()).key(), "7");
    assert_eq!(Message::Chain(chain()).key(), "7");
    assert_eq!(Message::Newtype(Newtype(chain())).key(), "7");
}

#[test]
fn event_without_an_origin_is_derived() {
    assert_eq!(Incoming::Unknown.event_type(), Some("unknown".into()));
    assert_eq!(Incoming::Unknown.id(), None);
    assert!(!Incoming::Unknown.origin().span_context().is_valid());
    assert_eq!(Incoming::Timer { id: 3 }.id(), Some("3".into()));
    assert_eq!(Incoming::Chain(chain()).id(), Some("7".into()));
    assert_eq!(Tick { number: 1 }.id(), Some("1".into()));
}

#[test]
fn keywords_of_other_editions_are_field_names() {
    let generated = Generated {
        r#gen: 1,
        r#type: "generated",
        r#async: 2,
        metadata: Origin::default(),
    };
    assert_eq!(generated.key(), "1");
    assert_eq!(generated.id(), Some("2".into()));
}

/// Deprecated types and variants: the derive must not warn about them.
mod deprecated {
    #![forbid(deprecated)]
    #![allow(dead_code)]

    use linked_span::{LinkedEvent, Origin};

    #[deprecated]
    #[derive(LinkedEvent)]
    pub(crate) struct Old {
        #[event(key)]
        order: u8,
        metadata: Origin,
    }

    #[derive(LinkedEvent)]
    pub(crate) enum Partly {
        #[deprecated]
        Old { metadata: Origin },
        #[deprecated]
        #[event(type = "older")]
        Older(#[event(metadata)] Origin, u8),
        New {
            #[deprecated]
            id: u8,
            #[deprecated]
            #[event(attribute = "number")]
            number: u8,
            metadata: Origin,
        },
    }

    #[deprecated]
    #[derive(LinkedEvent)]
    pub(crate) enum OldEnum<T> {
        One(T),
        Two { metadata: Origin },
    }
}
