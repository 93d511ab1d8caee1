//! Joins whose telemetry fails: functions run, joins end, and inputs are returned as without telemetry.

use std::fmt::{self, Display};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use linked_span::fan_in::{Arrival, ArriveErrorKind, ClosedReason, ready};
use linked_span::{Attributes, Keyed, LinkedEvent, Origin, fan_in};
use linked_span_tests::{Sdk, Time, pairs, producer};
use opentelemetry::trace::{Link, SpanKind, Status, TraceId};
use opentelemetry::{Context, KeyValue, StringValue};
use opentelemetry_sdk::trace::{SamplingResult, SdkTracerProvider, ShouldSample};

use crate::{TIMEOUT, links, memory, options, ran, waits_for};

/// Writes a part of its text, then fails.
struct Broken {
    panics: bool,
}

impl Display for Broken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("no ")?;
        assert!(!self.panics, "as it should");
        Err(fmt::Error)
    }
}

/// Fails in one of its methods.
#[derive(Clone)]
struct Hostile(&'static str);

impl Hostile {
    fn reach(&self, method: &str) {
        assert_ne!(self.0, method, "as it should");
    }
}

impl LinkedEvent for Hostile {
    fn origin(&self) -> Origin {
        self.reach("origin");
        producer(1).into()
    }

    fn id(&self) -> Option<StringValue> {
        self.reach("id");
        Some("id-1".into())
    }

    fn event_type(&self) -> Option<StringValue> {
        self.reach("type");
        None
    }

    fn attributes(&self, _attributes: &mut Attributes) {
        self.reach("attributes");
    }
}

impl Keyed for Hostile {
    fn key(&self) -> std::borrow::Cow<'_, str> {
        "o-1".into()
    }
}

#[fan_in(one, other)]
fn join(one: Hostile, other: &Hostile, panics: bool) -> Result<(), Broken> {
    Err(Broken { panics })
}

#[fan_in(one, other)]
async fn join_later(one: Hostile, other: &Hostile) -> u8 {
    7
}

const METHODS: [&str; 4] = ["origin", "id", "type", "attributes"];

#[test]
fn body_runs_with_inputs_that_panic() {
    for method in METHODS {
        for panics in [false, true] {
            let (sdk, time) = (Sdk::install(), Time::default());
            let joins = Join::new(memory(&time), options());
            assert_eq!(waits_for(joins.one(Hostile(method), panics)), "other");
            let arrival = joins.other(Hostile(""), panics);
            assert!(matches!(arrival, Ok(Arrival::Failed(Err(_)))), "{method}");
            let span = sdk.span();
            assert_eq!(span.status, Status::error("no "));
            let expected = if method == "origin" { 1 } else { 2 };
            assert_eq!(links(&span).len(), expected);
            assert!(pairs(&span.attributes).contains(&("fan_in.key", "o-1".into())));
        }
    }
}

#[test]
fn body_of_a_future_runs_with_inputs_that_panic() {
    for method in METHODS {
        let (sdk, time) = (Sdk::install(), Time::default());
        let joins = JoinLater::new(memory(&time), options());
        assert_eq!(waits_for(ready(joins.one(Hostile(method)))), "other");
        assert_eq!(ran(ready(joins.other(Hostile("")))), 7);
        assert_eq!(sdk.spans().len(), 1);
    }
}

/// An error whose text fails is an error like any other: the join is delivered again.
#[test]
fn expired_join_with_an_error_whose_text_fails_is_retried() {
    for panics in [false, true] {
        let (sdk, time) = (Sdk::install(), Time::default());
        let times = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&times);
        let joins = Join::new(memory(&time), options()).on_expired(move |_| {
            match counted.fetch_add(1, Ordering::Relaxed) {
                0 => Err(Broken { panics }),
                _ => Ok(()),
            }
        });
        assert_eq!(waits_for(joins.one(Hostile("id"), true)), "other");
        time.pass(TIMEOUT);
        assert_eq!(joins.sweep(true).unwrap().expiry_failed, 1);
        time.pass(TIMEOUT);
        assert_eq!(joins.sweep(true).unwrap().expired, 1);
        assert_eq!(times.load(Ordering::Relaxed), 2);
        let spans = sdk.spans();
        let error_type = std::any::type_name::<Broken>();
        assert_eq!(
            pairs(&spans[0].events.events[0].attributes),
            [
                ("exception.type", error_type.into()),
                ("exception.message", "no ".into())
            ]
        );
        assert_eq!(links(&spans[1]).len(), 1);
    }
}

#[derive(Clone, Debug)]
struct PanicsAlways;

impl ShouldSample for PanicsAlways {
    fn should_sample(
        &self,
        _parent: Option<&Context>,
        _trace_id: TraceId,
        _name: &str,
        _kind: &SpanKind,
        _attributes: &[KeyValue],
        _links: &[Link],
    ) -> SamplingResult {
        panic!("as it should")
    }
}

#[test]
fn joins_end_under_an_sdk_that_panics() {
    let _sdk = Sdk::install_built(SdkTracerProvider::builder(), PanicsAlways);
    let time = Time::default();
    let joins = JoinLater::new(memory(&time), options()).on_expired(async |_| ());
    assert_eq!(waits_for(ready(joins.one(Hostile("")))), "other");
    assert_eq!(ran(ready(joins.other(Hostile("")))), 7);
    time.pass(2 * crate::DEDUP_WINDOW);
    assert_eq!(waits_for(ready(joins.one(Hostile("")))), "other");
    time.pass(TIMEOUT);
    assert_eq!(ready(joins.sweep()).unwrap().expired, 1);
    let closed = ready(joins.other(Hostile("")));
    assert!(matches!(
        closed,
        Ok(Arrival::Closed {
            reason: ClosedReason::Expired,
            ..
        })
    ));
}

/// Its key's text fails.
#[derive(Clone, LinkedEvent)]
struct WithoutKey {
    #[event(key)]
    order: Arc<Unwritten>,
    metadata: Origin,
}

struct Unwritten;

impl Display for Unwritten {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("o-")?;
        Err(fmt::Error)
    }
}

#[fan_in(one, other)]
fn join_without_key(one: WithoutKey, other: WithoutKey) {}

/// A partial key would be the key of another join.
#[test]
fn key_whose_text_fails_is_no_key() {
    let _sdk = Sdk::install();
    let joins = JoinWithoutKey::in_memory(std::time::Duration::from_mins(1));
    let event = WithoutKey {
        order: Arc::new(Unwritten),
        metadata: Origin::default(),
    };
    assert_eq!(event.key(), "");
    let Err(error) = joins.one(event.clone()) else {
        panic!("it has no key");
    };
    assert!(matches!(error.kind, ArriveErrorKind::NoKey));
    let input = error.input.into_one().unwrap();
    assert!(Arc::ptr_eq(&input.order, &event.order));
}
