//! Reads the procedures' results.

use sqlx::postgres::PgRow;

use super::columns::{column, has, item, list, number, of, timestamp, word};
use super::read_rows::{self, Lists};
use super::rows::are_rows;
use crate::fan_in::core::claim::Work;
use crate::fan_in::core::listing::JoinSummary;
use crate::fan_in::core::lists::ListLimit;
use crate::fan_in::core::state::{Arrived, Counts, Inputs, JoinPolicy, Reply, Timestamp, Token};
use crate::fan_in::core::stored_function::StoredFunction;
use crate::fan_in::durable::sql::{time, unknown};
use crate::fan_in::durable::{
    Answer, BackendError, EncodedClaim, EncodedInput, Row, Stage, inputs_of,
};

/// The reply to an arrival that has parked its join, because the worker of the last attempt died.
const EXHAUSTED: &str = "exhausted";

/// The number of places for inputs per join in an array.
const PLACES: usize = 12;

pub(super) fn inputs(row: &PgRow) -> Result<String, BackendError> {
    column(row, "inputs")
}

pub(super) fn len(row: &PgRow) -> Result<usize, BackendError> {
    number(row, "count")
}

/// Reads the number of released claims.
pub(super) fn released(row: &PgRow) -> Result<usize, BackendError> {
    word(row)?;
    number(row, "count")
}

pub(super) fn functions(row: &PgRow) -> Result<Vec<StoredFunction>, BackendError> {
    let at = timestamp(row, "at")?;
    let names: Vec<String> = list(row, "names")?;
    let inputs: Vec<String> = list(row, "inputs")?;
    let declared: Vec<Option<i64>> = list(row, "declared_at")?;
    let unsettled: Vec<i64> = list(row, "unsettled")?;
    let mut functions = Vec::with_capacity(names.len());
    for (place, name) in names.into_iter().enumerate() {
        let declared_at = time(item(&declared, place)?.unwrap_or(0))?;
        functions.push(StoredFunction::new(
            name,
            item(&inputs, place)?,
            of(*item(&unsettled, place)?)?,
            at.saturating_duration_since(declared_at),
        ));
    }
    Ok(functions)
}

/// Returns `true` if a settlement, a renewal or an operator's step took effect.
pub(super) fn is_recorded(row: &PgRow) -> Result<bool, BackendError> {
    Ok(word(row)? == Some("recorded"))
}

/// Reads the answer to an arrival.
pub(super) fn arrived(row: &PgRow, key: &str, policy: &JoinPolicy) -> Result<Answer, BackendError> {
    let reply = if has(row, "reply") {
        reply(row, policy)?
    } else {
        reply_to_fast(row, policy)?
    };
    let claims = matches!(reply, Reply::Run { .. } | Reply::DeliverExpired { .. });
    Ok(Answer {
        reply,
        at: timestamp(row, "at")?,
        claimed: claims
            .then(|| claimed(row, key.to_owned(), reply, policy))
            .transpose()?,
        overdue: None,
    })
}

/// Returns the reply of the fast statement, which is not a column of it.
fn reply_to_fast(row: &PgRow, policy: &JoinPolicy) -> Result<Reply, BackendError> {
    let came = came(column(row, "came")?)?;
    Ok(if came == Inputs::all(policy.inputs) {
        Reply::Run {
            attempts: 1,
            taken: true,
        }
    } else {
        Reply::Waiting(received(row, came, policy)?)
    })
}

/// Returns `true` if an arrival found that other joins are due.
pub(super) fn others_are_due(row: &PgRow) -> Result<bool, BackendError> {
    if !has(row, "others_are_due") {
        return Ok(false);
    }
    let are_due: Option<bool> = column(row, "others_are_due")?;
    Ok(are_due.unwrap_or(false))
}

/// Returns `true` if an arrival has parked its join.
pub(super) fn has_parked(row: &PgRow) -> Result<bool, BackendError> {
    Ok(word(row)? == Some(EXHAUSTED))
}

