//! Functions that return an opaque future.
#![deny(warnings)]

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, here, here_and};

#[linked_span(event)]
fn by_value(event: Origin) -> impl Future<Output = Origin> {
    async move {
        here();
        event
    }
}

#[linked_span(event)]
fn borrowed(event: &Origin) -> impl Future<Output = usize> {
    async move {
        here();
        let _ = event;
        1
    }
}

#[linked_span(event)]
fn sent(event: &Origin) -> impl Future<Output = usize> + Send {
    async move {
        here();
        tokio::task::yield_now().await;
        let _ = event;
        1
    }
}

#[linked_span(event)]
fn without_move<'e>(event: &'e Origin, count: &'e usize) -> impl Future<Output = usize> + 'e {
    async {
        here();
        *count
    }
}

#[linked_span(event)]
fn moved_into_the_future(event: Origin) -> impl Future<Output = Origin> {
    async {
        here();
        event
    }
}

#[linked_span(event)]
fn nothing_captured(event: &Origin) -> impl Future<Output = usize> + use<> {
    async {
        here();
        1
    }
}

#[linked_span(event)]
fn static_of_a_borrowed_event(
    event: &Origin,
) -> impl Future<Output = usize> + Send + 'static + use<> {
    async move {
        here();
        1
    }
}

#[linked_span(event)]
fn static_after_statements(event: &Origin) -> impl Future<Output = Origin> + 'static + use<> {
    here();
    let event = event.clone();
    async move { event }
}

#[linked_span(event)]
fn captured_type<T: Send>(event: &Origin, value: T) -> impl Future<Output = T> + use<T> {
    async move {
        here();
        value
    }
}

#[linked_span(event)]
fn early_return(event: &Origin) -> impl Future<Output = usize> + use<> {
    here();
    if event.span_context().is_valid() {
        return std::future::ready(1);
    }
    std::future::ready(2)
}

#[linked_span(event)]
fn fails(event: Origin) -> impl Future<Output = Result<Origin, String>> {
    async move {
        here();
        if event.span_context().is_valid() {
            Err("expected none")?;
        }
        Ok(event)
    }
}

struct Silent;

#[linked_span(event)]
fn inferred_error(event: Origin) -> impl Future<Output = Result<Origin, Silent>> {
    async {
        here();
        Ok(event)
    }
}

#[linked_span(event)]
fn inferred_error_after_statements(event: Origin) -> impl Future<Output = Result<Origin, Silent>> {
    here();
    let event = event.clone();
    async { Ok(event) }
}

#[linked_span(event)]
fn borrowed_error<'e>(
    event: &Origin,
    name: &'e str,
) -> impl Future<Output = Result<&'e str, &'e Silent>> + use<'e> {
    here();
    let name = name.trim();
    async move { Ok(name) }
}

#[linked_span(event)]
fn output_unknown(event: &Origin) -> impl Future + use<> {
    async {
        here();
        1
    }
}

#[linked_span(event)]
fn opaque_output(event: &Origin) -> impl Future<Output = impl std::fmt::Display + use<>> + use<> {
    async {
        here();
        1
    }
}

#[linked_span(event)]
fn handed_on(event: Origin) -> impl Future<Output = Result<Origin, String>> {
    here_and(fails(event))
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let event = Origin::default();
    by_value(event.clone()).await;
    borrowed(&event).await;
    sent(&event).await;
    without_move(&event, &1).await;
    moved_into_the_future(event.clone()).await;
    let later = (
        nothing_captured(&event.clone()),
        static_of_a_borrowed_event(&event.clone()),
        static_after_statements(&event.clone()),
        captured_type(&event.clone(), 1),
        early_return(&event.clone()),
    );
    later.0.await;
    later.1.await;
    later.2.await;
    later.3.await;
    later.4.await;
    fails(event.clone()).await.unwrap();
    assert!(inferred_error(event.clone()).await.is_ok());
    assert!(inferred_error_after_statements(event.clone()).await.is_ok());
    assert!(borrowed_error(&event, "name").await.is_ok());
    output_unknown(&event).await;
    assert_eq!(opaque_output(&event).await.to_string(), "1");
    handed_on(event).await.unwrap();
    sdk.assert_each_body_ran_inside(18);
}
