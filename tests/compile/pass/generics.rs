//! Generics: types, constants, `where` clauses, and `impl Trait` as a parameter.
#![deny(warnings)]

use std::fmt::Debug;

use linked_span::{LinkedEvent, Origin, linked_span};
use linked_span_tests::{Sdk, here, here_and};

#[linked_span(event)]
fn typed<E>(event: E) -> E
where
    E: LinkedEvent,
{
    here_and(event)
}

#[linked_span]
fn opaque(event: impl LinkedEvent + Debug, other: impl Into<String>) -> String {
    here_and(format!("{event:?}{}", other.into()))
}

#[linked_span(event)]
async fn typed_later<E, F, T, const N: usize>(event: &E, make: F) -> [T; N]
where
    E: LinkedEvent + ?Sized,
    F: Fn() -> T,
{
    here();
    let _ = event;
    std::array::from_fn(|_| make())
}

#[linked_span(event)]
async fn a_dynamic_event(event: &dyn LinkedEvent) -> Option<String> {
    here_and(event.id().map(|id| id.to_string()))
}

#[linked_span(event)]
fn generic_result<T, R>(event: &Origin, value: T) -> Result<T, R>
where
    R: From<T>,
{
    here();
    let _ = event;
    Ok(value)
}

#[linked_span(event)]
fn generic_return<R: Default>(event: &Origin) -> R {
    here();
    let _ = event;
    R::default()
}

#[linked_span(event)]
async fn not_even_sized<T: ?Sized + ToString>(event: &Origin, value: &T) -> String {
    here();
    let _ = event;
    value.to_string()
}

#[linked_span(event)]
fn defaulted<const NAMED: bool>(event: &Origin) -> Option<&'static str> {
    here();
    let _ = event;
    if NAMED { Some("named") } else { None }
}

struct Shop<T, const N: usize>([T; N]);

impl<T: Clone + Debug, const N: usize> Shop<T, N> {
    #[linked_span(event, attributes(size = N, content = ?self.0))]
    async fn method<E: LinkedEvent>(&self, event: E) -> Vec<T> {
        here();
        drop(event);
        self.0.to_vec()
    }
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let event = Origin::default();
    typed(&event);
    opaque(&event, "x");
    let _: [u8; 3] = typed_later(&event, || 1).await;
    a_dynamic_event(&event).await;
    let _: Result<u8, u16> = generic_result(&event, 1);
    let _: String = generic_return(&event);
    not_even_sized(&event, "text").await;
    defaulted::<true>(&event);
    Shop([1]).method(event).await;
    sdk.assert_each_body_ran_inside(9);
}
