//! A plain function on a store that waits.

use linked_span::fan_in::{
    Arrived, Due, Listed, Options, Rejected, Rules, Settlement, Store, StoreError, Token, Which,
};
use linked_span::{LinkedEvent, Origin, fan_in};

use std::time::Duration;

#[derive(Clone, LinkedEvent)]
struct Event {
    #[event(key)]
    order: u64,
    metadata: Origin,
}

struct Remote;

impl<P: Send> Store<P> for Remote {
    async fn arrive(
        &self,
        _: &str,
        _: &Rules,
        _: u8,
        _: P,
        _: Token,
    ) -> Result<Arrived<P>, Rejected<P>> {
        loop {}
    }

    async fn settle(&self, _: &str, _: &Rules, _: Token, _: Settlement) -> Result<bool, StoreError> {
        loop {}
    }

    async fn renew(&self, _: &str, _: &Rules, _: Token) -> Result<bool, StoreError> {
        loop {}
    }

    async fn due(&self, _: &Rules, _: Token, _: usize) -> Result<Vec<Due<P>>, StoreError> {
        loop {}
    }

    async fn len(&self) -> Result<usize, StoreError> {
        loop {}
    }

    async fn list(&self, _: &Rules, _: Which<'_>) -> Result<Vec<Listed>, StoreError> {
        loop {}
    }

    async fn retry(&self, _: &str, _: &Rules) -> Result<bool, StoreError> {
        loop {}
    }

    async fn forget(&self, _: &str, _: &Rules) -> Result<bool, StoreError> {
        loop {}
    }

    fn abandon(&self, _: &str, _: &Rules, _: Token, _: Settlement) {}
}

#[fan_in(payment, inventory)]
fn plain(payment: Event, inventory: Event) {}

#[fan_in(payment, inventory)]
async fn later(payment: Event, inventory: Event) {}

fn main() {
    let options = Options::timeout(Duration::from_secs(600));
    let _ = Later::new(Remote, options);
    let _ = Plain::new(Remote, options);
    let _ = Later::new("no store", options);
}
