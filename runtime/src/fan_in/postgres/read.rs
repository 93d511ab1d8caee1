//! What the statements return.

use sqlx::postgres::{PgRow, Postgres};
use sqlx::{Decode, Row as _, Type};

use super::failure::failure;
use super::queries::Arriving;
use crate::fan_in::durable::sql::unknown;
use crate::fan_in::durable::{Answer, Claimed, Failure, Function, Kept, Row, Stage, inputs_of};
use crate::fan_in::listed::Listed;
use crate::fan_in::state::{Inputs, Moment, Reply, Rules, Token};
use crate::fan_in::store::Work;

pub(super) fn inputs(row: &PgRow) -> Result<String, Failure> {
    column(row, "inputs")
}

pub(super) fn len(row: &PgRow) -> Result<usize, Failure> {
    number(row, "len")
}

/// Of a join that has taken an input.
pub(super) fn taken(
    row: &PgRow,
    Arriving {
        function: Function { rules, .. },
        key,
        input,
        ..
    }: Arriving<'_>,
) -> Result<Answer, Failure> {
    let came = came(row)?;
    let came_at: Vec<i64> = column(row, "came_at")?;
    let at = came_at.get(usize::from(input)).ok_or_else(unknown)?;
    let at = Moment::try_from(*at).map_err(|_| unknown())?;
    let is_complete = came == Inputs::all(rules.inputs);
    let (reply, claimed) = if is_complete {
        let claimed = Claimed {
            key: key.to_owned(),
            work: Work::Run,
            attempts: 1,
            inputs: kept(row, at, rules)?,
        };
        (Reply::Run { attempts: 1 }, Some(claimed))
    } else {
        (Reply::Waiting(came), None)
    };
    Ok(Answer {
        reply,
        at,
        claimed,
        overdue: None,
    })
}

/// Of a join at which an input has arrived.
pub(super) fn arrived(row: &PgRow, rules: &Rules) -> Result<Answer, Failure> {
    let reply = reply(row)?;
    let claims = matches!(reply, Reply::Run { .. } | Reply::HandOver { .. });
    Ok(Answer {
        reply,
        at: number(row, "at")?,
        claimed: claims.then(|| claimed(row, rules)).transpose()?,
        overdue: None,
    })
}

/// Whether there is something to do at others, as that row says.
pub(super) fn others_are_due(own: &PgRow) -> Result<bool, Failure> {
    let are_due: Option<bool> = column(own, "others_are_due")?;
    Ok(are_due.unwrap_or(false))
}

fn reply(row: &PgRow) -> Result<Reply, Failure> {
    let (came, attempts) = (came(row)?, number(row, "attempts")?);
    Ok(match column(row, "reply")? {
        "waiting" => Reply::Waiting(came),
        "duplicate" => Reply::Duplicate(came),
        "run" => Reply::Run { attempts },
        "hand_over" => Reply::HandOver { came, attempts },
        "busy" => Reply::Busy(number(row, "until")?),
        "completed" => Reply::Completed,
        "expired" => Reply::Expired,
        "parked" => Reply::Parked,
        _ => return Err(unknown()),
    })
}

/// A row that says what is to be done, with the inputs.
pub(super) fn claimed(row: &PgRow, rules: &Rules) -> Result<Claimed, Failure> {
    Ok(Claimed {
        key: key(row)?,
        work: match reply(row)? {
            Reply::Run { .. } => Work::Run,
            _ => Work::HandOver,
        },
        attempts: number(row, "attempts")?,
        inputs: kept(row, number(row, "at")?, rules)?,
    })
}

/// The inputs, which have waited until then.
fn kept(row: &PgRow, at: Moment, rules: &Rules) -> Result<Vec<Option<Kept>>, Failure> {
    let came_at: Vec<i64> = column(row, "came_at")?;
    let payloads: Vec<Option<String>> = column(row, "payloads")?;
    let came = came(row)?;
    let kept = |((place, payload), came_at): ((u8, Option<String>), i64)| {
        let came_at = Moment::try_from(came_at).unwrap_or(0);
        let waited = at.saturating_sub(came_at);
        // What has come and is no longer there is an input that cannot be decoded.
        came.contains(place).then(|| Kept {
            payload: payload.unwrap_or_default(),
            waited,
        })
    };
    let inputs = (0..).zip(payloads).zip(came_at).map(kept);
    Ok(inputs.take(rules.inputs.into()).collect())
}

pub(super) fn listed(row: &PgRow, rules: &Rules) -> Result<Listed, Failure> {
    let holder: Option<Vec<u8>> = column(row, "holder")?;
    let holder = holder.map(|holder| <[u8; 16]>::try_from(holder).map(u128::from_be_bytes));
    let read = Row {
        stage: Stage::of_word(column(row, "stage")?).ok_or_else(unknown)?,
        came: came(row)?,
        holder: holder.transpose().map_err(|_| unknown())?.map(Token),
        until: number(row, "until")?,
        deadline: number(row, "deadline")?,
        attempts: number(row, "attempts")?,
    };
    let state = read.state().ok_or_else(unknown)?;
    let (at, since): (Moment, Moment) = (number(row, "at")?, number(row, "since")?);
    Ok(Listed::new(
        key(row)?,
        &state,
        at.saturating_sub(since),
        rules,
    ))
}

fn key(row: &PgRow) -> Result<String, Failure> {
    String::from_utf8(column(row, "key")?).map_err(|_| unknown())
}

fn came(row: &PgRow) -> Result<Inputs, Failure> {
    let came: i32 = column(row, "came")?;
    let came = u16::try_from(came).map_err(|_| unknown())?;
    Ok(inputs_of(came))
}

fn number<N: TryFrom<i64>>(row: &PgRow, name: &str) -> Result<N, Failure> {
    N::try_from(column(row, name)?).map_err(|_| unknown())
}

fn column<'r, T: Decode<'r, Postgres> + Type<Postgres>>(
    row: &'r PgRow,
    name: &str,
) -> Result<T, Failure> {
    row.try_get(name).map_err(failure)
}
