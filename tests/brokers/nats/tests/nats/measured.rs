//! `messaging.process.duration` of a client's message, without a server. Its labels do not depend on the client's version.

use std::collections::BTreeMap;

use async_nats::Message;
use linked_span::linked_span;
use linked_span_tests_brokers_common::install;
use opentelemetry::global;
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};

#[linked_span(message(async_nats, destination = "measured", group = "billing"))]
async fn on_message(message: &Message) -> Result<(), std::fmt::Error> {
    if message.payload.is_empty() {
        Err(std::fmt::Error)
    } else {
        Ok(())
    }
}

#[linked_span(messages(async_nats, template = "measured.{region}"))]
fn on_batch(messages: &[Message]) {}

fn message(payload: &'static str) -> Message {
    Message {
        subject: "orders.created.7".into(),
        reply: None,
        payload: payload.into(),
        headers: None,
        status: None,
        description: None,
        length: 0,
    }
}

/// Returns the attributes of each series with its number of calls. Only the handlers above have these destinations.
fn series(exporter: &InMemoryMetricExporter) -> Vec<(BTreeMap<String, String>, u64)> {
    let finished = exporter.get_finished_metrics().expect("metrics");
    let last = finished.last().expect("an export");
    let metrics = last.scope_metrics().flat_map(|scope| scope.metrics());
    let mut found = Vec::new();
    for metric in metrics.filter(|metric| metric.name() == "messaging.process.duration") {
        assert_eq!(metric.unit(), "s");
        let AggregatedMetrics::F64(MetricData::Histogram(histogram)) = metric.data() else {
            panic!("a histogram of seconds");
        };
        for point in histogram.data_points() {
            let attributes: BTreeMap<String, String> = point
                .attributes()
                .map(|pair| (pair.key.to_string(), pair.value.to_string()))
                .collect();
            let mut values = attributes.values();
            if values.any(|value| value.starts_with("measured")) {
                found.push((attributes, point.count()));
            }
        }
    }
    found.sort();
    found
}

fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

#[tokio::test]
async fn duration_of_a_message_has_the_labels_of_its_handler() {
    install();
    let exporter = InMemoryMetricExporter::default();
    let reader = PeriodicReader::builder(exporter.clone()).build();
    let provider = SdkMeterProvider::builder().with_reader(reader).build();
    global::set_meter_provider(provider.clone());
    // A thread asks for the provider once a millisecond.
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;

    on_message(&message("paid")).await.expect("handled");
    on_message(&message("paid")).await.expect("handled");
    on_message(&message("")).await.expect_err("refused");
    on_batch(&[message("one"), message("two")]);
    provider.force_flush().expect("exported");

    let common = [
        ("messaging.operation.name", "process"),
        ("messaging.system", "nats"),
    ];
    let of_orders = [
        ("messaging.destination.name", "measured"),
        ("messaging.consumer.group.name", "billing"),
    ];
    let mut expected = vec![
        (labels(&[&common[..], &of_orders[..]].concat()), 2),
        (
            labels(
                &[
                    &common[..],
                    &of_orders[..],
                    &[("error.type", "core::fmt::Error")],
                ]
                .concat(),
            ),
            1,
        ),
        (
            labels(
                &[
                    &common[..],
                    &[("messaging.destination.template", "measured.{region}")],
                ]
                .concat(),
            ),
            1,
        ),
    ];
    expected.sort();
    assert_eq!(series(&exporter), expected);
}
