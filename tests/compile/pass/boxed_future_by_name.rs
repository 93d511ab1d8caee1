//! `BoxFuture` and `LocalBoxFuture`.
#![deny(warnings)]

use std::pin::Pin;

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, here};

type BoxFuture<'f, T> = Pin<Box<dyn Future<Output = T> + Send + 'f>>;

mod future {
    pub(crate) type LocalBoxFuture<'f, T> = std::pin::Pin<Box<dyn Future<Output = T> + 'f>>;
}

#[linked_span(event)]
fn sent(event: &Origin) -> BoxFuture<'_, usize> {
    Box::pin(async move {
        here();
        let _ = event;
        1
    })
}

struct Silent;

#[linked_span(event)]
fn inferred_error(event: &Origin) -> BoxFuture<'_, Result<usize, Silent>> {
    Box::pin(async move {
        here();
        let _ = event;
        Ok(1)
    })
}

pub(crate) type ResultOfBoxFuture<'f, E> =
    Pin<Box<dyn Future<Output = Result<usize, E>> + Send + 'f>>;

mod own {
    pub(crate) use super::ResultOfBoxFuture as BoxFuture;
}

#[linked_span(event)]
fn another_argument(event: &Origin) -> own::BoxFuture<'_, Silent> {
    Box::pin(async move {
        here();
        let _ = event;
        Ok(1)
    })
}

#[linked_span(event)]
fn after_statements(event: Origin) -> BoxFuture<'static, Origin> {
    here();
    let again = event.clone();
    drop(event);
    Box::pin(async { again })
}

#[linked_span(event)]
fn local(event: &Origin) -> future::LocalBoxFuture<'_, std::rc::Rc<usize>> {
    Box::pin(async move {
        here();
        let _ = event;
        std::rc::Rc::new(1)
    })
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let event = Origin::default();
    sent(&event).await;
    assert!(inferred_error(&event).await.is_ok());
    assert!(another_argument(&event).await.is_ok());
    local(&event).await;
    after_statements(event).await;
    sdk.assert_each_body_ran_inside(5);
}
