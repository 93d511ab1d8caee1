//! A plain function on a store that waits.

use linked_span::fan_in::{
    ArriveResponse, ArrivingInput, Change, DueClaims, JoinOptions, JoinPolicy, JoinQuery, JoinSummary, Operator, Rejected, Settlement, Store, StoreError, Token,
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
        _: &JoinPolicy,
        _: ArrivingInput<'_>,
        _: P,
        _: Token,
    ) -> Result<ArriveResponse<P>, Rejected<P>> {
        loop {}
    }

    async fn apply(&self, _: &str, _: &JoinPolicy, _: Change) -> Result<bool, StoreError> {
        loop {}
    }

    async fn claim_due(&self, _: &JoinPolicy, _: Token, _: usize) -> Result<DueClaims<P>, StoreError> {
        loop {}
    }

    fn release(&self, _: &str, _: &JoinPolicy, _: Token, _: Settlement) {}
}

impl Operator for Remote {
    async fn len(&self) -> Result<usize, StoreError> {
        loop {}
    }

    async fn list(&self, _: &JoinPolicy, _: JoinQuery<'_>) -> Result<Vec<JoinSummary>, StoreError> {
        loop {}
    }
}

#[fan_in(payment, inventory)]
fn plain(payment: Event, inventory: Event) {}

#[fan_in(payment, inventory)]
async fn later(payment: Event, inventory: Event) {}

fn main() {
    let options = JoinOptions::timeout(Duration::from_secs(600));
    let _ = Later::new(Remote, options);
    let _ = Plain::new(Remote, options);
    let _ = Later::new("no store", options);
}
