//! What is read and written within a transaction.

use std::sync::Arc;

use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::connection::Connection;
use super::failure::failure;
use super::file::File;
use super::migrations;
use crate::fan_in::core::state::{
    ClaimMode, Inputs, JoinPolicy, Moment, Reply, Settlement, State, Step, Token, due, transition,
};
use crate::fan_in::core::store::Work;
use crate::fan_in::durable::sql::{number, unknown};
use crate::fan_in::durable::words::{count, token, word};
use crate::fan_in::durable::{
    BackendError, EncodedClaim, EncodedInput, JoinScope, Row, Stage, inputs_of,
};

/// A join's columns, with a bit for each input that is kept.
macro_rules! columns {
    () => {
        "joins.key, stage, since, holder, until, deadline, attempts, detail, \
         (SELECT coalesce(sum(1 << input), 0) FROM linked_span_inputs AS kept \
          WHERE kept.name = joins.name AND kept.key = joins.key) AS came"
    };
}
pub(super) use columns;

/// One row, whether or not there is a join: whether the function is declared as the caller says, and what else the caller
/// asks.
macro_rules! read {
    ($asked:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            ", EXISTS (SELECT 1 FROM linked_span_functions AS declared \
             WHERE declared.name = ?1 AND declared.inputs = ?3) AS is_declared",
            $asked,
            " FROM (SELECT 1) LEFT JOIN linked_span_joins AS joins ON joins.name = ?1 AND joins.key = ?2"
        )
    };
}
const READ: &str = read!("");
/// With whether an arrival can do something for others.
const READ_AND_LOOK_AROUND: &str = read!(
    ", EXISTS (SELECT 1 FROM linked_span_joins WHERE name = ?1 AND passing_at <= ?4 AND key <> ?2) AS is_overdue, \
     EXISTS (SELECT 1 FROM linked_span_joins \
      WHERE name = ?1 AND stage IN ('completed', 'expired') AND until <= ?4) AS is_forgotten"
);

// Each statement is a message to another thread and back, however many there are in it.
// The columns have names, since a later version may add some.
macro_rules! upsert {
    ($rest:literal) => {
        concat!(
            "INSERT INTO linked_span_joins \
             (name, key, stage, since, holder, until, deadline, attempts, sweep_at, passing_at, detail) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) \
             ON CONFLICT DO UPDATE SET stage = ?3, since = ?4, holder = ?5, until = ?6, deadline = ?7, \
             attempts = ?8, sweep_at = ?9, passing_at = ?10, detail = ?11",
            $rest
        )
    };
}
// Each transition that leaves a join open, running, ready, expiring or parked, and brings no input.
const WRITE: &str = upsert!("");
// `Running` to `Completed`, and `Expiring` to `Expired`: the inputs are no longer needed.
const WRITE_ENDED: &str = upsert!("; DELETE FROM linked_span_inputs WHERE name = ?1 AND key = ?2");
// An arrival: nothing to `Open`, `Open` to `Open`, and `Open` to `Running`. The first input of a place is kept: a delivery
// whose reply was lost comes again.
const WRITE_WITH_INPUT: &str = upsert!(
    "; INSERT INTO linked_span_inputs (name, key, input, came_at, payload) VALUES (?1, ?2, ?12, ?13, ?14) \
     ON CONFLICT DO NOTHING"
);
// Each transition to nothing: `Forget`, and an arrival or a visit after the dedup window that leaves nothing behind.
const REMOVE: &str = "DELETE FROM linked_span_joins WHERE name = ?1 AND key = ?2; \
                      DELETE FROM linked_span_inputs WHERE name = ?1 AND key = ?2";

pub(super) struct Rows {
    connection: Connection,
    file: Arc<File>,
    pub(super) now: Moment,
}

/// What there is for whoever comes by.
pub(super) struct Around {
    /// Another join, to be handed over or parked.
    pub(super) is_overdue: bool,
    /// What has been remembered long enough.
    pub(super) is_forgotten: bool,
}

/// A row as it was read.
pub(super) struct Read {
    pub(super) key: String,
    pub(super) since: Moment,
    pub(super) state: State,
    pub(super) detail: Option<String>,
    stage: Stage,
}

/// What is written together with a state.
#[derive(Clone, Copy)]
enum Written<'a> {
    /// The input of an arrival, by its place.
    Input(u8, &'a str),
    /// Why an input cannot be decoded.
    Detail(Option<&'a str>),
}

impl Written<'_> {
    /// The input is written if it is part of the state: not if the join is over, or if all had come before.
    fn of(self, state: &State) -> Self {
        let is_kept = |input| match state {
            State::Open { came, .. } => came.contains(input),
            State::Running { .. } => true,
            _ => false,
        };
        match (self, state) {
            (Self::Input(input, _), _) if is_kept(input) => self,
            (Self::Detail(_), State::Parked { .. }) => self,
            _ => Self::Detail(None),
        }
    }
}

