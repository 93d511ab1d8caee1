//! Syntax errors in a body, with the attribute and without it. Calls of the function have no errors.
#![allow(unused_variables)]

use linked_span::{Origin, linked_span};

use std::pin::Pin;

mod without {
    use super::*;

    pub fn plain(event: &Origin) -> usize {
        let count = ;
        1
    }

    pub fn unfinished(event: &Origin, count: usize) -> usize {
        count.
    }

    pub async fn later(event: &Origin) -> usize {
        let count: usize = 1 1;
        count
    }

    pub fn boxed(event: &Origin) -> Pin<Box<dyn Future<Output = usize> + Send>> {
        Box::pin(async move { let = 1; 1 })
    }
}

mod with {
    use super::*;

    #[linked_span(event)]
    pub fn plain(event: &Origin) -> usize {
        let count = ;
        1
    }

    #[linked_span(event)]
    pub fn unfinished(event: &Origin, count: usize) -> usize {
        count.
    }

    #[linked_span(event)]
    pub async fn later(event: &Origin) -> usize {
        let count: usize = 1 1;
        count
    }

    #[linked_span(event)]
    pub fn boxed(event: &Origin) -> Pin<Box<dyn Future<Output = usize> + Send>> {
        Box::pin(async move { let = 1; 1 })
    }
}

fn main() {
    let event = &Origin::default();
    let _: usize = without::plain(event) + without::unfinished(event, 1);
    let _ = (without::later(event), without::boxed(event));
    let _: usize = with::plain(event) + with::unfinished(event, 1);
    let _ = (with::later(event), with::boxed(event));
}
