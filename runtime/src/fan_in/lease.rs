//! Renews the lease of a claim.

use std::time::{Duration, Instant};

use super::claim_store::ClaimStore;
use super::core::change::Change;
use super::core::error::StoreError;
use super::core::state::{JoinPolicy, Settlement, Token};
use super::sleep::sleep;
use super::waiting_claims::WaitingClaims;
use super::within::within;

/// The shortest pause before a renewal.
const MIN_PAUSE: Duration = Duration::from_millis(1);

/// Holds a claim whose lease ends unless it is renewed.
#[derive(Clone, Copy)]
pub(super) struct Lease<'a> {
    pub(super) store: &'a dyn ClaimStore,
    pub(super) key: &'a str,
    pub(super) token: Token,
    /// The latest time at which the store made or renewed the claim.
    pub(super) since: Instant,
}

/// Returns a third of a lease: it leaves time to repeat a renewal that failed.
fn third(policy: &JoinPolicy) -> Duration {
    (policy.lease / 3).max(MIN_PAUSE)
}

impl Lease<'_> {
    /// Checks that this worker still has the claim, and that the store has kept all inputs of the work.
    ///
    /// A lease of which more than a third has passed is renewed.
    pub(super) async fn begin(self, has_all_inputs: bool) -> Beginning {
        let third = third(self.store.policy());
        let mut since = self.since;
        if since.elapsed() > third {
            let now = Instant::now();
            match self.renew(third / 2).await {
                Some(Ok(true)) => since = now,
                Some(Ok(false)) => return Beginning::Lost,
                // The rest of the lease is long enough to renew it during the work.
                Some(Err(_)) | None if since.elapsed() < 2 * third => {}
                Some(Err(_)) | None => return Beginning::Unknown,
            }
        }
        if has_all_inputs {
            return Beginning::Held { since };
        }
        // The store has lost an input, so the function cannot be called.
        let undecodable = Change::Settle {
            token: self.token,
            settlement: Settlement::Undecodable,
        };
        match self.store.apply(self.key, undecodable).await {
            Ok(is_recorded) => Beginning::Undecodable { is_recorded },
            Err(_) => Beginning::Unknown,
        }
    }

    /// Renews the lease until another worker has the claim, and looks after the claims that wait.
    pub(super) async fn keep(self, beside: Option<&WaitingClaims>) {
        let third = third(self.store.policy());
        let soon = (third / 8).max(MIN_PAUSE);
        // Renew a third of a lease after the claim or the last renewal, or soon after a failed renewal.
        let mut rest = third.saturating_sub(self.since.elapsed()).max(soon);
        let mut is_ours = true;
        loop {
            sleep(rest).await;
            rest = third;
            if is_ours {
                // A longer renewal would end after the lease, so it is dropped and repeated.
                match self.renew(third).await {
                    Some(Ok(true)) => {}
                    // Another worker holds the join now. The store will reject this body's success.
                    Some(Ok(false)) => is_ours = false,
                    Some(Err(_)) | None => {
                        rest = soon;
                        continue;
                    }
                }
            }
            match beside {
                Some(beside) if !beside.is_empty() => {
                    // The limit keeps this claim's own next renewal in time.
                    let others = beside.look_after(self.store, third);
                    within(others, sleep(third / 3)).await;
                }
                _ if is_ours => {}
                _ => break,
            }
        }
    }

    async fn renew(self, limit: Duration) -> Option<Result<bool, StoreError>> {
        self.store.renew(self.key, self.token, limit).await
    }
}

/// Reports whether the work of a claim may begin.
pub(super) enum Beginning {
    /// It may: this worker has held the claim since then.
    Held { since: Instant },
    /// Another worker has the claim.
    Lost,
    /// The store has not confirmed the claim in time, or has failed.
    Unknown,
    /// An input is missing.
    Undecodable { is_recorded: bool },
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::sync::Mutex;
    use std::task::{Context, Poll, Waker};
    use std::thread;

    use super::*;
    use crate::fan_in::claim_store::Applied;

    const LEASE: Duration = Duration::from_secs(30);
    const SECOND: Duration = Duration::from_secs(1);

