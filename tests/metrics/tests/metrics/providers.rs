//! Meter providers that are installed after handlers have run, and replaced.

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

/// A new provider may have the address of one that was dropped.
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

/// Counts its calls, and its live copies.
struct Counting {
    meters: Arc<AtomicUsize>,
}

struct NoInstruments;
impl InstrumentProvider for NoInstruments {}

impl MeterProvider for Counting {
    fn meter_with_scope(&self, scope: InstrumentationScope) -> Meter {
        assert_eq!(scope.name(), "linked_span");
        self.meters.fetch_add(1, Ordering::Relaxed);
        // A provider is the user's code: it may handle events, and panic.
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

mod made {
    use std::sync::Mutex;

    use linked_span::fan_in::{JoinOptions, Memory};
    use linked_span::{LinkedEvent, fan_in};
    use opentelemetry::KeyValue;
    use opentelemetry::metrics::{
        AsyncInstrumentBuilder, Counter, Gauge, Histogram, HistogramBuilder, InstrumentBuilder,
        ObservableCounter, ObservableGauge, ObservableUpDownCounter, SyncInstrument,
    };

    use super::*;

    /// Records the created instruments.
    struct Recording(Arc<Mutex<Vec<String>>>);

    struct Nothing;

    impl<T> SyncInstrument<T> for Nothing {
        fn measure(&self, _: T, _: &[KeyValue]) {}
    }

    impl Recording {
        fn record(&self, name: &str) {
            self.0.lock().expect("no panic").push(name.to_owned());
        }
    }

    impl MeterProvider for Recording {
        fn meter_with_scope(&self, _: InstrumentationScope) -> Meter {
            Meter::new(Arc::new(Self(Arc::clone(&self.0))))
        }
    }

    macro_rules! sync {
        ($($name:ident: $builder:ident<$instrument:ident<$value:ty>>),*) => { $(
            fn $name(&self, builder: $builder<'_, $instrument<$value>>) -> $instrument<$value> {
                self.record(&builder.name);
                $instrument::new(Arc::new(Nothing))
            }
        )* };
    }

    macro_rules! observable {
        ($($name:ident: $instrument:ident<$value:ty>),*) => { $(
            fn $name(
                &self,
                builder: AsyncInstrumentBuilder<'_, $instrument<$value>, $value>,
            ) -> $instrument<$value> {
                self.record(&format!("observable {}", builder.name));
                $instrument::new()
            }
        )* };
    }

    impl InstrumentProvider for Recording {
        sync!(
            u64_counter: InstrumentBuilder<Counter<u64>>,
            f64_gauge: InstrumentBuilder<Gauge<f64>>,
            u64_gauge: InstrumentBuilder<Gauge<u64>>,
            f64_histogram: HistogramBuilder<Histogram<f64>>
        );
        observable!(
            u64_observable_counter: ObservableCounter<u64>,
            f64_observable_counter: ObservableCounter<f64>,
            i64_observable_up_down_counter: ObservableUpDownCounter<i64>,
            f64_observable_up_down_counter: ObservableUpDownCounter<f64>,
            u64_observable_gauge: ObservableGauge<u64>,
            i64_observable_gauge: ObservableGauge<i64>,
            f64_observable_gauge: ObservableGauge<f64>
        );
    }

    #[derive(Clone, LinkedEvent)]
    struct Event {
        #[event(key)]
        order: u64,
        metadata: Origin,
    }

    #[fan_in(payment, inventory)]
    fn ship(payment: Event, inventory: Event) {}

    /// There is no observable instrument whose callback could reach into a store.
    #[test]
    fn instruments_are_made_once_when_they_are_needed_and_none_observes() {
        let _alone = Meters::install();
        let names = Arc::default();
        global::set_meter_provider(Recording(Arc::clone(&names)));
        let_answers_age();
        handle(&Origin::default());
        assert_eq!(*names.lock().expect("no panic"), [DURATION]);

        let joins = Ship::new(Memory::new(), JoinOptions::timeout(Duration::from_hours(1)));
        for order in 0..3 {
            let event = Event {
                order,
                metadata: Origin::default(),
            };
            let _ = joins.payment(event.clone());
            let _ = joins.inventory(event);
            joins.sweep().expect("a store");
            let_answers_age();
        }
        let mut names = names.lock().expect("no panic").clone();
        names.sort();
        let expected = [
            "linked_span.fan_in.arrivals",
            "linked_span.fan_in.open",
            "linked_span.fan_in.runs",
            "linked_span.fan_in.swept",
            "linked_span.fan_in.wait",
            "linked_span.handler.duration",
        ];
        assert_eq!(names, expected);
    }
}
