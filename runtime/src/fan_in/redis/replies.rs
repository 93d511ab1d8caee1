//! Reads the scripts' replies.

use crate::fan_in::core::claim::Work;
use crate::fan_in::core::listing::{JoinQuery, JoinSummary};
use crate::fan_in::core::state::{Counts, JoinPolicy, Reply, Timestamp};
use crate::fan_in::durable::words::token;
use crate::fan_in::durable::{
    Answer, BackendError, EncodedClaim, EncodedInput, Row, Stage, inputs_of,
};

/// The time, the reply and its number, the claim of the input's join, and the claim of another join.
pub(super) type ArriveReply = (u64, String, u64, Option<Claim>, Option<Claim>);

/// The time, the claims, and whether more joins may be due.
pub(super) type Due = (u64, Vec<Claim>, bool);

/// The time, and for each key the stored join and the reason why an input cannot be decoded.
pub(super) type List = (u64, Vec<(String, Option<String>, Option<String>)>);

/// The key, the work, the attempts, the received inputs as bits, and a value for each declared input.
type Claim = (String, String, u32, u16, Vec<Option<Vec<u8>>>);

pub(super) fn answer(arrived: ArriveReply) -> Result<Answer, BackendError> {
    let (at, word, number, claim, overdue) = arrived;
    let at = Timestamp::from_millis(at);
    let claimed = |claim: Option<Claim>| claim.map(|claim| claimed(claim, at)).transpose();
    let (claim, overdue) = (claimed(claim)?, claimed(overdue)?);
    let attempts = claim.as_ref().map_or(0, |claim| claim.attempts);
    let came = || u16::try_from(number).map(inputs_of).map_err(|_| unknown());
    let reply = match word.as_str() {
        "waiting" => Reply::Waiting(came()?.into()),
        "duplicate" => Reply::Duplicate(came()?.into()),
        // The caller needs no `taken`: the script has kept the input, if it takes it.
        "run" => Reply::Run {
            attempts,
            taken: false,
        },
        "hand_over" => Reply::DeliverExpired {
            came: came()?,
            attempts,
        },
        "busy" => Reply::Busy(Timestamp::from_millis(number)),
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

/// Reads the claims of a sweep, and whether more joins may be due.
pub(super) fn due((at, claims, again): Due) -> Result<(Vec<EncodedClaim>, bool), BackendError> {
    let at = Timestamp::from_millis(at);
    let claimed = claims.into_iter().map(|claim| claimed(claim, at));
    Ok((claimed.collect::<Result<_, _>>()?, again))
}

/// Reads a list of joins. Skips a key without a join: other tools may have removed the join only.
pub(super) fn list(
    (at, kept): List,
    which: JoinQuery<'_>,
    rules: &JoinPolicy,
) -> Result<Vec<JoinSummary>, BackendError> {
    let at = Timestamp::from_millis(at);
    let mut list = Vec::with_capacity(kept.len());
    for (key, kept, detail) in kept {
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
            list.push(JoinSummary::new(key, &state, age, rules).with_detail(detail));
        }
    }
    Ok(list)
}

fn claimed(claim: Claim, at: Timestamp) -> Result<EncodedClaim, BackendError> {
    let (key, work, attempts, came, kept) = claim;
    let work = match work.as_str() {
        "run" => Work::Run,
        "hand_over" => Work::DeliverExpired,
        _ => return Err(unknown()),
    };
    let came = inputs_of(came);
    let places = (0..).zip(kept);
    let inputs =
        places.filter_map(|(place, kept)| came.contains(place).then(|| input(place, kept, at)));
    Ok(EncodedClaim {
        key,
        work,
        attempts,
        inputs: inputs.collect(),
        counts: Counts::default(),
    })
}

/// Reads an input: its arrival time, then its payload. A missing input, or one that is not text, cannot be decoded.
fn input(place: u8, kept: Option<Vec<u8>>, at: Timestamp) -> EncodedInput {
    let text = kept.and_then(|kept| String::from_utf8(kept).ok());
    let text = text.unwrap_or_default();
    let (came_at, payload) = text.split_once(' ').unwrap_or_default();
    EncodedInput {
        place,
        payload: payload.to_owned(),
        waited: at.saturating_duration_since(time(came_at).unwrap_or(at)),
    }
}

/// Reads a join as `call.lua` writes it, and the time since when it is in its stage.
fn row(kept: &str) -> Option<(Row, Timestamp)> {
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

pub(super) fn unknown() -> BackendError {
    BackendError::Permanent("the server has an invalid value in a join".into())
}
