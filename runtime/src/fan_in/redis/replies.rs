//! What the scripts return, and what that says.

use crate::fan_in::durable::{Answer, Claimed, Failure, Kept, Row, Stage, inputs_of};
use crate::fan_in::listed::Listed;
use crate::fan_in::state::{Moment, Reply, Rules, Token};
use crate::fan_in::store::Work;

/// When, the reply and its number, the join at which the input arrived, and another.
pub(super) type Arrived = (Moment, String, Moment, Option<Claim>, Option<Claim>);

/// When, what was claimed, and whether it is worth to ask again at once.
pub(super) type Due = (Moment, Vec<Claim>, bool);

/// When, and the joins with their keys.
pub(super) type List = (Moment, Vec<(String, Columns)>);

/// The key, the work, the attempts, the inputs that came, and of each that there may be the payload and when it came.
type Claim = (String, String, u32, u16, Vec<Option<Vec<u8>>>);

/// In the order of `list.lua`.
type Columns = (
    String,
    Option<u16>,
    Option<String>,
    Option<Moment>,
    Option<Moment>,
    Option<u32>,
    Option<Moment>,
);

pub(super) fn answer(arrived: Arrived) -> Result<Answer, Failure> {
    let (at, word, number, claim, overdue) = arrived;
    let claimed = |claim: Option<Claim>| claim.map(|claim| claimed(claim, at)).transpose();
    let (claim, overdue) = (claimed(claim)?, claimed(overdue)?);
    let attempts = claim.as_ref().map_or(0, |claim| claim.attempts);
    let came = || u16::try_from(number).map(inputs_of).map_err(|_| unknown());
    let reply = match word.as_str() {
        "waiting" => Reply::Waiting(came()?),
        "duplicate" => Reply::Duplicate(came()?),
        "run" => Reply::Run { attempts },
        "hand_over" => Reply::HandOver {
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
pub(super) fn due((at, claims, again): Due) -> Result<(Vec<Claimed>, bool), Failure> {
    let claimed = claims.into_iter().map(|claim| claimed(claim, at));
    Ok((claimed.collect::<Result<_, _>>()?, again))
}

pub(super) fn list((at, joins): List, rules: &Rules) -> Result<Vec<Listed>, Failure> {
    let mut list = Vec::with_capacity(joins.len());
    for (key, columns) in joins {
        let since = columns.6.unwrap_or(at);
        let row = row(columns)?;
        // The server may be about to forget it.
        if !(row.stage.has_ended() && row.until <= at) {
            let state = row.state().ok_or_else(unknown)?;
            list.push(Listed::new(key, &state, at.saturating_sub(since), rules));
        }
    }
    Ok(list)
}

fn claimed(claim: Claim, at: Moment) -> Result<Claimed, Failure> {
    let (key, work, attempts, came, kept) = claim;
    let work = match work.as_str() {
        "run" => Work::Run,
        "hand_over" => Work::HandOver,
        _ => return Err(unknown()),
    };
    let came = inputs_of(came);
    let fields = (0..).zip(kept.chunks_exact(2));
    let inputs = fields.map(|(place, kept)| came.contains(place).then(|| input(kept, at)));
    Ok(Claimed {
        key,
        work,
        attempts,
        inputs: inputs.collect(),
    })
}

/// A payload and when it came. What is no text, or no longer there, is an input that cannot be decoded.
fn input(kept: &[Option<Vec<u8>>], at: Moment) -> Kept {
    let text = |field: usize| std::str::from_utf8(kept.get(field)?.as_deref()?).ok();
    let came_at = text(1).and_then(|came_at| came_at.parse().ok());
    Kept {
        payload: text(0).unwrap_or_default().to_owned(),
        waited: at.saturating_sub(came_at.unwrap_or(at)),
    }
}

fn row(columns: Columns) -> Result<Row, Failure> {
    let (stage, came, holder, until, deadline, attempts, _) = columns;
    let holder = holder.filter(|holder| !holder.is_empty());
    let holder = holder.map(|holder| u128::from_str_radix(&holder, 16).map(Token));
    Ok(Row {
        stage: Stage::of_word(&stage).ok_or_else(unknown)?,
        came: inputs_of(came.unwrap_or_default()),
        holder: holder.transpose().map_err(|_| unknown())?,
        until: until.unwrap_or_default(),
        deadline: deadline.unwrap_or_default(),
        attempts: attempts.unwrap_or_default(),
    })
}

fn unknown() -> Failure {
    Failure::Refused("the server has what is none of a join".into())
}
