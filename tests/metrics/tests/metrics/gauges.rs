//! `linked_span.fan_in.open`, which a sweep records.

use std::time::{Duration, SystemTime};

use linked_span::fan_in::{JoinOptions, Memory};
use linked_span::{LinkedEvent, Origin, fan_in};
use linked_span_tests_metrics::Meters;

const OPEN: &str = "linked_span.fan_in.open";
const SWEPT: &str = "linked_span.fan_in.swept";

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: usize,
    metadata: Origin,
}

fn event(order: usize) -> Event {
    Event {
        order,
        metadata: Origin::default(),
    }
}

#[fan_in(payment, inventory)]
fn ship(payment: Event, inventory: Event) {}

#[test]
fn sweep_records_open_joins_and_when_it_ended() {
    let meters = Meters::install();
    let joins = Ship::new(
        Memory::new(),
        JoinOptions::timeout(Duration::from_secs(3_600)),
    );
    for order in 0..3 {
        let _ = joins.payment(event(order));
    }
    assert!(meters.series(OPEN).is_empty(), "only a sweep records it");
    joins.sweep().expect("a store");
    let series = meters.one(OPEN);
    assert_eq!(series.count, 3);
    assert_eq!(series.get("fan_in.join"), "Ship");
    assert_eq!(series.get("fan_in.store"), "local");
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .expect("a clock");
    let swept = meters.one(SWEPT);
    assert!((swept.sum - now.as_secs_f64()).abs() < 60.0, "{swept:?}");
    assert_eq!(swept.attributes, series.attributes);

    for order in 0..3 {
        let _ = joins.inventory(event(order));
    }
    joins.sweep().expect("a store");
    assert_eq!(meters.one(OPEN).count, 0);
}

#[test]
fn sweep_without_a_meter_provider_records_nothing() {
    let meters = Meters::without();
    let joins = Ship::new(
        Memory::new(),
        JoinOptions::timeout(Duration::from_secs(3_600)),
    );
    let _ = joins.payment(event(1));
    joins.sweep().expect("a store");
    assert!(meters.collect().is_empty());
}
