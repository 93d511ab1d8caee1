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
    let joins = Ship::new(Memory::new(), JoinOptions::timeout(Duration::from_hours(1)));
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
    let joins = Ship::new(Memory::new(), JoinOptions::timeout(Duration::from_hours(1)));
    let _ = joins.payment(event(1));
    joins.sweep().expect("a store");
    assert!(meters.collect().is_empty());
}

mod shared {
    use std::path::Path;
    use std::sync::atomic::{AtomicBool, Ordering};

    use linked_span::fan_in::Sqlite;

    use linked_span_tests_metrics::counted;

    use super::*;

    #[derive(Clone, serde::Serialize, serde::Deserialize, LinkedEvent)]
    struct Durable {
        #[event(key)]
        order: usize,
        metadata: Origin,
    }

    fn durable(order: usize) -> Durable {
        Durable {
            order,
            metadata: Origin::default(),
        }
    }

    #[fan_in(payment, inventory)]
    async fn pack(payment: Durable, inventory: Durable) {}

    static IS_READABLE: AtomicBool = AtomicBool::new(true);

    /// An input that the next release cannot decode.
    #[derive(Clone, serde::Serialize, LinkedEvent)]
    struct Outdated {
        #[event(key)]
        order: usize,
        metadata: Origin,
    }

    impl<'de> serde::Deserialize<'de> for Outdated {
        fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            let Durable { order, metadata } = Durable::deserialize(from)?;
            if IS_READABLE.load(Ordering::Relaxed) {
                Ok(Self { order, metadata })
            } else {
                Err(serde::de::Error::custom("written by another release"))
            }
        }
    }

    #[fan_in(payment, inventory)]
    async fn unpack(payment: Outdated, inventory: Durable) {}

    #[tokio::test]
    async fn join_that_cannot_be_decoded_is_parked_once() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("joins.db");
        let meters = Meters::install();
        let store = Sqlite::open(&file).await.expect("a file");
        let joins = Unpack::new(store, JoinOptions::timeout(Duration::from_hours(1)));
        let Durable { order, metadata } = durable(1);
        let _ = joins.payment(Outdated { order, metadata }).await;
        IS_READABLE.store(false, Ordering::Relaxed);
        for _ in 0..2 {
            let _ = joins.inventory(durable(1)).await;
            joins.sweep().await.expect("a store");
        }
        let parked = meters.counts(
            "linked_span.fan_in.parked",
            ["fan_in.join", "fan_in.reason"],
        );
        assert_eq!(parked, counted(&[(["Unpack", "undecodable"], 1)]));
    }

    async fn joins(file: &Path, timeout: Duration) -> Pack<Sqlite> {
        let store = Sqlite::open(file).await.expect("a file");
        Pack::new(store, JoinOptions::timeout(timeout)).on_expired(async |_| ())
    }

    /// Each process reports all joins of a shared store, so the highest value is the number of joins.
    #[tokio::test]
    async fn three_processes_report_the_same_joins_of_a_shared_store() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("joins.db");
        let hour = Duration::from_hours(1);
        // Arrivals are counted, and another test would see them.
        let alone = Meters::install();
        for order in 0..3 {
            let joins = joins(&file, hour).await;
            let _ = joins.payment(durable(order)).await;
        }
        drop(alone);
        for _process in 0..3 {
            let meters = Meters::install();
            joins(&file, hour).await.sweep().await.expect("a store");
            let open = meters.one(OPEN);
            assert_eq!((open.count, open.get("fan_in.store")), (3, "shared"));
        }
    }

    #[tokio::test]
    async fn expired_join_of_a_shared_store_is_counted_by_one_process() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("joins.db");
        let meters = Meters::install();
        let processes = [
            joins(&file, Duration::from_millis(1)).await,
            joins(&file, Duration::from_millis(1)).await,
            joins(&file, Duration::from_millis(1)).await,
        ];
        for order in 0..10 {
            let _ = processes[order % 3].payment(durable(order)).await;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        let [one, two, three] = &processes;
        let (one, two, three) = tokio::join!(one.sweep(), two.sweep(), three.sweep());
        for swept in [one, two, three] {
            swept.expect("a store");
        }
        assert_eq!(meters.one("linked_span.fan_in.expired").count, 10);
        assert_eq!(meters.one(OPEN).count, 0);
    }
}
