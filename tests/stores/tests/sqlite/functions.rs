//! The functions that an operator lists.

use std::time::Duration;

use linked_span::fan_in::{Settlement, Sqlite};
use linked_span_tests_stores::conformance::Worker;
use linked_span_tests_stores::{Fixture, POLICY};

use crate::fixture::File;

#[tokio::test]
async fn functions_are_listed_with_what_is_open_and_when_they_were_declared() {
    let file = File::begin().await;
    let operator = Sqlite::open(file.path()).await.unwrap();
    assert!(operator.functions().await.unwrap().is_empty());
    let ship = Worker::named(&file, "shop::Ship", POLICY).await;
    let bill = Worker::named(&file, "shop::Bill", POLICY.inputs(3)).await;
    ship.waits("1", 0).await;
    ship.waits("2", 0).await;
    let (token, _) = ship.runs("2", 1).await;
    ship.waits("3", 0).await;
    assert!(ship.settle("2", token, Settlement::Completed).await);
    assert!(bill.is_empty().await);
    let [first, second] = &operator.functions().await.unwrap()[..] else {
        panic!("two functions");
    };
    assert_eq!(
        (first.name.as_str(), second.name.as_str()),
        ("shop::Bill", "shop::Ship")
    );
    assert_eq!(first.inputs, ["a: Payload", "b: Payload", "c: Payload"]);
    assert_eq!((first.unsettled, second.unsettled), (0, 2));
    let minute = Duration::from_mins(1);
    assert!(first.declared_ago < minute && second.declared_ago < minute);

    // An hour without a call, as after a rename of the function. A process that calls its store declares it again.
    sqlx::query("UPDATE linked_span_functions SET declared_at = declared_at - 3600000")
        .execute(&file.pool)
        .await
        .unwrap();
    let renamed = Sqlite::open(file.path()).await.unwrap().named("shop::Bill");
    let renamed = Worker::serving(renamed, "shop::Invoice", POLICY.inputs(3));
    assert!(renamed.is_empty().await);
    let [bill, ship] = &operator.functions().await.unwrap()[..] else {
        panic!("two functions");
    };
    assert!(bill.declared_ago < minute, "{bill:?}");
    assert!(ship.declared_ago > 59 * minute, "{ship:?}");
    assert_eq!(ship.unsettled, 2);
}
