//! The metrics that a collector receives: names, units, boundaries and attributes, as in the table of
//! `linked_span::metrics`.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::Duration;

use fake_opentelemetry_collector::FakeCollectorServer;
use linked_span::fan_in::{JoinOptions, Memory};
use linked_span::{LinkedEvent, Origin, fan_in, linked_span};
use opentelemetry::global;
use opentelemetry_otlp::{MetricExporter, WithExportConfig};
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider};
use tokio::runtime::Runtime;

use crate::collector::alone;

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

fn event(order: u64) -> Event {
    Event {
        order,
        metadata: Origin::default(),
    }
}

#[linked_span(event)]
fn send_receipt(event: &Event) -> Result<(), std::fmt::Error> {
    Err(std::fmt::Error)
}

#[fan_in(payment, inventory)]
fn pack_order(payment: Event, inventory: Event) -> Result<(), std::fmt::Error> {
    match payment.order {
        1 => Ok(()),
        _ => Err(std::fmt::Error),
    }
}

fn run() {
    let _ = send_receipt(&event(1));
    let options = JoinOptions::timeout(Duration::from_secs(3_600)).max_attempts(1);
    let joins = PackOrder::new(Memory::new(), options);
    for order in [1, 2] {
        let _ = joins.payment(event(order));
        let _ = joins.inventory(event(order));
    }
    joins.sweep().expect("a store");
    let expiring = JoinOptions::timeout(Duration::from_millis(1));
    let joins = PackOrder::new(Memory::new(), expiring).on_expired(|_| ());
    let _ = joins.payment(event(3));
    thread::sleep(Duration::from_millis(5));
    joins.sweep().expect("a store");
}

/// A metric that the collector received.
#[derive(Debug, Default, PartialEq)]
struct Received {
    unit: String,
    keys: BTreeSet<String>,
    boundaries: Vec<f64>,
}

fn received(run: impl FnOnce()) -> BTreeMap<String, Received> {
    let _alone = alone();
    let runtime = Runtime::new().expect("a runtime");
    let _entered = runtime.enter();
    let mut collector = runtime
        .block_on(FakeCollectorServer::start())
        .expect("a collector");
    let exporter = MetricExporter::builder()
        .with_tonic()
        .with_endpoint(collector.endpoint())
        .build()
        .expect("an exporter");
    let reader = PeriodicReader::builder(exporter).build();
    let provider = SdkMeterProvider::builder().with_reader(reader).build();
    global::set_meter_provider(provider.clone());
    thread::sleep(Duration::from_millis(2));

    run();

    provider.force_flush().expect("metrics that were taken");
    let scopes = runtime.block_on(collector.exported_metrics(1, Duration::from_secs(20)));
    let mut metrics = BTreeMap::new();
    for metric in scopes.into_iter().flat_map(|scope| scope.metrics) {
        // The collector's types of data points cannot be named here.
        let text = format!("{:?}", metric.data);
        let received = Received {
            unit: metric.unit,
            keys: keys_in(&text),
            boundaries: boundaries_in(&text),
        };
        metrics.insert(metric.name, received);
    }
    metrics
}

fn keys_in(text: &str) -> BTreeSet<String> {
    const KEYS: [&str; 7] = [
        "error.type",
        "fan_in.input",
        "fan_in.join",
        "fan_in.outcome",
        "fan_in.reason",
        "fan_in.store",
        "linked_span.handler",
    ];
    let is_in = |key: &&str| text.contains(&format!("{key:?}: "));
    KEYS.into_iter().filter(is_in).map(str::to_owned).collect()
}

fn boundaries_in(text: &str) -> Vec<f64> {
    let Some((_, rest)) = text.split_once("explicit_bounds: [") else {
        return Vec::new();
    };
    let (numbers, _) = rest.split_once(']').expect("a list");
    let numbers = numbers.split(", ").filter(|number| !number.is_empty());
    numbers
        .map(|number| number.parse().expect("a number"))
        .collect()
}

#[test]
fn metrics_arrive_with_names_units_boundaries_and_attributes() {
    let handler = [
        0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
    ];
    let wait = [
        0.001, 0.01, 0.1, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3_600.0, 14_400.0, 43_200.0,
        86_400.0, 259_200.0, 604_800.0,
    ];
    let metrics = received(run);
    for (name, unit, keys, boundaries) in [
        (
            "linked_span.handler.duration",
            "s",
            &["error.type", "linked_span.handler"][..],
            &handler[..],
        ),
        (
            "linked_span.fan_in.arrivals",
            "{input}",
            &["fan_in.input", "fan_in.join", "fan_in.outcome"],
            &[],
        ),
        (
            "linked_span.fan_in.wait",
            "s",
            &["fan_in.input", "fan_in.join"],
            &wait,
        ),
        (
            "linked_span.fan_in.runs",
            "{run}",
            &["fan_in.join", "fan_in.outcome"],
            &[],
        ),
        (
            "linked_span.fan_in.expired",
            "{join}",
            &["fan_in.join"],
            &[],
        ),
        (
            "linked_span.fan_in.parked",
            "{join}",
            &["fan_in.join", "fan_in.reason"],
            &[],
        ),
        (
            "linked_span.fan_in.open",
            "{join}",
            &["fan_in.join", "fan_in.store"],
            &[],
        ),
        (
            "linked_span.fan_in.swept",
            "s",
            &["fan_in.join", "fan_in.store"],
            &[],
        ),
    ] {
        let expected = Received {
            unit: unit.to_owned(),
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            boundaries: boundaries.to_vec(),
        };
        assert_eq!(metrics.get(name), Some(&expected), "{name}");
    }
    assert_eq!(metrics.len(), 8, "{:?}", metrics.keys());
}
