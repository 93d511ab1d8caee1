//! Values that fail while telemetry reads them. The handler works as without telemetry.

use std::fmt::{self, Debug, Display};
use std::future::Future;
use std::panic::panic_any;
use std::pin::{Pin, pin};
use std::task::{Context as Task, Poll, Waker};

use linked_span::{AttributeValue, Attributes, Events, LinkedEvent, Origin, inject, linked_span};
use linked_span_tests::{Sdk, active, here, pairs, producer};
use opentelemetry::trace::{Status, get_active_span};
use opentelemetry::{Context, StringValue, Value};
use opentelemetry_sdk::trace::SpanData;

/// A kind of failure.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    /// Writes a part of its text, and returns an error.
    FmtError,
    Panic,
    /// Panics with a payload that panics when it is dropped.
    PanicTwice,
}

const FAULTS: [Fault; 3] = [Fault::FmtError, Fault::Panic, Fault::PanicTwice];

impl Fault {
    fn happen(self) -> fmt::Result {
        match self {
            Self::FmtError => Err(fmt::Error),
            Self::Panic => panic!("as it should"),
            Self::PanicTwice => panic_any(PanicsWhenDropped),
        }
    }

    fn panic(self) {
        let _ = self.happen();
    }
}

struct PanicsWhenDropped;

impl Drop for PanicsWhenDropped {
    fn drop(&mut self) {
        panic!("as it should");
    }
}

/// Writes a part of its text, then fails.
#[derive(Clone, Copy, PartialEq)]
struct Broken(Fault);

impl Display for Broken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("no ")?;
        self.0.happen()
    }
}

impl Debug for Broken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, formatter)
    }
}

impl AttributeValue for Broken {
    fn to_value(&self) -> Option<Value> {
        self.0.panic();
        None
    }
}

/// An error that only implements `Debug`.
struct BrokenDebug(Fault);

impl Debug for BrokenDebug {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&Broken(self.0), formatter)
    }
}

fn event() -> Origin {
    producer(1).into()
}

fn finish<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut task = Task::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut task) {
            return output;
        }
    }
}

#[linked_span(event)]
fn fails(event: &Origin, fault: Fault) -> Result<(), Broken> {
    here();
    Err(Broken(fault))
}

#[linked_span(event)]
fn fails_only_debug(event: &Origin, fault: Fault) -> Result<(), BrokenDebug> {
    here();
    Err(BrokenDebug(fault))
}

#[linked_span(event)]
async fn fails_later(event: &Origin, fault: Fault) -> Result<(), Broken> {
    tokio::task::yield_now().await;
    here();
    Err(Broken(fault))
}

#[linked_span(event)]
fn fails_boxed(
    event: &Origin,
    fault: Fault,
) -> Pin<Box<dyn Future<Output = Result<(), Broken>> + '_>> {
    Box::pin(async move {
        here();
        Err(Broken(fault))
    })
}

fn assert_failed(span: &SpanData, error_type: &str) {
    assert_eq!(span.links.len(), 1);
    let text = "no ";
    assert_eq!(span.status, Status::error(text));
    assert_eq!(
        pairs(&span.attributes),
        [("error.type", error_type.to_owned().into())]
    );
    let exception = span.events.iter().find(|event| event.name == "exception");
    assert_eq!(
        exception.map(|event| pairs(&event.attributes)),
        Some(vec![
            ("exception.type", error_type.to_owned().into()),
            ("exception.message", text.into()),
        ])
    );
}

#[test]
fn error_text_that_fails_keeps_the_returned_err() {
    let error_type = std::any::type_name::<Broken>();
    for fault in FAULTS {
        let sdk = Sdk::install();
        assert!(fails(&event(), fault) == Err(Broken(fault)));
        assert_failed(&sdk.span(), error_type);
        assert!(finish(fails_later(&event(), fault)) == Err(Broken(fault)));
        assert!(finish(fails_boxed(&event(), fault)) == Err(Broken(fault)));
        assert!(fails_only_debug(&event(), fault).is_err());
        let spans = sdk.spans();
        assert_failed(&spans[1], error_type);
        assert_failed(&spans[2], error_type);
        assert_failed(&spans[3], std::any::type_name::<BrokenDebug>());
        sdk.assert_each_body_ran_inside(4);
    }
}