/// Returns the number of joins that a claim of due joins has parked.
pub(super) fn parked(row: &PgRow) -> Result<usize, BackendError> {
    let parked: Option<i64> = column(row, "parked")?;
    of(parked.unwrap_or(0))
}

/// Reads the other join that an arrival claimed, if any.
pub(super) fn overdue(
    row: &PgRow,
    policy: &JoinPolicy,
) -> Result<Option<EncodedClaim>, BackendError> {
    if word(row)?.is_none() {
        return Ok(None);
    }
    let key = key(&column::<String>(row, "key")?)?;
    Ok(Some(claimed(row, key, reply(row, policy)?, policy)?))
}

fn reply(row: &PgRow, policy: &JoinPolicy) -> Result<Reply, BackendError> {
    let Some(word) = word(row)? else {
        return Err(unknown());
    };
    if word == "over_limit" {
        let max = policy.max_bytes;
        return Err(BackendError::OverLimit(ListLimit::Bytes { max }));
    }
    let (came, attempts) = (came(column(row, "came")?)?, number(row, "attempts")?);
    Ok(match word {
        "waiting" => Reply::Waiting(received(row, came, policy)?),
        "duplicate" => Reply::Duplicate(received(row, came, policy)?),
        "closed" => Reply::Closed,
        // The caller needs no `taken`: the database has kept the input, if it takes it.
        "run" => Reply::Run {
            attempts,
            taken: false,
        },
        "deliver_expired" => Reply::DeliverExpired { came, attempts },
        "busy" => Reply::Busy(timestamp(row, "until")?),
        "completed" => Reply::Completed,
        "expired" => Reply::Expired,
        "parked" | EXHAUSTED => Reply::Parked,
        _ => return Err(unknown()),
    })
}

/// Returns what a join has received, of an answer to an arrival.
fn received(row: &PgRow, came: Inputs, policy: &JoinPolicy) -> Result<Arrived, BackendError> {
    if are_rows(policy) {
        read_rows::arrived(row, came, policy)
    } else {
        Ok(came.into())
    }
}

/// Reads a claimed join with its inputs, unless they are rows.
fn claimed(
    row: &PgRow,
    key: String,
    reply: Reply,
    policy: &JoinPolicy,
) -> Result<EncodedClaim, BackendError> {
    let (work, attempts) = Work::of(&reply).ok_or_else(unknown)?;
    let inputs = if are_rows(policy) {
        Vec::new()
    } else {
        let payloads: Option<Vec<Option<String>>> = column(row, "payloads")?;
        let came_at: Vec<Option<i64>> = column(row, "came_at")?;
        let (at, came) = (timestamp(row, "at")?, came(column(row, "came")?)?);
        kept(came, payloads.unwrap_or_default(), &came_at, at, policy)
    };
    Ok(EncodedClaim {
        key,
        work,
        attempts,
        inputs,
        counts: Counts::default(),
    })
}

/// Reads the inputs, and computes how long they waited.
fn kept(
    came: Inputs,
    payloads: impl IntoIterator<Item = Option<String>>,
    came_at: &[Option<i64>],
    at: Timestamp,
    policy: &JoinPolicy,
) -> Vec<EncodedInput> {
    let mut payloads = payloads.into_iter();
    let kept = |place: u8| {
        let payload = payloads.next().flatten();
        let came_at = came_at.get(usize::from(place)).copied().flatten();
        let came_at = came_at.and_then(|came_at| time(came_at).ok());
        // A received input whose payload is missing counts as one that cannot be decoded.
        came.contains(place).then(|| EncodedInput {
            place,
            payload: payload.unwrap_or_default(),
            waited: at.saturating_duration_since(came_at.unwrap_or(at)),
        })
    };
    (0..policy.inputs).filter_map(kept).collect()
}