impl Rows {
    pub(super) fn new(connection: Connection, file: Arc<File>, now: Moment) -> Self {
        Self {
            connection,
            file,
            now,
        }
    }

    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }

    pub(super) async fn commit(self) -> Result<(), BackendError> {
        self.connection.commit().await?;
        // After the commit: what was removed before it would be acknowledged otherwise.
        self.file.check()
    }

    /// Returns the inputs of the joins of that name: these, unless there were others. Notes the time.
    pub(super) async fn declare(
        &mut self,
        name: &str,
        inputs: &str,
    ) -> Result<String, BackendError> {
        migrations::check(&mut self.connection).await?;
        sqlx::query_scalar(
            "INSERT INTO linked_span_functions (name, inputs, declared_at) VALUES (?1, ?2, ?3) \
             ON CONFLICT DO UPDATE SET declared_at = CASE WHEN inputs = ?2 THEN ?3 ELSE declared_at END \
             RETURNING inputs",
        )
        .bind(name)
        .bind(inputs)
        .bind(number(self.now))
        .fetch_one(&mut *self.connection)
        .await
        .map_err(failure)
    }

    /// Fails if the function is not declared as the caller says.
    pub(super) async fn check(&mut self, function: JoinScope<'_>) -> Result<(), BackendError> {
        let declared =
            "SELECT EXISTS (SELECT 1 FROM linked_span_functions WHERE name = ?1 AND inputs = ?2)";
        let is_declared = sqlx::query_scalar(declared)
            .bind(function.name)
            .bind(function.inputs)
            .fetch_one(&mut *self.connection)
            .await
            .map_err(failure)?;
        if is_declared {
            Ok(())
        } else {
            Err(BackendError::Undeclared)
        }
    }

    /// Returns what to tell the caller, and what an arrival can do for others.
    pub(super) async fn arrive(
        &mut self,
        function: JoinScope<'_>,
        key: &str,
        (input, payload): (u8, &str),
        token: Token,
    ) -> Result<(Reply, Around), BackendError> {
        let (read, around) = self.look_around(function, key).await?;
        let step = Step::Arrive { input, token };
        let written = Written::Input(input, payload);
        let reply = self.advance(function, key, read, step, written).await?;
        Ok((reply, around))
    }

    /// What to tell the caller.
    pub(super) async fn step(
        &mut self,
        function: JoinScope<'_>,
        key: &str,
        step: Step,
        detail: Option<&str>,
    ) -> Result<Reply, BackendError> {
        let read = self.read(function, key).await?;
        let written = Written::Detail(detail);
        self.advance(function, key, read, step, written).await
    }

    async fn advance(
        &mut self,
        function: JoinScope<'_>,
        key: &str,
        read: Option<Read>,
        step: Step,
        written: Written<'_>,
    ) -> Result<Reply, BackendError> {
        let before = read.as_ref().map(|read| read.state);
        let (after, reply) = transition(before, step, self.now, function.rules);
        match after {
            _ if after == before => {}
            Some(state) => {
                let written = written.of(&state);
                self.write(function, key, &state, read.as_ref(), written)
                    .await?;
            }
            None => self.remove(function.name, key).await?,
        }
        Ok(reply)
    }

    /// The join, if the reply says that the caller holds it.
    pub(super) async fn claimed(
        &mut self,
        function: JoinScope<'_>,
        key: &str,
        reply: Reply,
    ) -> Result<Option<EncodedClaim>, BackendError> {
        let (work, attempts) = match reply {
            Reply::Run { attempts } => (Work::Run, attempts),
            Reply::DeliverExpired { attempts, .. } => (Work::DeliverExpired, attempts),
            _ => return Ok(None),
        };
        let rows = sqlx::query(
            "SELECT input, came_at, payload FROM linked_span_inputs WHERE name = ?1 AND key = ?2",
        )
        .bind(function.name)
        .bind(key)
        .fetch_all(&mut *self.connection)
        .await
        .map_err(failure)?;
        let mut inputs = Vec::new();
        inputs.resize_with(function.rules.inputs.into(), || None);
        for row in rows {
            let place = usize::from(row.try_get::<u8, _>("input").map_err(failure)?);
            // An operator's row for an input that the function does not have is no reason to fail.
            let Some(kept) = inputs.get_mut(place) else {
                continue;
            };
            let came_at = moment(&row, "came_at")?;
            *kept = Some(EncodedInput {
                payload: row.try_get("payload").map_err(failure)?,
                waited: self.now.saturating_sub(came_at),
            });
        }
        Ok(Some(EncodedClaim {
            key: key.to_owned(),
            work,
            attempts,
            inputs,
        }))
    }

    /// Claims another join that is overdue, `Visit` by an arrival: `Open`, `Running` or `Expiring` to `Expiring`, or to
    /// `Parked`.
    pub(super) async fn overdue(
        &mut self,
        function: JoinScope<'_>,
        other_than: &str,
        token: Token,
    ) -> Result<Option<EncodedClaim>, BackendError> {
        loop {
            let key: Option<String> = sqlx::query_scalar(
                "SELECT key FROM linked_span_joins WHERE name = ?1 AND passing_at <= ?2 AND key <> ?3 \
                 ORDER BY passing_at LIMIT 1",
            )
            .bind(function.name)
            .bind(number(self.now))
            .bind(other_than)
            .fetch_optional(&mut *self.connection)
            .await
            .map_err(failure)?;
            let Some(key) = key else { return Ok(None) };
            let claimed = self
                .visit(function, &key, ClaimMode::Opportunistic, token)
                .await?;
            // Where it has been parked instead, it is not found again.
            if claimed.is_some() {
                return Ok(claimed);
            }
        }
    }

    /// Claims at most `max` joins that are due, `Visit` by a sweep: `Running` and `Ready` to `Running`, `Open` and `Expiring` to
    /// `Expiring`, or to `Parked`.
    pub(super) async fn sweep(
        &mut self,
        function: JoinScope<'_>,
        token: Token,
        max: usize,
    ) -> Result<Vec<EncodedClaim>, BackendError> {
        let mut claimed = Vec::new();
        while claimed.len() < max {
            // Some may be parked instead, and are not found again; nor is what was claimed, however short its lease.
            let due: Vec<String> = sqlx::query_scalar(
                "SELECT key FROM linked_span_joins WHERE name = ?1 AND sweep_at <= ?2 AND holder IS NOT ?3 \
                 ORDER BY sweep_at LIMIT ?4",
            )
            .bind(function.name)
            .bind(number(self.now))
            .bind(word(token))
            .bind(count(max - claimed.len()))
            .fetch_all(&mut *self.connection)
            .await
            .map_err(failure)?;
            if due.is_empty() {
                break;
            }
            for key in &due {
                claimed.extend(self.visit(function, key, ClaimMode::Sweep, token).await?);
            }
        }
        Ok(claimed)
    }

    /// Releases what the token holds, of what was claimed so short a time ago. Returns how many joins.
    pub(super) async fn release(
        &mut self,
        function: JoinScope<'_>,
        token: Token,
        age: Moment,
    ) -> Result<usize, BackendError> {
        let latest = self.now.saturating_add(function.rules.lease);
        let keys: Vec<String> = sqlx::query_scalar(
            "SELECT key FROM linked_span_joins \
             WHERE name = ?1 AND sweep_at BETWEEN ?2 AND ?3 AND holder = ?4",
        )
        .bind(function.name)
        .bind(number(latest.saturating_sub(age)))
        .bind(number(latest))
        .bind(word(token))
        .fetch_all(&mut *self.connection)
        .await
        .map_err(failure)?;
        let settlement = Settlement::Released;
        let mut released = 0;
        for key in &keys {
            let step = Step::Settle { token, settlement };
            let reply = self.step(function, key, step, None).await?;
            released += usize::from(reply == Reply::Recorded);
        }
        Ok(released)
    }

    async fn visit(
        &mut self,
        function: JoinScope<'_>,
        key: &str,
        mode: ClaimMode,
        token: Token,
    ) -> Result<Option<EncodedClaim>, BackendError> {
        let step = Step::ClaimDue { token, mode };
        let reply = self.step(function, key, step, None).await?;
        self.claimed(function, key, reply).await
    }

    /// Removes at most `max` joins that ended before the dedup window: `Completed` and `Expired` to nothing. No join that is
    /// still to run, or that an operator has to see, is of these stages.
    pub(super) async fn forget(&mut self, name: &str, max: i64) -> Result<(), BackendError> {
        sqlx::query(
            "DELETE FROM linked_span_joins WHERE name = ?1 AND key IN ( \
             SELECT key FROM linked_span_joins \
             WHERE name = ?1 AND stage IN ('completed', 'expired') AND until <= ?2 LIMIT ?3)",
        )
        .bind(name)
        .bind(number(self.now))
        .bind(max)
        .execute(&mut *self.connection)
        .await
        .map_err(failure)?;
        Ok(())
    }

    async fn read(
        &mut self,
        function: JoinScope<'_>,
        key: &str,
    ) -> Result<Option<Read>, BackendError> {
        let row = sqlx::query(READ)
            .bind(function.name)
            .bind(key)
            .bind(function.inputs)
            .fetch_one(&mut *self.connection)
            .await
            .map_err(failure)?;
        read_declared(&row, function.rules)
    }

    async fn look_around(
        &mut self,
        function: JoinScope<'_>,
        key: &str,
    ) -> Result<(Option<Read>, Around), BackendError> {
        let row = sqlx::query(READ_AND_LOOK_AROUND)
            .bind(function.name)
            .bind(key)
            .bind(function.inputs)
            .bind(number(self.now))
            .fetch_one(&mut *self.connection)
            .await
            .map_err(failure)?;
        let around = Around {
            is_overdue: row.try_get("is_overdue").map_err(failure)?,
            is_forgotten: row.try_get("is_forgotten").map_err(failure)?,
        };
        Ok((read_declared(&row, function.rules)?, around))
    }

    async fn write(
        &mut self,
        function: JoinScope<'_>,
        key: &str,
        state: &State,
        before: Option<&Read>,
        written: Written<'_>,
    ) -> Result<(), BackendError> {
        let row = Row::of(state, Inputs::all(function.rules.inputs));
        let has_ended = row.stage.has_ended();
        let since = before.filter(|before| before.stage.has_ended() == has_ended);
        let when = |mode| due(state, mode).filter(|_| !has_ended).map(number);
        let (statement, detail, input, payload) = match written {
            Written::Input(input, payload) => (WRITE_WITH_INPUT, None, Some(input), Some(payload)),
            Written::Detail(_) if has_ended => (WRITE_ENDED, None, None, None),
            Written::Detail(detail) => (WRITE, detail, None, None),
        };
        sqlx::query(statement)
            .bind(function.name)
            .bind(key)
            .bind(row.stage.word())
            .bind(number(since.map_or(self.now, |before| before.since)))
            .bind(row.holder.map(word))
            .bind(number(row.until))
            .bind(number(row.deadline))
            .bind(row.attempts)
            .bind(when(ClaimMode::Sweep))
            .bind(when(ClaimMode::Opportunistic))
            .bind(detail)
            .bind(input)
            .bind(number(self.now))
            .bind(payload)
            .execute(&mut *self.connection)
            .await
            .map_err(failure)?;
        Ok(())
    }

    async fn remove(&mut self, name: &str, key: &str) -> Result<(), BackendError> {
        sqlx::query(REMOVE)
            .bind(name)
            .bind(key)
            .execute(&mut *self.connection)
            .await
            .map_err(failure)?;
        Ok(())
    }
}

