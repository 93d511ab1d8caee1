//! Unused results, with the attribute and without it.
#![deny(unused_must_use)]

use linked_span::{Origin, linked_span};

mod without {
    use super::*;

    #[must_use = "it is worth something"]
    pub fn plain(_: &Origin) -> usize {
        1
    }

    pub async fn later(_: &Origin) {}
}

mod with {
    use super::*;

    #[linked_span]
    #[must_use = "it is worth something"]
    pub fn plain(_: &Origin) -> usize {
        1
    }

    #[linked_span]
    pub async fn later(_: &Origin) {}
}

fn main() {
    let event = &Origin::default();
    without::plain(event);
    without::later(event);
    with::plain(event);
    with::later(event);
}