/// Writes its text in parts, and counts them.
struct Long<'c>(&'c std::cell::Cell<usize>);

const PART: &str = "ä";

impl Display for Long<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for _ in 0..5 * 1024 * 1024 {
            self.0.set(self.0.get() + 1);
            formatter.write_str(PART)?;
        }
        Ok(())
    }
}

#[linked_span(event)]
fn fails_at_length<'c>(event: &Origin, count: &'c std::cell::Cell<usize>) -> Result<(), Long<'c>> {
    Err(Long(count))
}

#[test]
fn error_text_of_ten_megabytes_is_cut() {
    const MOST: usize = 8 * 1024;
    let (sdk, count) = (Sdk::install(), std::cell::Cell::new(0));
    assert!(fails_at_length(&event(), &count).is_err());
    let span = sdk.span();
    let Status::Error { description } = &span.status else {
        panic!("no error: {span:?}");
    };
    let text = description
        .strip_suffix('…')
        .expect("a mark where it is cut");
    assert!(text.chars().all(|character| character == 'ä'));
    assert!((MOST - 8..=MOST).contains(&description.len()));
    let message = &span.events.events[0].attributes[1];
    assert_eq!(message.value.as_str(), description.as_ref());
    // The runtime stops formatting at the limit.
    assert!(count.get() <= MOST / PART.len() + 1);
}

#[linked_span(event, attributes(
    before = 1,
    display = %broken,
    debug = ?broken,
    value = broken,
    after = 2,
))]
fn describes(event: &Origin, broken: Broken) -> u8 {
    here();
    7
}

#[linked_span(event(attributes(before = 1, display = %broken, value = broken, after = 2)))]
async fn describes_its_link(event: &Origin, broken: Broken) -> u8 {
    tokio::task::yield_now().await;
    here();
    7
}

#[linked_span(events, attributes(value = broken), relationship = broken)]
fn describes_a_batch(events: &[Origin], broken: Broken) -> u8 {
    here();
    7
}

#[linked_span(
    one(relationship = broken, attributes(value = broken)),
    other(relationship = broken, attributes(after = 2)),
    attributes(after = 2)
)]
fn describes_several(one: &Origin, other: &Origin, broken: Broken) -> u8 {
    here();
    7
}

/// Only the value that fails is left out.
#[test]
fn attribute_that_fails_is_left_out() {
    for fault in FAULTS {
        let (sdk, broken) = (Sdk::install(), Broken(fault));
        assert_eq!(describes(&event(), broken), 7);
        assert_eq!(finish(describes_its_link(&event(), broken)), 7);
        assert_eq!(describes_a_batch(&[event(), event()], broken), 7);
        assert_eq!(describes_several(&event(), &event(), broken), 7);
        sdk.assert_each_body_ran_inside(4);
        let spans = sdk.spans();
        let around = [("before", 1.into()), ("after", 2.into())];
        assert_eq!(pairs(&spans[0].attributes), around);
        assert_eq!(spans[0].links.len(), 1);
        assert_eq!(pairs(&spans[1].links.links[0].attributes)[1..], around);
        assert_eq!(spans[2].links.len(), 2);
        assert_eq!(
            pairs(&spans[2].attributes),
            [("batch.size", 2.into()), ("batch.link_count", 2.into())]
        );
        assert_eq!(pairs(&spans[3].attributes), [("after", 2.into())]);
        let links = &spans[3].links.links;
        assert_eq!(
            pairs(&links[0].attributes),
            [("link.relationship", "one".into())]
        );
        assert_eq!(
            pairs(&links[1].attributes),
            [("link.relationship", "other".into()), ("after", 2.into())]
        );
    }
}

fn panics<T>() -> T {
    panic!("as it should")
}

#[linked_span(event, name = panics::<String>(), attributes(order.id = 1))]
fn has_no_name(event: &Origin) -> u8 {
    here();
    7
}