    /// Answers each call alike, and records the calls.
    struct Answers {
        policy: JoinPolicy,
        /// `None` if the calls never return.
        answer: Option<Result<bool, &'static str>>,
        calls: Mutex<Vec<Change>>,
    }

    impl ClaimStore for Answers {
        fn apply<'a>(&'a self, _: &'a str, change: Change) -> Applied<'a> {
            self.calls.lock().unwrap().push(change);
            match self.answer {
                Some(answer) => Box::pin(ready(
                    answer.map_err(|error| StoreError::Failed(error.into())),
                )),
                None => Box::pin(pending()),
            }
        }

        fn release(&self, _: &str, _: Token) {}

        fn policy(&self) -> &JoinPolicy {
            &self.policy
        }
    }

    /// Begins the work of a claim with this lease and age. Returns the calls too.
    fn begin_with(
        lease: Duration,
        age: Duration,
        answer: Option<Result<bool, &'static str>>,
        has_all_inputs: bool,
    ) -> (Beginning, Vec<Change>) {
        let store = Answers {
            policy: JoinPolicy::new(2).lease(lease),
            answer,
            calls: Mutex::default(),
        };
        let lease = Lease {
            store: &store,
            key: "7",
            token: Token(1),
            since: Instant::now().checked_sub(age).unwrap(),
        };
        let mut begun = Box::pin(lease.begin(has_all_inputs));
        let mut task = Context::from_waker(Waker::noop());
        let beginning = loop {
            match begun.as_mut().poll(&mut task) {
                Poll::Ready(beginning) => break beginning,
                Poll::Pending => thread::sleep(MIN_PAUSE),
            }
        };
        drop(begun);
        (beginning, store.calls.into_inner().unwrap())
    }

    fn begin(
        age: Duration,
        answer: Result<bool, &'static str>,
        has_all_inputs: bool,
    ) -> (Beginning, Vec<Change>) {
        begin_with(LEASE, age, Some(answer), has_all_inputs)
    }

    fn age_of(beginning: &Beginning) -> Duration {
        let Beginning::Held { since } = beginning else {
            panic!("this worker has the claim")
        };
        since.elapsed()
    }

    #[test]
    fn claim_is_renewed_before_its_work_after_a_third_of_its_lease() {
        let renewal = Change::Renew { token: Token(1) };
        for (age, calls) in [(LEASE / 10 * 3, vec![]), (LEASE / 3, vec![renewal])] {
            let (beginning, called) = begin(age, Ok(true), true);
            assert_eq!(called, calls, "{age:?}");
            assert_eq!(age_of(&beginning) < SECOND, !calls.is_empty(), "{age:?}");
        }
    }

    #[test]
    fn work_does_not_begin_if_another_worker_has_the_claim() {
        let (beginning, _) = begin(LEASE / 2, Ok(false), true);
        assert!(matches!(beginning, Beginning::Lost));
    }

    #[test]
    fn work_begins_after_a_failed_renewal_while_a_third_of_the_lease_is_left() {
        let (beginning, calls) = begin(LEASE / 10 * 6, Err("disconnected"), true);
        assert!(age_of(&beginning) >= LEASE / 2);
        assert_eq!(calls.len(), 1);
        let (beginning, _) = begin(LEASE / 3 * 2, Err("disconnected"), true);
        assert!(matches!(beginning, Beginning::Unknown));
    }

    #[test]
    fn work_does_not_begin_if_the_renewal_takes_too_long() {
        let lease = Duration::from_millis(60);
        let (begun, _) = begin_with(lease, lease / 3 * 2, None, true);
        assert!(matches!(begun, Beginning::Unknown));
    }

    #[test]
    fn claim_without_an_input_is_settled_as_undecodable() {
        let undecodable = Change::Settle {
            token: Token(1),
            settlement: Settlement::Undecodable,
        };
        for recorded in [true, false] {
            let (beginning, calls) = begin(Duration::ZERO, Ok(recorded), false);
            assert!(
                matches!(beginning, Beginning::Undecodable { is_recorded } if is_recorded == recorded)
            );
            assert_eq!(calls, [undecodable]);
        }
        let (beginning, _) = begin(Duration::ZERO, Err("disconnected"), false);
        assert!(matches!(beginning, Beginning::Unknown));
    }
}
