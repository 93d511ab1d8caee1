//! The rules that every store of joins keeps.

mod claims;
mod ends;
mod inputs;
mod kept;
mod lists;
mod model;
mod operator;
mod optional;
mod random;
mod subject;
mod together;

use std::time::Duration;

pub use self::model::Model;
use self::random::Random;
use self::subject::{Checked, POLICY, Subject};
use crate::fan_in::{Inputs, JoinPolicy, Store};

/// Checks each rule with a store of its own.
macro_rules! check {
    ($suite:ident, $make:ident; $($rule:literal: $check:path, $policy:expr;)+) => {
        $({
            // A store may hold a connection, so it is dropped before the next one is made.
            let subject = Subject::new($make().await, $policy);
            let checked = Box::pin($check(&subject)).await;
            $suite.record($rule, checked);
        })+
    };
}

/// Checks that a store of joins keeps the rules of [`Store`] and of the [state machine](crate::fan_in::state).
///
/// ```
/// use linked_span::fan_in::{Memory, ready};
/// use linked_span::testing::{self, Clock};
///
/// ready(testing::conformance(async || {
///     let clock = Clock::new();
///     let store = Memory::with_clock(&clock);
///     (store, async move |span| clock.advance(span))
/// }));
/// ```
///
/// `make` returns an empty store, and a function that lets time pass for it. Each rule has a store of its own. A store with
/// the clock of a database moves all stored times into the past instead, by that span.
///
/// The checks of leases are left out if [`is_durable`](Store::is_durable) returns `false`. Payloads are strings. No check
/// takes longer than a minute by the store's clock. The suite uses no threads: a store over a server also needs tests with
/// several processes, with lost connections, and with payloads that do not decode.
///
/// # Panics
///
/// If the store breaks a rule. The message names each broken rule, and what the store did instead.
pub async fn conformance<S, T>(make: impl AsyncFn() -> (S, T))
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    let mut suite = Suite::default();
    let three = POLICY.inputs(3);
    check! { suite, make;
        "an input waits until all inputs have arrived": inputs::wait_for_the_last, three;
        "a duplicate input keeps the first": inputs::duplicate, POLICY;
        "a key may be any text": inputs::any_key, POLICY;
        "a large input is returned unchanged": inputs::large, POLICY;
        "a function may have twelve inputs": inputs::twelve, POLICY.inputs(12);
        "concurrent arrivals claim a join once": inputs::concurrent, three;
        "a completed join returns its late inputs": inputs::payload_of_a_closed_join, POLICY;
        "one worker holds a join": claims::one_holder, POLICY;
        "concurrent sweeps claim a join once": claims::one_sweep, POLICY;
        "only the token of a claim settles it": claims::token, POLICY;
        "only the token of a claim renews it": claims::renewal, POLICY;
        "a repeated arrival returns the same claim": claims::repeated_arrival, POLICY;
        "a repeated success is recorded once": claims::repeated_success, POLICY;
        "a released claim is due at once, and no attempt": claims::released, POLICY;
        "a claim that its holder drops is released": claims::dropped, POLICY;
        "a failed body runs again": claims::failed, POLICY;
        "an incomplete join expires at its timeout": ends::timeout, three;
        "an arrival at an expired join delivers it": ends::late_arrival, POLICY;
        "an arrival claims one other expired join at most": ends::other_join, POLICY;
        "a failed delivery is due after the backoff": ends::failed_delivery, POLICY;
        "a failed join expires past its deadline": ends::complete_join, POLICY;
        "an ended join is remembered for its dedup window": ends::dedup_window, POLICY;
        "a store forgets only what has ended": ends::retention,
            POLICY.dedup_window(subject::MINUTE).max_attempts(2);
        "the list shows the state of a join": operator::list, POLICY;
        "the list has pages in the order of the keys": operator::pages, POLICY;
        "the count has all joins that have not ended": operator::count, POLICY;
        "a forgotten join opens again": operator::forget, POLICY;
        "an operator takes no join from its holder": operator::holder, POLICY;
        "a join is parked after its last attempt": operator::parked, POLICY.max_attempts(2);
        "a parked join waits for an operator": operator::retry, POLICY.max_attempts(2);
    }
    let is_durable = make().await.0.is_durable();
    if is_durable {
        check! { suite, make;
            "a lease ends": claims::lease, POLICY;
            "the lease of a delivery ends": claims::lease_of_a_delivery, POLICY;
            "a renewal extends the lease": claims::renewed_lease, POLICY;
            "a busy arrival returns the rest of the lease": claims::rest_of_the_lease, POLICY;
            "a join whose last attempt died is parked": operator::last_attempt_died,
                POLICY.max_attempts(1);
            "a join that the store parks is reported once": operator::reports_parked_joins,
                POLICY.max_attempts(1);
        }
    }
    let rule = "any steps have the replies of the state machine";
    let policy = |random: &mut Random| random.policy(is_durable);
    suite.any_steps(rule, &make, is_durable, policy).await;
    suite.finish();
}