#[linked_span(event, attributes(order.id = 1, other = panics::<u8>(), last = 2))]
async fn has_no_attribute(event: &Origin) -> u8 {
    here();
    7
}

#[linked_span(event(origin = panics::<Origin>()))]
fn has_no_origin(event: u8) -> u8 {
    here();
    event
}

#[linked_span(event, relationship = panics::<u8>())]
fn has_no_relationship(event: &Origin) -> impl Future<Output = u8> {
    async move {
        here();
        7
    }
}

#[linked_span(event, tracer = panics::<opentelemetry_sdk::trace::SdkTracer>())]
fn has_no_tracer(event: &Origin) -> u8 {
    7
}

/// The runtime evaluates events, attributes and the name in this order. It keeps what came before the panic.
#[test]
fn expression_that_panics_ends_the_collection() {
    let sdk = Sdk::install();
    assert_eq!(has_no_name(&event()), 7);
    assert_eq!(finish(has_no_attribute(&event())), 7);
    assert_eq!(has_no_origin(7), 7);
    assert_eq!(finish(has_no_relationship(&event())), 7);
    sdk.assert_each_body_ran_inside(4);
    let spans = sdk.spans();
    assert_eq!(spans[0].name, "has_no_name");
    for span in &spans[..2] {
        assert_eq!(span.links.len(), 1);
        assert_eq!(pairs(&span.attributes), [("order.id", 1.into())]);
    }
    // Without a tracer there is no span.
    assert_eq!(has_no_tracer(&event()), 7);
    assert_eq!(sdk.spans().len(), 4);
}

/// Panics in one of its methods.
#[derive(Clone, Copy)]
struct Hostile {
    method: &'static str,
    fault: Fault,
}

impl Hostile {
    fn reach(&self, method: &str) {
        if self.method == method {
            self.fault.panic();
        }
    }
}

impl LinkedEvent for Hostile {
    fn origin(&self) -> Origin {
        self.reach("origin");
        event()
    }

    fn id(&self) -> Option<StringValue> {
        self.reach("id");
        Some("id-1".into())
    }

    fn event_type(&self) -> Option<StringValue> {
        self.reach("type");
        Some("type-1".into())
    }

    fn attributes(&self, attributes: &mut Attributes) {
        attributes.set("before", 1);
        self.reach("attributes");
        attributes.set("after", 2);
    }
}

#[linked_span(event)]
fn handles(event: Hostile) -> u8 {
    here();
    7
}

#[linked_span(events)]
async fn handles_a_batch(events: Vec<Hostile>) -> u8 {
    here();
    7
}

#[linked_span(one, other, third)]
fn handles_several(one: Hostile, other: &Hostile, third: [Hostile; 2]) -> u8 {
    here();
    7
}

/// Returns all values except those of the method that panics.
fn without<'p>(method: &str, all: &[(&'p str, &'static str)]) -> Vec<(&'p str, Value)> {
    all.iter()
        .filter(|(_, from)| *from != method)
        .map(|(key, from)| {
            let value = match *from {
                "before" => 1.into(),
                "attributes" => 2.into(),
                "id" => "id-1".into(),
                "type" => "type-1".into(),
                other => other.to_owned().into(),
            };
            (*key, value)
        })
        .collect()
}

