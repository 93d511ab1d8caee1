//! The instruments of one meter provider.

use std::sync::OnceLock;

use opentelemetry::InstrumentationScope;
use opentelemetry::metrics::{Counter, Gauge, Histogram, Meter, MeterProvider};

/// As OpenTelemetry's conventions want them for `messaging.process.duration`, in seconds.
const HANDLER_BOUNDARIES: [f64; 14] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];

/// From a millisecond to a week, in seconds.
const WAIT_BOUNDARIES: [f64; 15] = [
    0.001, 0.01, 0.1, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3_600.0, 14_400.0, 43_200.0, 86_400.0,
    259_200.0, 604_800.0,
];

/// Each is made when it is first needed: the SDK reserves room for thousands of series for each.
#[derive(Debug)]
pub(super) struct Instruments {
    meter: Meter,
    process_duration: OnceLock<Histogram<f64>>,
    handler_duration: OnceLock<Histogram<f64>>,
    wait: OnceLock<Histogram<f64>>,
    arrivals: OnceLock<Counter<u64>>,
    runs: OnceLock<Counter<u64>>,
    expired: OnceLock<Counter<u64>>,
    parked: OnceLock<Counter<u64>>,
    open: OnceLock<Gauge<u64>>,
    swept: OnceLock<Gauge<f64>>,
}

impl Instruments {
    pub(super) fn of(provider: &(dyn MeterProvider + Send + Sync)) -> Self {
        let scope = InstrumentationScope::builder("linked_span")
            .with_version(env!("CARGO_PKG_VERSION"))
            .build();
        Self {
            meter: provider.meter_with_scope(scope),
            process_duration: OnceLock::new(),
            handler_duration: OnceLock::new(),
            wait: OnceLock::new(),
            arrivals: OnceLock::new(),
            runs: OnceLock::new(),
            expired: OnceLock::new(),
            parked: OnceLock::new(),
            open: OnceLock::new(),
            swept: OnceLock::new(),
        }
    }

    pub(super) fn process_duration(&self) -> &Histogram<f64> {
        self.made(&self.process_duration, |meter| {
            meter
                .f64_histogram("messaging.process.duration")
                .with_description("Duration of processing operation.")
                .with_unit("s")
                .with_boundaries(HANDLER_BOUNDARIES.to_vec())
                .build()
        })
    }

    pub(super) fn handler_duration(&self) -> &Histogram<f64> {
        self.made(&self.handler_duration, |meter| {
            meter
                .f64_histogram("linked_span.handler.duration")
                .with_description("How long a call of a handler took.")
                .with_unit("s")
                .with_boundaries(HANDLER_BOUNDARIES.to_vec())
                .build()
        })
    }

    pub(super) fn wait(&self) -> &Histogram<f64> {
        self.made(&self.wait, |meter| {
            meter
                .f64_histogram("linked_span.fan_in.wait")
                .with_description("How long an input waited until its join began to run.")
                .with_unit("s")
                .with_boundaries(WAIT_BOUNDARIES.to_vec())
                .build()
        })
    }

    pub(super) fn arrivals(&self) -> &Counter<u64> {
        self.made(&self.arrivals, |meter| {
            meter
                .u64_counter("linked_span.fan_in.arrivals")
                .with_description("Inputs that arrived at a join.")
                .with_unit("{input}")
                .build()
        })
    }

    pub(super) fn runs(&self) -> &Counter<u64> {
        self.made(&self.runs, |meter| {
            meter
                .u64_counter("linked_span.fan_in.runs")
                .with_description("Runs of a join's function.")
                .with_unit("{run}")
                .build()
        })
    }

    pub(super) fn expired(&self) -> &Counter<u64> {
        self.made(&self.expired, |meter| {
            meter
                .u64_counter("linked_span.fan_in.expired")
                .with_description("Joins that were delivered to `on_expired`.")
                .with_unit("{join}")
                .build()
        })
    }

    pub(super) fn parked(&self) -> &Counter<u64> {
        self.made(&self.parked, |meter| {
            meter
                .u64_counter("linked_span.fan_in.parked")
                .with_description("Joins that were parked for an operator.")
                .with_unit("{join}")
                .build()
        })
    }

    pub(super) fn open(&self) -> &Gauge<u64> {
        self.made(&self.open, |meter| {
            meter
                .u64_gauge("linked_span.fan_in.open")
                .with_description("Joins that had neither completed nor expired at the last sweep.")
                .with_unit("{join}")
                .build()
        })
    }

    pub(super) fn swept(&self) -> &Gauge<f64> {
        self.made(&self.swept, |meter| {
            meter
                .f64_gauge("linked_span.fan_in.swept")
                .with_description("When the last sweep ended, in seconds since 1970.")
                .with_unit("s")
                .build()
        })
    }

    /// Not `get_or_init`, which holds a lock while the provider, the user's code, runs. A provider returns the same
    /// stream to two threads that make the instrument at once.
    fn made<'i, I>(&'i self, cell: &'i OnceLock<I>, make: impl Fn(&Meter) -> I) -> &'i I {
        if let Some(instrument) = cell.get() {
            return instrument;
        }
        let instrument = make(&self.meter);
        cell.get_or_init(|| instrument)
    }
}
