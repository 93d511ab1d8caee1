//! Reads the scripts' replies.

use super::failure::unknown;
use super::lists::Lists;
use crate::fan_in::core::claim::Work;
use crate::fan_in::core::listing::{JoinQuery, JoinSummary};
use crate::fan_in::core::lists::ListLimit;
use crate::fan_in::core::state::{Arrived, JoinPolicy, Reply, Timestamp};
use crate::fan_in::durable::words::token;
use crate::fan_in::durable::{
    Answer, BackendError, EncodedClaim, EncodedInput, Row, Stage, inputs_of,
};

/// The time, the reply with the lists and its number, the claim of the input's join, and what became of others.
pub(super) type ArriveReply = (u64, String, u64, Option<Claim>, Option<Others>);

/// The claim of another join, and the number of joins that the arrival has parked, including the input's.
type Others = (Option<Claim>, usize);

/// The time, the claims, whether more joins may be due, and the number of joins that the sweep has parked.
pub(super) type Due = (u64, Vec<Claim>, bool, usize);

/// The time, and for each key the stored join, the reason why an input cannot be decoded, and the lists.
pub(super) type List = (u64, Vec<Listed>);

type Listed = (String, Option<String>, Option<String>, Option<String>);

/// The key, the work, the attempts, the received inputs as bits, and a value for each declared input. The lists follow, if
/// the function has any.
type Claim = (String, String, u32, u16, Vec<Option<Vec<u8>>>);

/// An answer to an arrival, and what its claims lack.
pub(super) struct Arrival {
    pub(super) answer: Answer,
    /// The lists of the claimed join.
    pub(super) claimed: Lists,
    /// The lists of the other join.
    pub(super) overdue: Lists,
}

/// The reply to an element for which the lists of its join have no room.
const OVER_LIMIT: &str = "over_limit";

/// Returns the key of another join that a rejected arrival has claimed. The caller gets the error, and not the claim.
pub(super) fn claimed_in_vain((_, reply, _, _, others): &ArriveReply) -> Option<&str> {
    let others = others.as_ref().filter(|_| reply.starts_with(OVER_LIMIT));
    let (overdue, _) = others?;
    overdue.as_ref().map(|(key, ..)| key.as_str())
}

/// Returns the number of joins that an arrival has parked.
pub(super) fn parked((.., others): &ArriveReply) -> usize {
    others.as_ref().map_or(0, |(_, parked)| *parked)
}

pub(super) fn answer(arrived: ArriveReply, policy: &JoinPolicy) -> Result<Arrival, BackendError> {
    let (at, reply, number, claim, others) = arrived;
    let overdue = others.and_then(|(overdue, _)| overdue);
    let at = Timestamp::from_millis(at);
    let claimed = |claim: Option<Claim>| match claim {
        Some(claim) => claimed(claim, at, policy).map(|(claim, lists)| (Some(claim), lists)),
        None => Ok((None, Lists::default())),
    };
    let ((claim, claimed), (overdue, overdues)) = (claimed(claim)?, claimed(overdue)?);
    let attempts = claim.as_ref().map_or(0, |claim| claim.attempts);
    let came = || u16::try_from(number).map(inputs_of).map_err(|_| unknown());
    // The lists follow the word, if the function has any.
    let (word, lists) = match reply.split_once(' ') {
        Some((word, lists)) => (word, Lists::read(Some(lists))?),
        None => (reply.as_str(), Lists::default()),
    };
    let arrived = || {
        let (came, lists) = (came()?, lists.tallies());
        Ok(Arrived { came, lists })
    };
    let reply = match word {
        "waiting" => Reply::Waiting(arrived()?),
        "duplicate" => Reply::Duplicate(arrived()?),
        "closed" => Reply::Closed,
        OVER_LIMIT => {
            let max = policy.max_bytes;
            return Err(BackendError::OverLimit(ListLimit::Bytes { max }));
        }
        // The caller needs no `taken`: the script has kept the input, if it takes it.
        "run" => Reply::Run {
            attempts,
            taken: false,
        },
        "deliver_expired" => Reply::DeliverExpired {
            came: came()?,
            attempts,
        },
        "busy" => Reply::Busy(Timestamp::from_millis(number)),
        "completed" => Reply::Completed,
        "expired" => Reply::Expired,
        "parked" => Reply::Parked,
        _ => return Err(unknown()),
    };
    let answer = Answer {
        reply,
        at,
        claimed: claim,
        overdue,
    };
    Ok(Arrival {
        answer,
        claimed,
        overdue: overdues,
    })
}

