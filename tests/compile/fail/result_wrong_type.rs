//! Errors about the return type, with the attribute and without it.

use linked_span::{Origin, linked_span};

use std::pin::Pin;

mod without {
    use super::*;

    fn plain(event: &Origin) -> usize {
        "one"
    }

    async fn later(event: &Origin) -> usize {
        "one"
    }

    fn nothing(event: &Origin) {
        1
    }

    async fn nothing_later(event: &Origin) {
        1
    }

    fn boxed(event: &Origin) -> Pin<Box<dyn Future<Output = usize> + Send + '_>> {
        Box::pin(async move { "one" })
    }

    fn boxed_after_a_statement(event: &Origin) -> Pin<Box<dyn Future<Output = usize> + Send + '_>> {
        let _ = event;
        Box::pin(async move { "one" })
    }

    fn opaque(event: &Origin) -> impl Future<Output = usize> {
        async { "one" }
    }

    fn opaque_after_a_statement(event: &Origin) -> impl Future<Output = usize> {
        let _ = event;
        async { "one" }
    }

    fn no_display(event: &Origin) -> impl std::fmt::Display {
        Vec::<u8>::new()
    }

    async fn question_mark(event: &Origin) -> Result<(), String> {
        Err(1)?;
        Ok(())
    }

    async fn no_result(event: &Origin) {
        Err(1)?;
    }
}

mod with {
    use super::*;

    #[linked_span(event)]
    fn plain(event: &Origin) -> usize {
        "one"
    }

    #[linked_span(event)]
    async fn later(event: &Origin) -> usize {
        "one"
    }

    #[linked_span(event)]
    fn nothing(event: &Origin) {
        1
    }

    #[linked_span(event)]
    async fn nothing_later(event: &Origin) {
        1
    }

    #[linked_span(event)]
    fn boxed(event: &Origin) -> Pin<Box<dyn Future<Output = usize> + Send + '_>> {
        Box::pin(async move { "one" })
    }

    #[linked_span(event)]
    fn boxed_after_a_statement(event: &Origin) -> Pin<Box<dyn Future<Output = usize> + Send + '_>> {
        let _ = event;
        Box::pin(async move { "one" })
    }

    #[linked_span(event)]
    fn opaque(event: &Origin) -> impl Future<Output = usize> {
        async { "one" }
    }

    #[linked_span(event)]
    fn opaque_after_a_statement(event: &Origin) -> impl Future<Output = usize> {
        let _ = event;
        async { "one" }
    }

    #[linked_span(event)]
    fn no_display(event: &Origin) -> impl std::fmt::Display {
        Vec::<u8>::new()
    }

    #[linked_span(event)]
    async fn question_mark(event: &Origin) -> Result<(), String> {
        Err(1)?;
        Ok(())
    }

    #[linked_span(event)]
    async fn no_result(event: &Origin) {
        Err(1)?;
    }
}

fn main() {}
