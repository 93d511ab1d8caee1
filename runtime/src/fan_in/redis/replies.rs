//! What the scripts return, and what that says.

use crate::fan_in::core::listing::{JoinQuery, JoinSummary};
use crate::fan_in::core::state::{JoinPolicy, Moment, Reply};
use crate::fan_in::core::store::Work;
use crate::fan_in::durable::words::token;
use crate::fan_in::durable::{
    Answer, BackendError, EncodedClaim, EncodedInput, Row, Stage, inputs_of,
};

/// When, the reply and its number, the join at which the input arrived, and another.
pub(super) type ArriveReply = (Moment, String, Moment, Option<Claim>, Option<Claim>);

/// When, what was claimed, and whether it is worth to ask again at once.
pub(super) type Due = (Moment, Vec<Claim>, bool);

/// When; and keys, each with what is kept of its join, and why an input cannot be read.
pub(super) type List = (Moment, Vec<(String, Option<String>, Option<String>)>);

/// The key, the work, the attempts, the inputs that came, and each that there may be.
type Claim = (String, String, u32, u16, Vec<Option<Vec<u8>>>);

pub(super) fn answer(arrived: ArriveReply) -> Result<Answer, BackendError> {
    let (at, word, number, claim, overdue) = arrived;
    let claimed = |claim: Option<Claim>| claim.map(|claim| claimed(claim, at)).transpose();
    let (claim, overdue) = (claimed(claim)?, claimed(overdue)?);
    let attempts = claim.as_ref().map_or(0, |claim| claim.attempts);
    let came = || u16::try_from(number).map(inputs_of).map_err(|_| unknown());
    let reply = match word.as_str() {
        "waiting" => Reply::Waiting(came()?),
        "duplicate" => Reply::Duplicate(came()?),
        "run" => Reply::Run { attempts },
        "hand_over" => Reply::DeliverExpired {
            came: came()?,
            attempts,
        },
        "busy" => Reply::Busy(number),
        "completed" => Reply::Completed,
        "expired" => Reply::Expired,
        "parked" => Reply::Parked,
        _ => return Err(unknown()),
    };
    Ok(Answer {
        reply,
        at,
        claimed: claim,
        overdue,
    })
}

/// With whether to ask again.
pub(super) fn due((at, claims, again): Due) -> Result<(Vec<EncodedClaim>, bool), BackendError> {
    let claimed = claims.into_iter().map(|claim| claimed(claim, at));
    Ok((claimed.collect::<Result<_, _>>()?, again))
}

/// Returns the joins that were asked for. Another hand may have removed one and left its key in a set.
pub(super) fn list(
    (at, kept): List,
    which: JoinQuery<'_>,
    rules: &JoinPolicy,
) -> Result<Vec<JoinSummary>, BackendError> {
    let mut list = Vec::with_capacity(kept.len());
    for (key, kept, detail) in kept {
        let Some(kept) = kept else { continue };
        let (row, since) = row(&kept).ok_or_else(unknown)?;
        let is_asked_for = match which {
            // The server may be about to forget it.
            JoinQuery::Key(_) => !(row.stage.has_ended() && row.until <= at),
            JoinQuery::Unsettled(_) => !row.stage.has_ended(),
            JoinQuery::Parked(_) => row.stage.is_parked(),
        };
        if is_asked_for {
            let state = row.state().ok_or_else(unknown)?;
            let age = at.saturating_sub(since);
            list.push(JoinSummary::new(key, &state, age, rules).with_detail(detail));
        }
    }
    Ok(list)
}

fn claimed(claim: Claim, at: Moment) -> Result<EncodedClaim, BackendError> {
    let (key, work, attempts, came, kept) = claim;
    let work = match work.as_str() {
        "run" => Work::Run,
        "hand_over" => Work::DeliverExpired,
        _ => return Err(unknown()),
    };
    let came = inputs_of(came);
    let places = (0..).zip(kept);
    let inputs = places.map(|(place, kept)| came.contains(place).then(|| input(kept, at)));
    Ok(EncodedClaim {
        key,
        work,
        attempts,
        inputs: inputs.collect(),
    })
}

/// A payload behind the moment at which it came. What is no text, or no longer there, is an input that cannot be decoded.
fn input(kept: Option<Vec<u8>>, at: Moment) -> EncodedInput {
    let text = kept.and_then(|kept| String::from_utf8(kept).ok());
    let text = text.unwrap_or_default();
    let (came_at, payload) = text.split_once(' ').unwrap_or_default();
    EncodedInput {
        payload: payload.to_owned(),
        waited: at.saturating_sub(came_at.parse().unwrap_or(at)),
    }
}

/// A join as `call.lua` has it written, and since when it is.
fn row(kept: &str) -> Option<(Row, Moment)> {
    let columns: Vec<_> = kept.split(' ').collect();
    let [stage, came, holder, until, deadline, attempts, since] = columns[..] else {
        return None;
    };
    let holder = (holder != "-").then(|| token(holder));
    let row = Row {
        stage: Stage::of_word(stage)?,
        came: inputs_of(came.parse().ok()?),
        holder: holder.transpose().ok()?,
        until: until.parse().ok()?,
        deadline: deadline.parse().ok()?,
        attempts: attempts.parse().ok()?,
    };
    Some((row, since.parse().ok()?))
}

pub(super) fn unknown() -> BackendError {
    BackendError::Permanent("the server has what is none of a join".into())
}
