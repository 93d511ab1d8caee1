//! The identity of the function whose joins a store keeps.

use linked_span::fan_in::{
    Arrival, Change, FanInIdentity, JoinOptions, Operator, Store, StoreError, Token, Verdict,
};
use linked_span::{LinkedEvent, Origin, fan_in};
use serde::{Deserialize, Serialize};

use super::worker::{Worker, identity};
use crate::{Fixture, POLICY, Payload};

/// An input of both functions.
#[derive(Clone, Debug, Deserialize, LinkedEvent, PartialEq, Serialize)]
pub struct Event {
    /// The key of the join.
    #[event(key)]
    pub order: String,
    /// The producer's context.
    pub metadata: Origin,
}

/// A module with a function `ship`.
pub mod a {
    use super::{Event, fan_in};

    /// Ships from this module.
    #[fan_in(payment, inventory)]
    pub async fn ship(payment: Event, inventory: Event) -> (&'static str, String) {
        assert_eq!(payment.order, inventory.order);
        ("a", payment.order)
    }
}

/// Another module with a function `ship`.
pub mod b {
    use super::{Event, fan_in};

    /// Ships from the other module.
    #[fan_in(payment, inventory)]
    pub async fn ship(payment: Event, inventory: Event) -> (&'static str, String) {
        assert_eq!(payment.order, inventory.order);
        ("b", payment.order)
    }
}

/// The payment of one function never runs the body of the other.
pub async fn function_of_the_same_name_in_another_module_has_other_joins<F>()
where
    F: Fixture<Store: Store<a::ShipInput> + Store<b::ShipInput>>,
{
    let fixture = F::begin().await;
    let options = || JoinOptions::timeout(std::time::Duration::from_hours(1));
    let here = a::Ship::new(fixture.open("ship").await, options());
    let there = b::Ship::new(fixture.open("ship").await, options());
    let event = || Event {
        order: "order".to_owned(),
        metadata: Origin::default(),
    };
    let paid = here.payment(event()).await.unwrap();
    assert!(matches!(paid, Arrival::Waiting { .. }), "{paid:?}");
    let reserved = there.inventory(event()).await.unwrap();
    assert!(matches!(reserved, Arrival::Waiting { .. }), "{reserved:?}");
    let ran = here.inventory(event()).await.unwrap();
    assert_eq!(ran, Arrival::Ran(("a", "order".to_owned())));
    let ran = there.payment(event()).await.unwrap();
    assert_eq!(ran, Arrival::Ran(("b", "order".to_owned())));
}

/// Declares these inputs, makes the second arrival, and returns the error.
async fn refused<S: Store<Payload>>(store: &S) -> String {
    let payload = Payload::new(1);
    let arrived = store.arrive("order", &POLICY, 1.into(), payload.clone(), Token::random());
    let refused = arrived.await.unwrap_err();
    assert!(matches!(refused.error, StoreError::Misconfigured(_)));
    assert_eq!(refused.payload, payload);
    refused.error.to_string()
}

/// Otherwise each input would be stored in the other's place.
pub async fn other_inputs_under_the_same_path_are_refused<F: Fixture>() {
    let fixture = F::begin().await;
    let ship = Worker::of(&fixture).await;
    ship.waits("order", 0).await;
    let reordered = fixture.open("ship").await;
    reordered.declare(FanInIdentity::new("ship", &["b", "a"], &["Payload"; 2]));
    for _ in 0..2 {
        assert_eq!(
            refused(&reordered).await,
            "declare the stored inputs in the stored order, or keep these joins under another name, `.named(\"…\")`: \
             the store has `ship` with the inputs a: Payload, b: Payload, and the function declares b: Payload, a: Payload"
        );
    }
    let again = Worker::of(&fixture).await;
    assert_eq!(again.len().await, 1);
}

