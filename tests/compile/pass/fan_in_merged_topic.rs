//! Every method of a join returns the same type, so that a consumer of a merged topic handles one result.

use std::time::Duration;

use linked_span::fan_in::{Arrival, ArriveError, Disposition, disposition};
use linked_span::{LinkedEvent, Origin, fan_in};
use linked_span_tests::{Sdk, here};

/// Neither `Clone` nor `Debug` nor serializable: nothing asks for it.
#[derive(LinkedEvent)]
struct Paid {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

#[derive(Clone, Debug, PartialEq, LinkedEvent)]
struct Reserved {
    #[event(key)]
    order: u64,
    /// As large as clippy's bound for errors.
    shelves: [u64; 16],
    metadata: Origin,
}

enum Message {
    Payment(Paid),
    Inventory(Reserved),
}

#[fan_in(payment, inventory)]
async fn ship(payment: &Paid, inventory: Reserved, shipped: &mut Vec<u64>) -> Result<(), String> {
    here();
    assert_eq!(payment.order, inventory.order);
    shipped.push(payment.order);
    Ok(())
}

/// One type of result, which a function of the user's can name.
fn to_broker(
    arrival: &Result<Arrival<Result<(), String>, ShipInput>, ArriveError<ShipInput>>,
) -> Disposition {
    disposition(arrival)
}

/// A result with this error is no large one for clippy: `clippy::result_large_err` is silent.
#[deny(clippy::result_large_err)]
async fn first(
    ship: &Ship,
    paid: Paid,
    shipped: &mut Vec<u64>,
) -> Result<(), ArriveError<ShipInput>> {
    ship.payment(paid, shipped).await.map(drop)
}

/// Two inputs of one type are two variants.
#[fan_in(left, r#type)]
fn pair(left: &Reserved, r#type: &Reserved) -> impl Iterator<Item = u64> + use<> {
    here();
    [left.order, r#type.order].into_iter()
}

fn paid(order: u64) -> Paid {
    Paid {
        order,
        metadata: Origin::default(),
    }
}

fn reserved(order: u64) -> Reserved {
    Reserved {
        order,
        shelves: [0; 16],
        metadata: Origin::default(),
    }
}

#[tokio::test]
async fn runs() {
    let sdk = Sdk::install();
    let joins = Ship::in_memory(Duration::from_secs(600));
    let mut shipped = Vec::new();
    first(&joins, paid(1), &mut shipped).await.unwrap();
    let topic = [
        Message::Payment(paid(2)),
        Message::Inventory(reserved(1)),
        Message::Inventory(reserved(2)),
    ];
    let mut told = Vec::new();
    for message in topic {
        let arrival = match message {
            Message::Payment(event) => joins.payment(event, &mut shipped).await,
            Message::Inventory(event) => joins.inventory(event, &mut shipped).await,
        };
        told.push(to_broker(&arrival));
    }
    assert_eq!(
        told,
        [Disposition::Defer, Disposition::Ack, Disposition::Ack]
    );
    assert_eq!(shipped, [1, 2]);

    // What comes back is taken apart, or arrives again.
    let Ok(Arrival::Closed { input, .. }) = joins.inventory(reserved(1), &mut shipped).await else {
        panic!("the join has ended")
    };
    assert_eq!(input.into_inventory(), Some(reserved(1)));
    assert!(ShipInput::Payment(paid(1)).into_inventory().is_none());
    let again = joins
        .arrive(ShipInput::Payment(paid(2)), &mut shipped)
        .await;
    assert!(matches!(
        again,
        Ok(Arrival::Closed {
            input: ShipInput::Payment(_),
            ..
        })
    ));

    let joins = Pair::in_memory(Duration::from_secs(600));
    let input = PairInput::Left(reserved(3));
    assert_eq!(input.clone(), input);
    assert!(format!("{input:?}").starts_with("Left(Reserved { order: 3"));
    assert!(matches!(joins.arrive(input), Ok(Arrival::Waiting { .. })));
    let Ok(Arrival::Ran(orders)) = joins.arrive(PairInput::Type(reserved(3))) else {
        panic!("both have arrived")
    };
    assert_eq!(orders.collect::<Vec<_>>(), [3, 3]);
    sdk.assert_each_body_ran_inside(3);
}