/// Reads the claims of a sweep, with their lists.
pub(super) fn due(
    claims: Vec<Claim>,
    at: Timestamp,
    policy: &JoinPolicy,
) -> Result<Vec<(EncodedClaim, Lists)>, BackendError> {
    let claimed = claims.into_iter().map(|claim| claimed(claim, at, policy));
    claimed.collect()
}

/// Reads a list of joins. Skips a key without a join: other tools may have removed the join only.
pub(super) fn list(
    (at, kept): List,
    which: JoinQuery<'_>,
    policy: &JoinPolicy,
) -> Result<Vec<JoinSummary>, BackendError> {
    let at = Timestamp::from_millis(at);
    let mut list = Vec::with_capacity(kept.len());
    for (key, kept, detail, lists) in kept {
        let Some(kept) = kept else { continue };
        let (row, since) = row(&kept).ok_or_else(unknown)?;
        let is_asked_for = match which {
            // Redis removes an ended join some time after the end of its dedup window.
            JoinQuery::Key(_) => !(row.stage.has_ended() && row.until <= at),
            JoinQuery::Unsettled(_) => !row.stage.has_ended(),
            JoinQuery::Parked(_) => row.stage.is_parked(),
        };
        if is_asked_for {
            let state = row.state().ok_or_else(unknown)?;
            let age = at.saturating_duration_since(since);
            let mut summary = JoinSummary::new(key, &state, age, policy).with_detail(detail);
            if !row.stage.has_ended() {
                summary = summary.with_lists(Lists::read(lists.as_deref())?.summaries(policy));
            }
            list.push(summary);
        }
    }
    Ok(list)
}

/// Reads a claim without the elements of its lists, and these lists.
fn claimed(
    claim: Claim,
    at: Timestamp,
    policy: &JoinPolicy,
) -> Result<(EncodedClaim, Lists), BackendError> {
    let (key, work, attempts, came, mut kept) = claim;
    let work = match work.as_str() {
        "run" => Work::Run,
        "deliver_expired" => Work::DeliverExpired,
        _ => return Err(unknown()),
    };
    let lists = kept.drain(kept.len().min(policy.inputs.into())..).next();
    let lists = lists.flatten().map(String::from_utf8).transpose();
    let lists = Lists::read(lists.map_err(|_| unknown())?.as_deref())?;
    let singles = inputs_of(came).without(policy.lists);
    let places = (0..).zip(kept);
    let inputs =
        places.filter_map(|(place, kept)| singles.contains(place).then(|| input(place, kept, at)));
    let claim = EncodedClaim {
        key,
        work,
        attempts,
        inputs: inputs.collect(),
        counts: lists.tallies().counts(),
    };
    Ok((claim, lists))
}

/// Reads an input: its arrival time, then its payload. A missing input, or one that is not text, cannot be decoded.
pub(super) fn input(place: u8, kept: Option<Vec<u8>>, at: Timestamp) -> EncodedInput {
    let text = kept.and_then(|kept| String::from_utf8(kept).ok());
    let text = text.unwrap_or_default();
    let (came_at, payload) = text.split_once(' ').unwrap_or_default();
    EncodedInput {
        place,
        payload: payload.to_owned(),
        waited: at.saturating_duration_since(time(came_at).unwrap_or(at)),
    }
}

/// Reads a join as `call_arguments.lua` writes it, and the time since when it is in its stage.
pub(super) fn row(kept: &str) -> Option<(Row, Timestamp)> {
    let columns: Vec<_> = kept.split(' ').collect();
    let [stage, came, holder, until, deadline, attempts, since] = columns[..] else {
        return None;
    };
    let holder = (holder != "-").then(|| token(holder));
    let row = Row {
        stage: Stage::of_word(stage)?,
        came: inputs_of(came.parse().ok()?),
        holder: holder.transpose().ok()?,
        until: time(until)?,
        deadline: time(deadline)?,
        attempts: attempts.parse().ok()?,
    };
    Some((row, time(since)?))
}

fn time(text: &str) -> Option<Timestamp> {
    text.parse().ok().map(Timestamp::from_millis)
}
