//! The end of a handler: returned, failed, panicked or cancelled.

use std::future::{Future, pending};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use linked_span::{Origin, linked_span};
use linked_span_tests::{Sdk, pairs};
use opentelemetry::trace::Status;
use opentelemetry_sdk::trace::SpanData;

fn event() -> Origin {
    Origin::default()
}

pub(crate) fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn attribute(span: &SpanData, key: &str) -> Option<String> {
    let mut attributes = span.attributes.iter();
    let attribute = attributes.find(|attribute| attribute.key.as_str() == key)?;
    Some(attribute.value.to_string())
}

/// Asserts that the span has no status, no events and no attributes.
fn assert_returned(span: &SpanData) {
    assert_eq!(span.status, Status::Unset);
    assert_eq!(span.events.len(), 0);
    assert_eq!(pairs(&span.attributes), []);
}

#[linked_span(event)]
fn returns(event: &Origin) -> Result<u8, std::fmt::Error> {
    Ok(1)
}

#[linked_span(event)]
fn returns_a_generic<T>(event: &Origin, value: T) -> T {
    value
}

#[test]
fn handler_that_returns_has_no_status() {
    let sdk = Sdk::install();
    assert_eq!(returns(&event()), Ok(1));
    assert_returned(&sdk.span());
}

/// The function does not know the type, and the attribute must not change its bounds.
#[test]
fn err_behind_a_generic_is_not_recorded() {
    let sdk = Sdk::install();
    assert!(returns_a_generic(&event(), Err::<(), _>(1)).is_err());
    assert_returned(&sdk.span());
}

#[derive(Debug)]
struct MailError;

impl std::fmt::Display for MailError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the mailbox is full")
    }
}

#[derive(Debug, PartialEq)]
struct OnlyDebug(u8);

#[derive(PartialEq)]
struct Neither;

#[linked_span(event)]
fn fails(event: &Origin) -> Result<(), MailError> {
    Err(MailError)?;
    Ok(())
}

#[linked_span(event)]
async fn fails_later(event: &Origin) -> Result<(), MailError> {
    tokio::task::yield_now().await;
    Err(MailError)
}

#[linked_span(event)]
fn fails_only_debug(event: &Origin) -> Result<(), OnlyDebug> {
    Err(OnlyDebug(7))
}

#[linked_span(event)]
fn fails_with_neither(event: &Origin) -> Result<(), Neither> {
    Err(Neither)
}

#[linked_span(event)]
fn fails_generically<E: std::fmt::Display>(event: &Origin, error: E) -> Result<(), E> {
    Err(error)
}

#[linked_span(event, errors = type)]
fn fails_by_type(event: &Origin) -> Result<(), MailError> {
    Err(MailError)
}

#[linked_span(event, errors = off)]
fn fails_in_silence(event: &Origin) -> Result<(), MailError> {
    Err(MailError)
}

fn assert_failed(span: &SpanData, error_type: &str, message: &str) {
    assert_eq!(span.status, Status::error(message.to_owned()));
    assert_eq!(
        pairs(&span.attributes),
        [("error.type", error_type.to_owned().into())]
    );
    let [exception] = &span.events.events[..] else {
        panic!("expected one event: {:?}", span.events);
    };
    assert_eq!(exception.name, "exception");
    assert_eq!(
        pairs(&exception.attributes),
        [
            ("exception.type", error_type.to_owned().into()),
            ("exception.message", message.to_owned().into()),
        ]
    );
}

#[test]
fn err_with_display_is_recorded_as_its_text() {
    let sdk = Sdk::install();
    assert!(fails(&event()).is_err());
    assert_failed(
        &sdk.span(),
        std::any::type_name::<MailError>(),
        "the mailbox is full",
    );
}

#[tokio::test]
async fn err_of_an_async_fn_is_recorded() {
    let sdk = Sdk::install();
    assert!(fails_later(&event()).await.is_err());
    assert_failed(
        &sdk.span(),
        std::any::type_name::<MailError>(),
        "the mailbox is full",
    );
}

#[test]
fn err_with_debug_only_is_recorded_as_its_debug() {
    let sdk = Sdk::install();
    assert_eq!(fails_only_debug(&event()), Err(OnlyDebug(7)));
    assert_failed(
        &sdk.span(),
        std::any::type_name::<OnlyDebug>(),
        "OnlyDebug(7)",
    );
}

#[test]
fn err_without_display_and_debug_sets_only_the_status() {
    let sdk = Sdk::install();
    assert!(fails_with_neither(&event()) == Err(Neither));
    let span = sdk.span();
    assert_eq!(span.status, Status::error(""));
    assert_eq!(span.events.len(), 0);
    assert_eq!(pairs(&span.attributes), []);
}

#[test]
fn err_of_a_generic_type_is_recorded_by_its_bounds() {
    let sdk = Sdk::install();
    assert!(fails_generically(&event(), "broken").is_err());
    assert_failed(&sdk.span(), "&str", "broken");
}

