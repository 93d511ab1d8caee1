//! Functions whose body is a future in a pinned box.
#![deny(warnings)]

use std::pin::Pin;

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, here};

type Boxed<'f, T> = Pin<Box<dyn Future<Output = T> + Send + 'f>>;

#[linked_span(event)]
fn by_value(event: Origin) -> Pin<Box<dyn Future<Output = Origin> + Send>> {
    Box::pin(async move {
        here();
        event
    })
}

#[linked_span(event)]
fn borrowed(event: &Origin) -> Pin<Box<dyn Future<Output = usize> + Send + '_>> {
    Box::pin(async move {
        here();
        let _ = event;
        1
    })
}

#[linked_span(event)]
fn static_of_a_borrowed_event(event: &Origin) -> Pin<Box<dyn Future<Output = usize> + Send>> {
    Box::pin(async move {
        here();
        1
    })
}

#[linked_span(event)]
fn without_send<'e>(
    event: &'e Origin,
) -> std::pin::Pin<std::boxed::Box<dyn std::future::Future<Output = usize> + 'e>> {
    std::boxed::Box::pin(async move {
        here();
        let here = std::rc::Rc::new(1);
        tokio::task::yield_now().await;
        let _ = event;
        *here
    })
}

#[linked_span(event)]
fn fails(event: &Origin) -> Pin<Box<dyn Future<Output = Result<usize, String>> + Send + '_>> {
    Box::pin(async move {
        here();
        if event.span_context().is_valid() {
            Err("expected none")?;
        }
        Ok(1)
    })
}

#[linked_span(event)]
fn without_move<'e>(
    event: &'e Origin,
    count: &'e usize,
) -> Pin<Box<dyn Future<Output = usize> + Send + 'e>> {
    here();
    let _ = event;
    Box::pin(async { *count })
}

struct Silent;

#[linked_span(event)]
fn inferred_error(
    event: &Origin,
) -> Pin<Box<dyn Future<Output = Result<usize, Silent>> + Send + '_>> {
    Box::pin(async move {
        here();
        let _ = event;
        Ok(1)
    })
}

#[linked_span(event)]
fn opaque_output(
    event: &Origin,
) -> Pin<Box<dyn Future<Output = impl std::fmt::Display + use<>> + Send + '_>> {
    Box::pin(async move {
        here();
        let _ = event;
        1
    })
}

struct Shop(usize);

impl Shop {
    #[linked_span(event)]
    fn method<'s>(&'s self, event: &'s Origin) -> Pin<Box<dyn Future<Output = usize> + Send + 's>> {
        Box::pin(async move {
            here();
            let _ = event;
            self.0
        })
    }
}

async fn of<T>(boxed: Boxed<'_, T>) -> T {
    boxed.await
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let event = Origin::default();
    of(by_value(event.clone())).await;
    of(borrowed(&event)).await;
    let later = static_of_a_borrowed_event(&event.clone());
    of(later).await;
    without_send(&event).await;
    of(fails(&event)).await.unwrap();
    of(without_move(&event, &1)).await;
    assert!(matches!(of(inferred_error(&event)).await, Ok(1)));
    assert_eq!(opaque_output(&event).await.to_string(), "1");
    of(Shop(1).method(&event)).await;
    sdk.assert_each_body_ran_inside(9);
}
