//! The suite that the runtime has for every store.

use linked_span::fan_in::Store;
use linked_span::testing;

use crate::Fixture;

/// Each rule has a place of its own.
pub async fn store_keeps_the_rules_of_joins<F: Fixture<Store: Store<String>>>() {
    testing::conformance(async || {
        let fixture = F::begin().await;
        let store = fixture.open("ship").await;
        (store, async move |span| fixture.pass(span).await)
    })
    .await;
}

/// Checks the rules of lists and of optional inputs.
pub async fn store_keeps_the_rules_of_lists<F: Fixture<Store: Store<String>>>() {
    testing::list_conformance(async || {
        let fixture = F::begin().await;
        let store = fixture.open("ship").await;
        (store, async move |span| fixture.pass(span).await)
    })
    .await;
}
