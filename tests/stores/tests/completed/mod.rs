//! The contents of a store once all messages are acknowledged.

use linked_span::fan_in::{FanInIdentity, Inputs, JoinQuery, Operator, Status, Store, StoreError};
use linked_span_tests_stores::killed::{INPUTS, Joins, Report, keys};
use linked_span_tests_stores::{POLICY, Payload};

/// Checks that every key has completed, and that nothing else is stored.
pub(crate) fn check<S, F>(open: impl FnOnce() -> F, report: &Report)
where
    S: Store<Payload> + Operator,
    F: Future<Output = Result<S, StoreError>>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        let store = open().await.unwrap();
        let (identity, policy) = match report.joins {
            Joins::Singles => {
                let inputs = &["first", "second", "third"];
                let ship = FanInIdentity::new("worker::Ship", inputs, &["Part"; 3]);
                (ship, POLICY.inputs(INPUTS))
            }
            Joins::Lists => {
                let lists = Inputs::default().with(1);
                let pack = FanInIdentity::new("worker::Pack", &["order", "packed"], &["u8"; 2]);
                (pack.lists(lists), POLICY.lists(lists))
            }
        };
        store.declare(identity);
        assert_eq!(store.len().await.unwrap(), 0);
        for key in keys(0..report.keys) {
            let listed = store.list(&policy, JoinQuery::Key(&key)).await.unwrap();
            let statuses: Vec<_> = listed.iter().map(|listed| listed.status).collect();
            assert_eq!(statuses, [Status::Completed], "{key}");
        }
    });
    // Enough has failed for the test to mean something.
    assert!(report.killed > 0 && report.died > 0 && report.stopped > 0);
    assert!(report.repeats.died > 0);
}