#[test]
fn errors_option_type_records_no_message() {
    let sdk = Sdk::install();
    assert!(fails_by_type(&event()).is_err());
    let span = sdk.span();
    let error_type = std::any::type_name::<MailError>();
    assert_eq!(span.status, Status::error(""));
    assert_eq!(pairs(&span.attributes), [("error.type", error_type.into())]);
    assert_eq!(
        pairs(&span.events.events[0].attributes),
        [("exception.type", error_type.into())]
    );
}

#[test]
fn errors_option_off_records_nothing() {
    let sdk = Sdk::install();
    assert!(fails_in_silence(&event()).is_err());
    assert_returned(&sdk.span());
}

#[linked_span(event)]
fn panics(event: &Origin) {
    panic!("as it should");
}

#[linked_span(event)]
async fn panics_later(event: &Origin) {
    tokio::task::yield_now().await;
    panic!("as it should");
}

fn assert_panicked(span: &SpanData) {
    assert_eq!(span.status, Status::error("panicked"));
    assert_eq!(attribute(span, "linked_span.cancelled"), None);
}

#[test]
fn panic_of_a_function_is_recorded() {
    let sdk = Sdk::install();
    assert!(catch_unwind(|| panics(&event())).is_err());
    assert_panicked(&sdk.span());
}

#[test]
fn panic_of_a_future_is_recorded() {
    let sdk = Sdk::install();
    let event = event();
    let mut handler = Box::pin(panics_later(&event));
    assert!(poll_once(handler.as_mut()).is_pending());
    let poll = catch_unwind(AssertUnwindSafe(|| poll_once(handler.as_mut())));
    assert!(poll.is_err());
    assert_panicked(&sdk.span());
    drop(handler);
    assert_panicked(&sdk.span());
}

#[linked_span(event)]
async fn waits(event: &Origin) {
    pending::<()>().await;
}

fn assert_cancelled(span: &SpanData) {
    assert_eq!(span.status, Status::Unset);
    assert_eq!(
        pairs(&span.attributes),
        [("linked_span.cancelled", true.into())]
    );
}

#[test]
fn future_dropped_before_its_end_is_cancelled() {
    let sdk = Sdk::install();
    let event = event();
    let mut handler = Box::pin(waits(&event));
    assert!(poll_once(handler.as_mut()).is_pending());
    assert_eq!(sdk.spans().len(), 0);
    drop(handler);
    assert_cancelled(&sdk.span());
}

#[tokio::test(start_paused = true)]
async fn future_after_a_timeout_or_abort_is_cancelled() {
    let sdk = Sdk::install();
    let timeout = std::time::Duration::from_secs(1);
    assert!(
        tokio::time::timeout(timeout, waits(&event()))
            .await
            .is_err()
    );
    assert_cancelled(&sdk.span());
    let task = tokio::spawn(async { waits(&event()).await });
    tokio::task::yield_now().await;
    task.abort();
    assert!(task.await.is_err_and(|error| error.is_cancelled()));
    assert_cancelled(&sdk.spans()[1]);
}

#[test]
fn future_that_is_never_polled_has_no_span() {
    let sdk = Sdk::install();
    let event = event();
    drop(waits(&event));
    assert_eq!(sdk.spans().len(), 0);
}

/// A drop while the thread unwinds from another panic is a cancellation.
#[test]
fn future_dropped_by_another_panic_is_cancelled() {
    let sdk = Sdk::install();
    let event = event();
    let dropped = catch_unwind(AssertUnwindSafe(|| {
        let mut handler = pin!(waits(&event));
        assert!(poll_once(handler.as_mut()).is_pending());
        panic!("as it should");
    }));
    assert!(dropped.is_err());
    assert_cancelled(&sdk.span());
}

/// A handler that runs while its thread unwinds still returns its value.
#[test]
fn handler_in_a_destructor_during_a_panic_returns() {
    struct HandlesOnDrop;
    impl Drop for HandlesOnDrop {
        fn drop(&mut self) {
            assert_eq!(returns(&event()), Ok(1));
        }
    }
    let sdk = Sdk::install();
    let panicked = catch_unwind(|| {
        let _handles = HandlesOnDrop;
        panic!("as it should");
    });
    assert!(panicked.is_err());
    assert_returned(&sdk.span());
}

struct PanicsWhenDropped;

impl Drop for PanicsWhenDropped {
    fn drop(&mut self) {
        panic!("as it should");
    }
}

#[linked_span(event)]
async fn waits_with(event: &Origin, value: PanicsWhenDropped) {
    let _value = value;
    pending::<()>().await;
}

#[test]
fn panic_while_a_future_drops_is_recorded() {
    let sdk = Sdk::install();
    let event = event();
    let mut handler = Box::pin(waits_with(&event, PanicsWhenDropped));
    assert!(poll_once(handler.as_mut()).is_pending());
    assert!(catch_unwind(AssertUnwindSafe(|| drop(handler))).is_err());
    assert_panicked(&sdk.span());
}
