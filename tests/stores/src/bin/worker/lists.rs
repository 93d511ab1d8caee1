//! Joins of an order and the lines of its list, through the trait of stores.

use std::sync::Arc;
use std::time::Duration;

use linked_span::fan_in::{
    ArrivingInput, Change, Claim, Counts, FanInIdentity, Inputs, JoinPolicy, Settlement, Store,
    StoreError, Token, Verdict, Work,
};
use linked_span_tests_stores::killed::{ELEMENTS, Journal, LEASE};

use crate::{AGAIN, BETWEEN_SWEEPS, consume};

const ORDER: u8 = 0;
const PACKED: u8 = 1;

const POLICY: JoinPolicy = JoinPolicy::new(2)
    .lists(LISTS)
    .timeout(Duration::from_hours(1))
    .lease(LEASE)
    .backoff(AGAIN);

const LISTS: Inputs = Inputs::all(2).without(Inputs::all(1));

/// Works until the process dies. A payload is the number of its message: 0 for the order, and then the lines.
pub(crate) async fn work(store: impl Store<u8> + 'static, journal: Arc<Journal>) {
    let pack = FanInIdentity::new("worker::Pack", &["order", "packed"], &["u8"; 2]);
    store.declare(pack.lists(LISTS));
    let store = Arc::new(store);
    let sweeps = tokio::spawn(sweep(Arc::clone(&store), Arc::clone(&journal)));
    consume(move |key, message| {
        let (store, journal) = (Arc::clone(&store), Arc::clone(&journal));
        async move {
            let word = arrive(&*store, &key, message, &journal).await;
            if word == "retry" {
                tokio::time::sleep(AGAIN).await;
            }
            word
        }
    })
    .await;
    sweeps.abort();
}

async fn arrive(
    store: &impl Store<u8>,
    key: &str,
    message: u8,
    journal: &Arc<Journal>,
) -> &'static str {
    let (id, token) = (message.to_string(), Token::random());
    let input = match message {
        0 => {
            let counts = Counts::default().with(PACKED, ELEMENTS.into());
            ArrivingInput::from(ORDER).with_counts(counts)
        }
        _ => ArrivingInput::element(PACKED, &id),
    };
    let Ok(arrived) = store.arrive(key, &POLICY, input, message, token).await else {
        return "retry";
    };
    match arrived.verdict {
        Verdict::Run(claim) => match run(store, key, token, &claim, journal).await {
            Ok(true) => "ack",
            // The next delivery shows whether another attempt has succeeded.
            Ok(false) | Err(_) => "retry",
        },
        Verdict::Waiting(_)
        | Verdict::Duplicate(_)
        | Verdict::Closed { .. }
        | Verdict::Completed(_) => "ack",
        Verdict::Busy { .. } => "retry",
        _ => "reject",
    }
}

/// Runs the body. Returns `true` if the store recorded the success.
async fn run(
    store: &impl Store<u8>,
    key: &str,
    token: Token,
    claim: &Claim<u8>,
    journal: &Arc<Journal>,
) -> Result<bool, StoreError> {
    assert_eq!(claim.work, Work::Run);
    let [order] = claim.at(ORDER) else {
        panic!("one order of {key}: {claim:?}");
    };
    assert_eq!(*order.payload, 0);
    let lines: Vec<_> = claim.at(PACKED).iter().map(|line| *line.payload).collect();
    let (written, key_of_body) = (Arc::clone(journal), key.to_owned());
    let written = tokio::task::spawn_blocking(move || written.ran(&key_of_body, &lines));
    written.await.expect("a journal");
    // Long enough for the test to kill the process meanwhile.
    tokio::time::sleep(Duration::from_millis(50)).await;
    let settlement = Settlement::Completed;
    let settled = store.apply(key, &POLICY, Change::Settle { token, settlement });
    let settled = settled.await;
    match settled {
        Ok(true) => journal.was_recorded(key),
        Ok(false) => journal.was_refused(key),
        Err(_) => {}
    }
    settled
}

async fn sweep(store: Arc<impl Store<u8>>, journal: Arc<Journal>) {
    loop {
        tokio::time::sleep(BETWEEN_SWEEPS).await;
        // A refused claim may succeed at the next sweep.
        let due = store.claim_due(&POLICY, Token::random(), 16).await;
        for due in due.map_or_else(|_| Vec::new(), |due| due.claims) {
            let ran = run(&*store, &due.key, due.token, &due.claim, &journal).await;
            // The store did not answer: the join is claimed again when its lease has ended.
            let _ = ran;
        }
    }
}
