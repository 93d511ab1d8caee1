//! A database's answer to an arrival.

use super::encoded_claim::EncodedClaim;
use crate::fan_in::core::claim::Claim;
use crate::fan_in::core::response::Verdict;
use crate::fan_in::core::state::{Reply, Timestamp};

#[derive(Debug)]
pub(in crate::fan_in) struct Answer {
    pub(in crate::fan_in) reply: Reply,
    /// The time of the arrival, by the database's clock.
    pub(in crate::fan_in) at: Timestamp,
    /// The join at which the input arrived, if the caller now holds it.
    pub(in crate::fan_in) claimed: Option<EncodedClaim>,
    /// Another join, which the caller must deliver to `on_expired`.
    pub(in crate::fan_in) overdue: Option<EncodedClaim>,
}

/// Converts an answer to a verdict. Without a claim, the claimed join was unreadable and has been parked.
pub(super) fn verdict<P>(
    reply: Reply,
    at: Timestamp,
    claim: Option<Claim<P>>,
    payload: P,
) -> Verdict<P> {
    match (reply, claim) {
        (Reply::Waiting(arrived), _) => Verdict::Waiting(arrived),
        (Reply::Duplicate(arrived), _) => Verdict::Duplicate(arrived),
        (Reply::Closed, _) => Verdict::Closed {
            payload,
            known: false,
        },
        (Reply::Run { .. }, Some(claim)) => Verdict::Run(claim),
        (Reply::DeliverExpired { .. }, Some(claim)) => Verdict::DeliverExpired { claim, payload },
        (Reply::Busy(until), _) => Verdict::Busy {
            retry_after: until.saturating_duration_since(at),
        },
        (Reply::Completed, _) => Verdict::Completed(payload),
        (Reply::Expired, _) => Verdict::Expired(payload),
        _ => Verdict::Parked(payload),
    }
}
