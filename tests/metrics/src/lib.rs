//! A meter provider for one test, and helpers that query it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use opentelemetry::metrics::noop::NoopMeterProvider;
use opentelemetry::{KeyValue, global};
use opentelemetry_sdk::metrics::data::{
    AggregatedMetrics, Metric, MetricData, ResourceMetrics, ScopeMetrics,
};
use opentelemetry_sdk::metrics::{
    InMemoryMetricExporter, MeterProviderBuilder, PeriodicReader, SdkMeterProvider,
};

/// The installed provider is global.
static ALONE: Mutex<()> = Mutex::new(());

/// An SDK for metrics, installed for one test.
#[derive(Debug)]
pub struct Meters {
    exporter: InMemoryMetricExporter,
    provider: SdkMeterProvider,
    _alone: MutexGuard<'static, ()>,
}

/// One series: its attributes and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Attributes by key.
    pub attributes: BTreeMap<String, String>,
    /// The keys in their order.
    pub keys: Vec<String>,
    /// The number of a histogram's measurements; the value of a counter or gauge.
    pub count: u64,
    /// The sum of a histogram; the value of a counter or gauge.
    pub sum: f64,
    /// The boundaries of a histogram.
    pub boundaries: Vec<f64>,
}

impl Series {
    /// Returns the value of an attribute, or an empty string.
    #[must_use]
    pub fn get(&self, key: &str) -> &str {
        self.attributes.get(key).map_or("", String::as_str)
    }
}

/// Returns a provider and its exporter.
#[must_use]
pub fn provider(builder: MeterProviderBuilder) -> (InMemoryMetricExporter, SdkMeterProvider) {
    let exporter = InMemoryMetricExporter::default();
    let reader = PeriodicReader::builder(exporter.clone()).build();
    (exporter, builder.with_reader(reader).build())
}

/// Waits longer than a thread caches the provider.
pub fn let_answers_age() {
    thread::sleep(Duration::from_millis(2));
}

impl Meters {
    /// Installs an SDK.
    #[must_use]
    pub fn install() -> Self {
        Self::install_built(SdkMeterProvider::builder())
    }

    /// Installs an SDK with this builder.
    #[must_use]
    pub fn install_built(builder: MeterProviderBuilder) -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let (exporter, provider) = provider(builder);
        global::set_meter_provider(provider.clone());
        let_answers_age();
        Self {
            exporter,
            provider,
            _alone: alone,
        }
    }

    /// Installs no provider, and locks out tests that do.
    #[must_use]
    pub fn without() -> Self {
        let meters = Self::install();
        global::set_meter_provider(NoopMeterProvider::new());
        let_answers_age();
        meters
    }

    /// Installs this SDK's provider again.
    pub fn install_again(&self) {
        global::set_meter_provider(self.provider.clone());
        let_answers_age();
    }

    /// Exports, and returns all metrics by name.
    ///
    /// # Panics
    ///
    /// If the exporter fails.
    #[must_use]
    pub fn collect(&self) -> BTreeMap<String, (String, Vec<Series>)> {
        self.exporter.reset();
        self.provider.force_flush().expect("an exporter");
        let finished = self.exporter.get_finished_metrics().expect("metrics");
        let scopes = finished
            .last()
            .into_iter()
            .flat_map(ResourceMetrics::scope_metrics);
        let metrics = scopes.flat_map(ScopeMetrics::metrics);
        metrics
            .map(|metric| {
                let all = (metric.unit().to_owned(), series(metric));
                (metric.name().to_owned(), all)
            })
            .collect()
    }

    /// Returns the series of one metric.
    #[must_use]
    pub fn series(&self, name: &str) -> Vec<Series> {
        let metric = self.collect().remove(name);
        metric.map(|(_, series)| series).unwrap_or_default()
    }

    /// Returns the only series of one metric.
    ///
    /// # Panics
    ///
    /// If there is none, or more than one.
    #[must_use]
    pub fn one(&self, name: &str) -> Series {
        match <[Series; 1]>::try_from(self.series(name)) {
            Ok([series]) => series,
            Err(series) => panic!("expected one series of {name}: {series:#?}"),
        }
    }

    /// Returns the counts of one metric's series by the values of these attributes, in their order.
    #[must_use]
    pub fn counts<const N: usize>(&self, name: &str, keys: [&str; N]) -> Vec<([String; N], u64)> {
        let series = self.series(name);
        let count = |series: &Series| (keys.map(|key| series.get(key).to_owned()), series.count);
        let mut counts: Vec<_> = series.iter().map(count).collect();
        counts.sort();
        counts
    }
}

/// Returns the expected value of [`Meters::counts`].
#[must_use]
pub fn counted<const N: usize>(expected: &[([&str; N], u64)]) -> Vec<([String; N], u64)> {
    let mut expected: Vec<_> = expected
        .iter()
        .map(|(values, count)| (values.map(str::to_owned), *count))
        .collect();
    expected.sort();
    expected
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "tests count little"
)]
fn series(metric: &Metric) -> Vec<Series> {
    let one = |attributes: Vec<&KeyValue>, count: u64, sum: f64, boundaries: Vec<f64>| Series {
        keys: attributes.iter().map(|pair| pair.key.to_string()).collect(),
        attributes: attributes
            .iter()
            .map(|pair| (pair.key.to_string(), pair.value.to_string()))
            .collect(),
        count,
        sum,
        boundaries,
    };
    match metric.data() {
        AggregatedMetrics::F64(MetricData::Histogram(histogram)) => histogram
            .data_points()
            .map(|point| {
                let boundaries = point.bounds().collect();
                one(
                    point.attributes().collect(),
                    point.count(),
                    point.sum(),
                    boundaries,
                )
            })
            .collect(),
        AggregatedMetrics::U64(MetricData::Sum(sum)) => sum
            .data_points()
            .map(|point| {
                let value = point.value();
                one(
                    point.attributes().collect(),
                    value,
                    value as f64,
                    Vec::new(),
                )
            })
            .collect(),
        AggregatedMetrics::U64(MetricData::Gauge(gauge)) => gauge
            .data_points()
            .map(|point| {
                let value = point.value();
                one(
                    point.attributes().collect(),
                    value,
                    value as f64,
                    Vec::new(),
                )
            })
            .collect(),
        AggregatedMetrics::F64(MetricData::Gauge(gauge)) => gauge
            .data_points()
            .map(|point| {
                let value = point.value();
                one(
                    point.attributes().collect(),
                    value as u64,
                    value,
                    Vec::new(),
                )
            })
            .collect(),
        other => panic!("{}: not a metric of ours: {other:?}", metric.name()),
    }
}