/// Reads the claims of a sweep, without inputs that are rows.
pub(super) fn due(row: &PgRow, policy: &JoinPolicy) -> Result<Vec<EncodedClaim>, BackendError> {
    word(row)?;
    let keys: Vec<String> = list(row, "keys")?;
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let replies: Vec<String> = list(row, "replies")?;
    let attempts: Vec<i64> = list(row, "attempts")?;
    let inputs: Vec<i32> = list(row, "came")?;
    let came_at: Vec<Option<i64>> = list(row, "came_at")?;
    let payloads: Vec<Option<String>> = list(row, "payloads")?;
    let at = timestamp(row, "at")?;
    let mut payloads = payloads.into_iter();
    let mut came_at = came_at.chunks(PLACES);
    let mut claimed = Vec::with_capacity(keys.len());
    for (place, text) in keys.into_iter().enumerate() {
        let payloads: Vec<_> = payloads.by_ref().take(PLACES).collect();
        let came_at = came_at.next().unwrap_or_default();
        let kept = if are_rows(policy) {
            Vec::new()
        } else {
            kept(came(*item(&inputs, place)?)?, payloads, came_at, at, policy)
        };
        claimed.push(EncodedClaim {
            key: key(&text)?,
            work: match item(&replies, place)?.as_str() {
                "run" => Work::Run,
                _ => Work::DeliverExpired,
            },
            attempts: of(*item(&attempts, place)?)?,
            inputs: kept,
            counts: Counts::default(),
        });
    }
    Ok(claimed)
}

pub(super) fn listed(row: &PgRow, policy: &JoinPolicy) -> Result<Vec<JoinSummary>, BackendError> {
    word(row)?;
    let at = timestamp(row, "at")?;
    let keys: Vec<String> = list(row, "keys")?;
    let stages: Vec<String> = list(row, "stages")?;
    let since: Vec<i64> = list(row, "since")?;
    let holders: Vec<Option<String>> = list(row, "holders")?;
    let until: Vec<i64> = list(row, "until")?;
    let deadlines: Vec<i64> = list(row, "deadlines")?;
    let attempts: Vec<i64> = list(row, "attempts")?;
    let inputs: Vec<i32> = list(row, "came")?;
    let details: Vec<Option<String>> = list(row, "details")?;
    let mut details = details.into_iter();
    let lists = are_rows(policy).then(|| Lists::read(row)).transpose()?;
    let mut listed = Vec::with_capacity(keys.len());
    for (place, text) in keys.into_iter().enumerate() {
        let holder = item(&holders, place)?.as_deref().map(token).transpose()?;
        let read = Row {
            stage: Stage::of_word(item(&stages, place)?).ok_or_else(unknown)?,
            came: came(*item(&inputs, place)?)?,
            holder,
            until: time(*item(&until, place)?)?,
            deadline: time(*item(&deadlines, place)?)?,
            attempts: of(*item(&attempts, place)?)?,
        };
        let state = read.state().ok_or_else(unknown)?;
        let since = time(*item(&since, place)?)?;
        let one = JoinSummary::new(
            key(&text)?,
            &state,
            at.saturating_duration_since(since),
            policy,
        );
        let one = one.with_detail(details.next().flatten());
        listed.push(match &lists {
            Some(lists) => one.with_lists(lists.of(place, policy)?),
            None => one,
        });
    }
    Ok(listed)
}

/// Reads a key from hexadecimal UTF-8, which no setting of the server changes.
fn key(text: &str) -> Result<String, BackendError> {
    let bytes = (0..text.len()).step_by(2).map(|place| {
        let byte = text.get(place..place + 2)?;
        u8::from_str_radix(byte, 16).ok()
    });
    let bytes: Option<Vec<u8>> = bytes.collect();
    String::from_utf8(bytes.ok_or_else(unknown)?).map_err(|_| unknown())
}

fn token(text: &str) -> Result<Token, BackendError> {
    u128::from_str_radix(text, 16)
        .map(Token)
        .map_err(|_| unknown())
}

fn came(bits: i32) -> Result<Inputs, BackendError> {
    let bits = u16::try_from(bits).map_err(|_| unknown())?;
    Ok(inputs_of(bits))
}
