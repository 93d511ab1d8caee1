//! What handlers of messages add to `messaging.process.duration`.

use std::sync::OnceLock;
use std::time::Duration;

use opentelemetry::{KeyValue, global};
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};

use crate::{Attributes, attributes, expected};

/// A meter provider for all tests of the process.
struct Meters {
    exporter: InMemoryMetricExporter,
    provider: SdkMeterProvider,
}

/// One series of the histogram.
#[derive(Debug)]
struct Series {
    attributes: Attributes,
    calls: u64,
    seconds: f64,
}

fn meters() -> &'static Meters {
    static METERS: OnceLock<Meters> = OnceLock::new();
    METERS.get_or_init(|| {
        let exporter = InMemoryMetricExporter::default();
        let reader = PeriodicReader::builder(exporter.clone()).build();
        let provider = SdkMeterProvider::builder().with_reader(reader).build();
        global::set_meter_provider(provider.clone());
        Meters { exporter, provider }
    })
}

/// Installs the meter provider, and waits longer than a thread remembers that there was none.
pub fn install_meters() {
    meters();
    std::thread::sleep(Duration::from_millis(2));
}

/// Returns the series with an attribute that begins so. A test's handlers have a beginning of their own.
fn series(beginning: &str) -> Vec<Series> {
    let Meters { exporter, provider } = meters();
    provider.force_flush().expect("exported");
    let finished = exporter.get_finished_metrics().expect("metrics");
    let last = finished.last().expect("an export");
    let metrics = last.scope_metrics().flat_map(|scope| scope.metrics());
    let mut found = Vec::new();
    for metric in metrics.filter(|metric| metric.name() == "messaging.process.duration") {
        assert_eq!(metric.unit(), "s");
        let AggregatedMetrics::F64(MetricData::Histogram(histogram)) = metric.data() else {
            panic!("a histogram of seconds: {metric:?}");
        };
        for point in histogram.data_points() {
            let pairs: Vec<KeyValue> = point.attributes().cloned().collect();
            let is_of_test = |pair: &KeyValue| pair.value.as_str().starts_with(beginning);
            if pairs.iter().any(is_of_test) {
                found.push(Series {
                    attributes: attributes(&pairs),
                    calls: point.count(),
                    seconds: point.sum(),
                });
            }
        }
    }
    found
}

/// Asserts all series of a test: the attributes, the number of calls, and that each call took at least this long.
#[track_caller]
pub fn assert_measured(beginning: &str, took: Duration, wanted: &[(&str, u64)]) {
    let series = series(beginning);
    let mut found: Vec<_> = series
        .iter()
        .map(|series| (series.attributes.clone(), series.calls))
        .collect();
    let wanted = wanted
        .iter()
        .map(|(lines, calls)| (expected(lines), *calls));
    let mut wanted: Vec<_> = wanted.collect();
    found.sort();
    wanted.sort();
    assert_eq!(found, wanted);
    for Series { calls, seconds, .. } in &series {
        let calls = u32::try_from(*calls).expect("a few calls");
        let longest = Duration::from_secs(10) * calls;
        let plausible = (took * calls).as_secs_f64()..longest.as_secs_f64();
        assert!(plausible.contains(seconds), "{series:?}");
    }
}