#[test]
fn event_method_that_panics_loses_its_own_value() {
    for method in ["origin", "id", "type", "attributes"] {
        for fault in [Fault::Panic, Fault::PanicTwice] {
            let (sdk, hostile) = (Sdk::install(), Hostile { method, fault });
            let whole = Hostile { method: "", fault };
            assert_eq!(handles(hostile), 7);
            assert_eq!(finish(handles_a_batch(vec![whole, hostile, whole])), 7);
            assert_eq!(handles_several(hostile, &whole, [hostile, whole]), 7);
            sdk.assert_each_body_ran_inside(3);
            let spans = sdk.spans();
            let has_link = usize::from(method != "origin");
            let said = [
                ("event.id", "id"),
                ("event.type", "type"),
                ("before", "before"),
                ("after", "attributes"),
            ];
            assert_eq!(pairs(&spans[0].attributes), without(method, &said));
            assert_eq!(spans[0].links.len(), has_link);
            assert_eq!(spans[1].links.len(), 2 + has_link);
            assert_eq!(
                pairs(&spans[1].attributes)[0],
                ("batch.size", 3.into()),
                "an event without an origin is one of the batch"
            );
            let said = [
                ("link.relationship", "third"),
                ("event.id", "id"),
                ("link.event_type", "type"),
                ("before", "before"),
                ("after", "attributes"),
            ];
            assert_eq!(spans[2].links.len(), 2 + 2 * has_link);
            let last = &spans[2].links.links[1 + 2 * has_link];
            assert_eq!(pairs(&last.attributes), without("", &said));
            if has_link > 0 {
                let third = &spans[2].links.links[2];
                assert_eq!(pairs(&third.attributes), without(method, &said));
            }
        }
    }
}

