//! The suite that the runtime has for every store.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use linked_span::fan_in::Store;
use linked_span::testing;

use crate::Fixture;

/// Checks the rules of joins.
pub async fn store_keeps_the_rules_of_joins<F: Fixture<Store: Store<String>>>() {
    let places = Places::<F>::begin().await;
    testing::conformance(async || places.next().await).await;
}

/// Checks the rules of lists and of optional inputs.
pub async fn store_keeps_the_rules_of_lists<F: Fixture<Store: Store<String>>>() {
    let places = Places::<F>::begin().await;
    testing::list_conformance(async || places.next().await).await;
}

/// One database, in which each rule has joins under a name of its own: a database for each rule takes minutes.
struct Places<F> {
    fixture: F,
    used: AtomicUsize,
}

impl<F: Fixture> Places<F> {
    async fn begin() -> Self {
        let (fixture, used) = (F::begin().await, AtomicUsize::new(0));
        Self { fixture, used }
    }

    /// Returns an empty store, and a function that lets time pass for all of them.
    async fn next(&self) -> (F::Store, impl AsyncFn(Duration)) {
        let name = format!("rule {}", self.used.fetch_add(1, Ordering::Relaxed));
        let store = F::named(self.fixture.open(&name).await, &name);
        (store, async |span| self.fixture.pass(span).await)
    }
}