/// `T` becomes `Option<T>`, and the function moves to another module. Its open joins stay.
pub async fn other_types_are_refused_until_the_user_names_the_joins<F: Fixture>() {
    let fixture = F::begin().await;
    let ship = Worker::of(&fixture).await;
    ship.waits("order", 0).await;
    let types = &["Payload", "Option<Payload>"];
    let changed = fixture.open("ship").await;
    changed.declare(FanInIdentity::new("ship", &["a", "b"], types));
    assert_eq!(
        refused(&changed).await,
        "write `.named(\"ship\")` if the stored inputs can be read as the declared types, or keep these joins under \
         another name: the store has `ship` with the inputs a: Payload, b: Payload, and the function declares \
         a: Payload, b: Option<Payload>"
    );

    let named = F::named(fixture.open("ship").await, "ship");
    named.declare(FanInIdentity::new("moved::ship", &["a", "b"], types));
    let token = Token::random();
    let arrived = named.arrive("order", &POLICY, 1.into(), Payload::new(1), token);
    let verdict = arrived.await.unwrap().verdict;
    assert!(matches!(verdict, Verdict::Run(_)), "{verdict:?}");
    // The previous release still works.
    assert_eq!(ship.len().await, 1);
    ship.waits("another", 0).await;
}

/// The store identifies an input by its position.
pub async fn name_of_the_users_does_not_allow_other_inputs<F: Fixture>() {
    let fixture = F::begin().await;
    let ship = Worker::of(&fixture).await;
    ship.waits("order", 0).await;
    for inputs in [
        &["b", "a"] as &'static [&'static str],
        &["a"],
        &["a", "b", "c"],
    ] {
        let named = F::named(fixture.open("ship").await, "ship");
        named.declare(FanInIdentity::new("ship", inputs, &["Payload"; 3]));
        let error = refused(&named).await;
        assert!(error.starts_with("declare the stored inputs"), "{error}");
    }
}

/// Otherwise another release could store other inputs in the same places.
pub async fn lost_declaration_is_written_again_by_a_running_process<F: Fixture>() {
    let fixture = F::begin().await;
    let ship = Worker::of(&fixture).await;
    ship.waits("order", 0).await;
    fixture.lose_all().await;
    ship.waits("order", 0).await;
    let reordered = fixture.open("ship").await;
    reordered.declare(FanInIdentity::new("ship", &["b", "a"], &["Payload"; 2]));
    let error = refused(&reordered).await;
    assert!(error.starts_with("declare the stored inputs"), "{error}");
    let (token, claim) = ship.runs("order", 1).await;
    assert_eq!(claim.inputs.len(), usize::from(POLICY.inputs));
    assert!(
        ship.settle("order", token, linked_span::fan_in::Settlement::Completed)
            .await
    );
}

/// Otherwise its input would be stored in the place of another input.
pub async fn running_process_is_refused_where_another_declaration_replaced_its_own<F: Fixture>() {
    let fixture = F::begin().await;
    let ship = Worker::of(&fixture).await;
    ship.waits("order", 0).await;
    fixture.lose_all().await;
    let reordered = fixture.open("ship").await;
    reordered.declare(FanInIdentity::new("ship", &["b", "a"], &["Payload"; 2]));
    let arrived = reordered.arrive("order", &POLICY, 0.into(), Payload::new(0), Token::random());
    assert!(matches!(
        arrived.await.unwrap().verdict,
        Verdict::Waiting(_)
    ));
    let error = refused(&ship.store).await;
    assert!(error.starts_with("declare the stored inputs"), "{error}");
    let refused = ship
        .store
        .claim_due(&POLICY, Token::random(), 1)
        .await
        .unwrap_err();
    assert!(
        matches!(refused, StoreError::Misconfigured(_)),
        "{refused:?}"
    );
    let forgotten = ship.store.apply("order", &POLICY, Change::Forget);
    let settled = forgotten.await.unwrap_err();
    assert!(
        matches!(settled, StoreError::Misconfigured(_)),
        "{settled:?}"
    );
    // Other functions are not affected.
    let bill = fixture.open("bill").await;
    bill.declare(identity("bill", 2));
    assert_eq!(bill.len().await.unwrap(), 0);
}