/// A batch whose iterator panics at an event, or when it is dropped.
struct Stream(&'static str);

struct StreamIter(&'static str, u8);

impl Iterator for StreamIter {
    type Item = Origin;

    fn next(&mut self) -> Option<Origin> {
        self.1 += 1;
        match self.1 {
            4 if self.0 == "end" => None,
            3 if self.0 == "next" => panic!("as it should"),
            // The runtime stops asking an iterator that keeps panicking.
            4.. => panic!("as it should"),
            number => Some(producer(number).into()),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        assert_ne!(self.0, "hint", "as it should");
        (usize::MAX, None)
    }
}

impl Drop for StreamIter {
    fn drop(&mut self) {
        assert_ne!(self.0, "end", "as it should");
    }
}

impl Events for Stream {
    fn events(&self) -> impl Iterator<Item = impl LinkedEvent> {
        assert_ne!(self.0, "events", "as it should");
        StreamIter(self.0, 0)
    }
}

#[linked_span(stream, attributes(after = 2))]
fn handles_a_stream(stream: &Stream) -> u8 {
    here();
    7
}

#[test]
fn batch_that_panics_keeps_the_links_before() {
    for (place, links) in [("events", 0), ("hint", 3), ("next", 2), ("end", 3)] {
        let sdk = Sdk::install();
        assert_eq!(handles_a_stream(&Stream(place)), 7);
        sdk.assert_each_body_ran_inside(1);
        let span = sdk.span();
        assert_eq!(span.links.len(), links, "{place}");
        let after = span.attributes.last().map(|last| last.key.as_str());
        assert_eq!(after, Some("after"), "{place}");
    }
}

/// Opens a context when it is read, as an instrumented function does.
#[derive(Clone, Copy)]
struct Instrumented;

impl Display for Instrumented {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let _guard = active(producer(9)).attach();
        formatter.write_str("told")
    }
}

impl AttributeValue for Instrumented {
    fn to_value(&self) -> Option<Value> {
        let _guard = active(producer(9)).attach();
        linked_span::set_attribute("inner", 1);
        Some("told".into())
    }
}

struct InstrumentedCarrier(Vec<String>);

impl linked_span::CarrierMut for InstrumentedCarrier {
    fn set(&mut self, name: &str, _value: String) {
        let _guard = active(producer(9)).attach();
        self.0.push(name.to_owned());
    }

    fn remove(&mut self, _name: &str) {
        let _guard = active(producer(9)).attach();
    }
}

impl linked_span::Carrier for InstrumentedCarrier {
    fn origin(&self) -> Origin {
        let _guard = active(producer(9)).attach();
        event()
    }
}

#[linked_span(origin)]
fn sets(origin: &Origin) -> Vec<String> {
    linked_span::set_attribute("value", Instrumented);
    linked_span::set_attribute("text", format_args!("{Instrumented}"));
    let mut carrier = InstrumentedCarrier(Vec::new());
    inject(&mut carrier);
    assert_eq!(linked_span::extract(&carrier), event());
    here();
    carrier.0
}

#[test]
fn value_that_opens_a_context_is_read_without_a_borrow() {
    let sdk = Sdk::install();
    assert_eq!(sets(&event()), ["traceparent"]);
    sdk.assert_each_body_ran_inside(1);
    assert_eq!(
        pairs(&sdk.span().attributes),
        [("value", "told".into()), ("text", "told".into())]
    );
}

struct BrokenCarrier;

impl linked_span::CarrierMut for BrokenCarrier {
    fn set(&mut self, _name: &str, _value: String) {
        panic!("as it should")
    }

    fn remove(&mut self, _name: &str) {
        panic!("as it should")
    }
}

impl linked_span::Carrier for BrokenCarrier {
    fn origin(&self) -> Origin {
        panic!("as it should")
    }
}

#[linked_span(event)]
fn sets_what_fails(event: &Origin, broken: Broken) -> u8 {
    linked_span::set_attribute("value", broken);
    linked_span::set_attribute("display", format_args!("{broken}"));
    linked_span::set_attribute("after", 2);
    inject(&mut BrokenCarrier);
    assert_eq!(linked_span::extract(&BrokenCarrier), Origin::default());
    here();
    7
}

#[test]
fn body_continues_after_a_value_that_fails() {
    for fault in FAULTS {
        let sdk = Sdk::install();
        assert_eq!(sets_what_fails(&event(), Broken(fault)), 7);
        sdk.assert_each_body_ran_inside(1);
        assert_eq!(pairs(&sdk.span().attributes), [("after", 2.into())]);
    }
}

/// While the program borrows the current context, OpenTelemetry cannot attach another.
#[test]
fn handler_within_a_borrow_of_the_context_runs() {
    let sdk = Sdk::install();
    let _guard = active(producer(3)).attach();
    let returned = Context::map_current(|_| fails(&event(), Fault::FmtError));
    assert!(returned.is_err());
    let returned = get_active_span(|_| describes(&event(), Broken(Fault::FmtError)));
    assert_eq!(returned, 7);
    let returned = get_active_span(|_| finish(fails_later(&event(), Fault::FmtError)));
    assert!(returned.is_err());
    assert_eq!(sdk.spans().len(), 3);
}

/// An event whose id and type implement `Display`.
#[derive(LinkedEvent)]
struct Derived {
    id: Broken,
    event_type: Broken,
    #[event(attribute = "order.id")]
    order: u64,
    metadata: Origin,
}

#[linked_span(event)]
fn handles_derived(event: &Derived) -> u8 {
    here();
    7
}

#[test]
fn derived_field_that_fails_is_left_out() {
    for fault in FAULTS {
        let sdk = Sdk::install();
        let event = Derived {
            id: Broken(fault),
            event_type: Broken(fault),
            order: 3,
            metadata: event(),
        };
        assert_eq!(handles_derived(&event), 7);
        sdk.assert_each_body_ran_inside(1);
        let span = sdk.span();
        assert_eq!(pairs(&span.attributes), [("order.id", 3.into())]);
        assert_eq!(span.links.len(), 1);
    }
}

struct Parts {
    broken: Broken,
    origin: Origin,
}

impl LinkedEvent for Parts {
    fn origin(&self) -> Origin {
        self.origin.clone()
    }
}

/// Attributes from a pattern's variables are collected after the event was read.
#[linked_span(relationship = broken, attributes(value = broken, after = 2), name = panics::<String>())]
async fn handles_a_pattern(Parts { broken, origin }: Parts) -> bool {
    here();
    broken.0 == Fault::Panic && origin == event()
}

#[test]
fn pattern_whose_variables_fail_keeps_its_link() {
    let sdk = Sdk::install();
    let parts = Parts {
        broken: Broken(Fault::Panic),
        origin: event(),
    };
    assert!(finish(handles_a_pattern(parts)));
    sdk.assert_each_body_ran_inside(1);
    let span = sdk.span();
    assert_eq!(pairs(&span.attributes), [("after", 2.into())]);
    assert_eq!(span.links.len(), 1);
}