/// The join, if there is one, of a function that is declared as the caller says.
fn read_declared(row: &SqliteRow, rules: &JoinPolicy) -> Result<Option<Read>, BackendError> {
    if !row.try_get("is_declared").map_err(failure)? {
        return Err(BackendError::Undeclared);
    }
    let key: Option<&str> = row.try_get("key").map_err(failure)?;
    key.map(|_| read(row, rules)).transpose()
}

pub(super) fn read(row: &SqliteRow, rules: &JoinPolicy) -> Result<Read, BackendError> {
    // An operator may have added a row for an input that the function does not have.
    let all = (1_u16 << rules.inputs) - 1;
    let came: u16 = row.try_get("came").map_err(failure)?;
    let holder: Option<String> = row.try_get("holder").map_err(failure)?;
    let holder = holder.map(|holder| token(&holder));
    let row_of_join = Row {
        stage: Stage::of_word(row.try_get("stage").map_err(failure)?).ok_or_else(unknown)?,
        came: inputs_of(came & all),
        holder: holder.transpose().map_err(|_| unknown())?,
        until: moment(row, "until")?,
        deadline: moment(row, "deadline")?,
        attempts: row.try_get("attempts").map_err(failure)?,
    };
    Ok(Read {
        key: row.try_get("key").map_err(failure)?,
        since: moment(row, "since")?,
        stage: row_of_join.stage,
        detail: row.try_get("detail").map_err(failure)?,
        state: row_of_join.state().ok_or_else(unknown)?,
    })
}

pub(super) fn moment(row: &SqliteRow, column: &str) -> Result<Moment, BackendError> {
    let moment: i64 = row.try_get(column).map_err(failure)?;
    Moment::try_from(moment).map_err(|_| unknown())
}