/// Checks that a store keeps the rules of lists and of optional inputs.
///
/// ```
/// use linked_span::fan_in::{Memory, ready};
/// use linked_span::testing::{self, Clock};
///
/// ready(testing::list_conformance(async || {
///     let clock = Clock::new();
///     let store = Memory::with_clock(&clock);
///     (store, async move |span| clock.advance(span))
/// }));
/// ```
///
/// `make` is the same as of [`conformance`], which checks the other policy. The check of a join's bytes is left out if
/// [`is_durable`](Store::is_durable) returns `false`.
///
/// # Panics
///
/// If the store breaks a rule, or refuses lists. The message names each broken rule, and what the store did instead.
pub async fn list_conformance<S, T>(make: impl AsyncFn() -> (S, T))
where
    S: Store<String>,
    T: AsyncFn(Duration),
{
    let mut suite = Suite::default();
    let last = Inputs::none().with(1);
    let beside = POLICY.lists(last);
    let alone = POLICY.inputs(1).lists(Inputs::all(1));
    let optional = POLICY.optional(last);
    check! { suite, make;
        "a list is complete at its count": lists::count, beside;
        "a known element is a duplicate, and is counted": lists::duplicate, beside;
        "a full list is closed, and every attempt has its elements": lists::closed, beside.max_attempts(2);
        "a list alone is enough": lists::alone, alone;
        "a list has a limit while its count is unknown": lists::limit, beside.max_elements(3);
        "an identity belongs to one join": lists::identities, beside;
        "one input counts two lists": lists::two, POLICY.inputs(3).lists(last.with(2));
        "a long list is handed over in order of arrival": lists::long, beside;
        "an optional input completes a join at once": optional::at_once, optional;
        "a join runs without its optional input at its timeout": optional::without, optional;
        "a late optional input runs the join without it": optional::late, optional;
        "an arrival elsewhere leaves a sweep one timeout": optional::elsewhere, optional;
        "a missing required input expires the join": optional::required, optional;
    }
    let is_durable = make().await.0.is_durable();
    if is_durable {
        check! { suite, make;
            "an element beyond the bytes is rejected": lists::bytes, beside.max_bytes(100);
        }
    }
    let rule = "any steps with lists have the replies of the state machine";
    let policy = |random: &mut Random| random.policy_of_lists(is_durable);
    suite.any_steps(rule, &make, is_durable, policy).await;
    suite.finish();
}

/// The rules that the store has broken.
#[derive(Default)]
struct Suite {
    broken: Vec<String>,
}

impl Suite {
    fn record(&mut self, rule: &str, checked: Checked) {
        if let Err(found) = checked {
            self.broken.push(format!("{rule}: {found}"));
        }
    }

    /// Checks random histories of steps.
    async fn any_steps<S, T>(
        &mut self,
        rule: &str,
        make: &impl AsyncFn() -> (S, T),
        is_durable: bool,
        policy: impl Fn(&mut Random) -> JoinPolicy,
    ) where
        S: Store<String>,
        T: AsyncFn(Duration),
    {
        let histories = if is_durable { 20 } else { 400 };
        for seed in 0..histories {
            let mut random = Random::new(seed);
            let subject = Subject::new(make().await, policy(&mut random));
            let checked = Box::pin(random::steps(&subject, &mut random)).await;
            let is_broken = checked.is_err();
            self.record(
                rule,
                checked.map_err(|broken| format!("in history {seed}, {broken}")),
            );
            if is_broken {
                break;
            }
        }
    }

    fn finish(self) {
        assert!(
            self.broken.is_empty(),
            "the store breaks {} rules of joins\n- {}",
            self.broken.len(),
            self.broken.join("\n- ")
        );
    }
}
