//! Meter providers that are installed once handlers have run, and replaced.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use linked_span::{Origin, linked_span};
use linked_span_tests_metrics::{Meters, let_answers_age, provider};
use opentelemetry::metrics::{InstrumentProvider, Meter, MeterProvider};
use opentelemetry::{InstrumentationScope, global};
use opentelemetry_sdk::metrics::SdkMeterProvider;

const DURATION: &str = "linked_span.handler.duration";

#[linked_span(event)]
fn handle(event: &Origin) {}

#[test]
fn provider_installed_later_is_found_within_milliseconds() {
    let meters = Meters::without();
    handle(&Origin::default());
    assert!(meters.collect().is_empty());
    meters.install_again();
    let installed = Instant::now();
    while meters.series(DURATION).is_empty() {
        assert!(installed.elapsed() < Duration::from_secs(5), "never found");
        handle(&Origin::default());
    }
}

#[test]
fn instruments_follow_a_provider_that_is_replaced() {
    let first = Meters::install();
    handle(&Origin::default());
    let (exporter, next) = provider(SdkMeterProvider::builder());
    global::set_meter_provider(next.clone());
    let_answers_age();
    handle(&Origin::default());
    thread::spawn(|| handle(&Origin::default()))
        .join()
        .expect("no panic");
    assert_eq!(first.one(DURATION).count, 1);
    next.force_flush().expect("an exporter");
    let finished = exporter.get_finished_metrics().expect("metrics");
    assert!(format!("{finished:?}").contains("count: 2"), "{finished:?}");
}

/// The address of a provider that has ended may be used again.
#[test]
fn instruments_follow_a_hundred_providers_in_turn() {
    let _alone = Meters::install();
    for _ in 0..100 {
        let (exporter, next) = provider(SdkMeterProvider::builder());
        global::set_meter_provider(next.clone());
        let_answers_age();
        handle(&Origin::default());
        next.force_flush().expect("an exporter");
        assert!(!exporter.get_finished_metrics().expect("metrics").is_empty());
    }
}

/// Counts how often it is asked, and how many of it there are.
struct Counting {
    meters: Arc<AtomicUsize>,
}

struct NoInstruments;
impl InstrumentProvider for NoInstruments {}

impl MeterProvider for Counting {
    fn meter_with_scope(&self, scope: InstrumentationScope) -> Meter {
        assert_eq!(scope.name(), "linked_span");
        self.meters.fetch_add(1, Ordering::Relaxed);
        // It is the user's code: it may handle events itself, and panic.
        handle(&Origin::default());
        Meter::new(Arc::new(NoInstruments))
    }
}

#[test]
fn provider_is_asked_for_one_meter() {
    let _alone = Meters::install();
    let meters = Arc::new(AtomicUsize::new(0));
    global::set_meter_provider(Counting {
        meters: Arc::clone(&meters),
    });
    let_answers_age();
    for _ in 0..5 {
        handle(&Origin::default());
        let_answers_age();
    }
    assert_eq!(meters.load(Ordering::Relaxed), 1);
}

#[test]
fn replaced_provider_ends_though_a_thread_has_used_it() {
    let _alone = Meters::install();
    let owners = Arc::new(AtomicUsize::new(0));
    global::set_meter_provider(Counting {
        meters: Arc::clone(&owners),
    });
    let_answers_age();
    handle(&Origin::default());
    global::set_meter_provider(Counting {
        meters: Arc::default(),
    });
    assert_eq!(Arc::strong_count(&owners), 1, "it is kept");
}

#[test]
fn provider_that_panics_costs_the_measurement_alone() {
    struct Panicking(#[expect(dead_code, reason = "a provider without fields is a no-op one")] u8);
    impl MeterProvider for Panicking {
        fn meter_with_scope(&self, _: InstrumentationScope) -> Meter {
            panic!("no meter");
        }
    }
    let meters = Meters::install();
    global::set_meter_provider(Panicking(0));
    let_answers_age();
    handle(&Origin::default());
    meters.install_again();
    handle(&Origin::default());
    assert_eq!(meters.one(DURATION).count, 1);
}
