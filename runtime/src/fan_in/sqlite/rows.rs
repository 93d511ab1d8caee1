//! What is read and written within a transaction.

use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{Row as _, Sqlite, Transaction};

use crate::fan_in::durable::sql::{is_on_the_way, number, unknown};
use crate::fan_in::durable::words::{count, token, word};
use crate::fan_in::durable::{Claimed, Failure, Function, Kept, Row, Stage, inputs_of};
use crate::fan_in::listed::{Listed, Page, Which};
use crate::fan_in::state::{
    Inputs, Moment, Reply, Settlement, State, Step, Token, Visitor, due, transition,
};
use crate::fan_in::store::Work;

/// A join's columns, with a bit for each input that is kept.
macro_rules! columns {
    () => {
        "key, stage, since, holder, until, deadline, attempts, \
         (SELECT coalesce(sum(1 << input), 0) FROM linked_span_inputs AS kept \
          WHERE kept.name = joins.name AND kept.key = joins.key) AS came"
    };
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM linked_span_joins AS joins ",
            $rest
        )
    };
}

/// The join, if there is one, and whether there are others for whoever comes by. That is one row, whatever there is.
const LOOK_AROUND: &str = concat!(
    "SELECT ",
    columns!(),
    ", \
     EXISTS (SELECT 1 FROM linked_span_joins WHERE name = ?1 AND passing_at <= ?3 AND key <> ?2) AS is_overdue, \
     EXISTS (SELECT 1 FROM linked_span_joins \
      WHERE name = ?1 AND stage IN ('completed', 'expired') AND until <= ?3) AS is_forgotten \
     FROM (SELECT 1) LEFT JOIN linked_span_joins AS joins ON name = ?1 AND key = ?2",
);

// Each statement is a message to another thread and back, however many there are in it.
macro_rules! upsert {
    ($rest:literal) => {
        concat!(
            "INSERT INTO linked_span_joins VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
             ON CONFLICT DO UPDATE SET stage = ?3, since = ?4, holder = ?5, until = ?6, deadline = ?7, \
             attempts = ?8, sweep_at = ?9, passing_at = ?10",
            $rest
        )
    };
}
const WRITE: &str = upsert!("");
const WRITE_ENDED: &str = upsert!("; DELETE FROM linked_span_inputs WHERE name = ?1 AND key = ?2");
// The first is kept: a delivery whose reply was lost comes again.
const WRITE_WITH_INPUT: &str = upsert!(
    "; INSERT INTO linked_span_inputs VALUES (?1, ?2, ?11, ?12, ?13) ON CONFLICT DO NOTHING"
);
const REMOVE: &str = "DELETE FROM linked_span_joins WHERE name = ?1 AND key = ?2; \
                      DELETE FROM linked_span_inputs WHERE name = ?1 AND key = ?2";

pub(super) struct Rows {
    transaction: Transaction<'static, Sqlite>,
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
struct Read {
    key: String,
    since: Moment,
    stage: Stage,
    state: State,
}

impl Rows {
    pub(super) fn new(transaction: Transaction<'static, Sqlite>, now: Moment) -> Self {
        Self { transaction, now }
    }

    pub(super) async fn commit(self) -> Result<(), Failure> {
        self.transaction.commit().await.map_err(failure)
    }

    /// The inputs of the joins of that name: these, unless there were others.
    pub(super) async fn declare(&mut self, name: &str, inputs: &str) -> Result<String, Failure> {
        sqlx::query_scalar(
            "INSERT INTO linked_span_functions VALUES (?1, ?2) \
             ON CONFLICT DO UPDATE SET inputs = inputs RETURNING inputs",
        )
        .bind(name)
        .bind(inputs)
        .fetch_one(&mut *self.transaction)
        .await
        .map_err(failure)
    }

    /// What to tell the caller, and what else there is for him.
    pub(super) async fn arrive(
        &mut self,
        function: Function<'_>,
        key: &str,
        (input, payload): (u8, &str),
        token: Token,
    ) -> Result<(Reply, Around), Failure> {
        let (read, around) = self.look_around(function.name, key).await?;
        let step = Step::Arrive { input, token };
        let new = Some((input, payload));
        let reply = self.advance(function, key, read, step, new).await?;
        Ok((reply, around))
    }

    /// What to tell the caller.
    pub(super) async fn step(
        &mut self,
        function: Function<'_>,
        key: &str,
        step: Step,
    ) -> Result<Reply, Failure> {
        let read = self.read(function.name, key).await?;
        self.advance(function, key, read, step, None).await
    }

    async fn advance(
        &mut self,
        function: Function<'_>,
        key: &str,
        read: Option<Read>,
        step: Step,
        new: Option<(u8, &str)>,
    ) -> Result<Reply, Failure> {
        let before = read.as_ref().map(|read| read.state);
        let (after, reply) = transition(before, step, self.now, function.rules);
        match after {
            _ if after == before => {}
            Some(state) => {
                // What has come is part of the state, unless all has, and of a join that is over.
                let new = new.filter(|(input, _)| match state {
                    State::Open { came, .. } => came.contains(*input),
                    State::Running { .. } => true,
                    _ => false,
                });
                self.write(function, key, &state, read.as_ref(), new)
                    .await?;
            }
            None => self.remove(function.name, key).await?,
        }
        Ok(reply)
    }

    /// The join, if the reply says that the caller holds it.
    pub(super) async fn claimed(
        &mut self,
        function: Function<'_>,
        key: &str,
        reply: Reply,
    ) -> Result<Option<Claimed>, Failure> {
        let (work, attempts) = match reply {
            Reply::Run { attempts } => (Work::Run, attempts),
            Reply::HandOver { attempts, .. } => (Work::HandOver, attempts),
            _ => return Ok(None),
        };
        let rows = sqlx::query(
            "SELECT input, came_at, payload FROM linked_span_inputs WHERE name = ?1 AND key = ?2",
        )
        .bind(function.name)
        .bind(key)
        .fetch_all(&mut *self.transaction)
        .await
        .map_err(failure)?;
        let mut inputs = Vec::new();
        inputs.resize_with(function.rules.inputs.into(), || None);
        for row in rows {
            let place = usize::from(row.try_get::<u8, _>("input").map_err(failure)?);
            let kept = inputs.get_mut(place).ok_or_else(unknown)?;
            let came_at = moment(&row, "came_at")?;
            *kept = Some(Kept {
                payload: row.try_get("payload").map_err(failure)?,
                waited: self.now.saturating_sub(came_at),
            });
        }
        Ok(Some(Claimed {
            key: key.to_owned(),
            work,
            attempts,
            inputs,
        }))
    }

    /// Another join than this, that can be handed over by whoever comes by.
    pub(super) async fn overdue(
        &mut self,
        function: Function<'_>,
        other_than: &str,
        token: Token,
    ) -> Result<Option<Claimed>, Failure> {
        loop {
            let key: Option<String> = sqlx::query_scalar(
                "SELECT key FROM linked_span_joins WHERE name = ?1 AND passing_at <= ?2 AND key <> ?3 \
                 ORDER BY passing_at LIMIT 1",
            )
            .bind(function.name)
            .bind(number(self.now))
            .bind(other_than)
            .fetch_optional(&mut *self.transaction)
            .await
            .map_err(failure)?;
            let Some(key) = key else { return Ok(None) };
            let claimed = self.visit(function, &key, Visitor::Passing, token).await?;
            // Where it has been parked instead, it is not found again.
            if claimed.is_some() {
                return Ok(claimed);
            }
        }
    }

    /// What a sweep can claim, so many at most.
    pub(super) async fn sweep(
        &mut self,
        function: Function<'_>,
        token: Token,
        max: usize,
    ) -> Result<Vec<Claimed>, Failure> {
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
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(failure)?;
            if due.is_empty() {
                break;
            }
            for key in &due {
                claimed.extend(self.visit(function, key, Visitor::Sweep, token).await?);
            }
        }
        Ok(claimed)
    }

    /// Releases what the token holds, of what was claimed so short a time ago. Returns how many joins.
    pub(super) async fn release(
        &mut self,
        function: Function<'_>,
        token: Token,
        age: Moment,
    ) -> Result<usize, Failure> {
        let latest = self.now.saturating_add(function.rules.lease);
        let keys: Vec<String> = sqlx::query_scalar(
            "SELECT key FROM linked_span_joins \
             WHERE name = ?1 AND sweep_at BETWEEN ?2 AND ?3 AND holder = ?4",
        )
        .bind(function.name)
        .bind(number(latest.saturating_sub(age)))
        .bind(number(latest))
        .bind(word(token))
        .fetch_all(&mut *self.transaction)
        .await
        .map_err(failure)?;
        let settlement = Settlement::NotBegun;
        let mut released = 0;
        for key in &keys {
            let step = Step::Settle { token, settlement };
            let reply = self.step(function, key, step).await?;
            released += usize::from(reply == Reply::Recorded);
        }
        Ok(released)
    }

    async fn visit(
        &mut self,
        function: Function<'_>,
        key: &str,
        visitor: Visitor,
        token: Token,
    ) -> Result<Option<Claimed>, Failure> {
        let step = Step::Visit { token, visitor };
        let reply = self.step(function, key, step).await?;
        self.claimed(function, key, reply).await
    }

    /// Removes what has been remembered long enough, so many at most.
    pub(super) async fn forget(&mut self, name: &str, max: i64) -> Result<(), Failure> {
        sqlx::query(
            "DELETE FROM linked_span_joins WHERE name = ?1 AND key IN ( \
             SELECT key FROM linked_span_joins \
             WHERE name = ?1 AND stage IN ('completed', 'expired') AND until <= ?2 LIMIT ?3)",
        )
        .bind(name)
        .bind(number(self.now))
        .bind(max)
        .execute(&mut *self.transaction)
        .await
        .map_err(failure)?;
        Ok(())
    }

    async fn read(&mut self, name: &str, key: &str) -> Result<Option<Read>, Failure> {
        sqlx::query(select!("WHERE name = ?1 AND key = ?2"))
            .bind(name)
            .bind(key)
            .fetch_optional(&mut *self.transaction)
            .await
            .map_err(failure)?
            .map(|row| read(&row))
            .transpose()
    }

    async fn look_around(
        &mut self,
        name: &str,
        key: &str,
    ) -> Result<(Option<Read>, Around), Failure> {
        let row = sqlx::query(LOOK_AROUND)
            .bind(name)
            .bind(key)
            .bind(number(self.now))
            .fetch_one(&mut *self.transaction)
            .await
            .map_err(failure)?;
        let around = Around {
            is_overdue: row.try_get("is_overdue").map_err(failure)?,
            is_forgotten: row.try_get("is_forgotten").map_err(failure)?,
        };
        let key: Option<&str> = row.try_get("key").map_err(failure)?;
        Ok((key.map(|_| read(&row)).transpose()?, around))
    }

    async fn write(
        &mut self,
        function: Function<'_>,
        key: &str,
        state: &State,
        before: Option<&Read>,
        new: Option<(u8, &str)>,
    ) -> Result<(), Failure> {
        let row = Row::of(state, Inputs::all(function.rules.inputs));
        let has_ended = row.stage.has_ended();
        let since = before.filter(|before| before.stage.has_ended() == has_ended);
        let when = |visitor| due(state, visitor).filter(|_| !has_ended).map(number);
        let statement = match new {
            Some(_) => WRITE_WITH_INPUT,
            None if has_ended => WRITE_ENDED,
            None => WRITE,
        };
        let (input, payload) = new.unzip();
        sqlx::query(statement)
            .bind(function.name)
            .bind(key)
            .bind(row.stage.word())
            .bind(number(since.map_or(self.now, |before| before.since)))
            .bind(row.holder.map(word))
            .bind(number(row.until))
            .bind(number(row.deadline))
            .bind(row.attempts)
            .bind(when(Visitor::Sweep))
            .bind(when(Visitor::Passing))
            .bind(input)
            .bind(number(self.now))
            .bind(payload)
            .execute(&mut *self.transaction)
            .await
            .map_err(failure)?;
        Ok(())
    }

    async fn remove(&mut self, name: &str, key: &str) -> Result<(), Failure> {
        sqlx::query(REMOVE)
            .bind(name)
            .bind(key)
            .execute(&mut *self.transaction)
            .await
            .map_err(failure)?;
        Ok(())
    }
}

pub(super) async fn len(pool: &SqlitePool, name: &str) -> Result<usize, Failure> {
    let count: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM linked_span_joins WHERE name = ?1 AND stage NOT IN ('completed', 'expired')",
    )
    .bind(name)
    .fetch_one(pool)
    .await
    .map_err(failure)?;
    usize::try_from(count).map_err(|_| unknown())
}

pub(super) async fn list(
    pool: &SqlitePool,
    function: Function<'_>,
    which: Which<'_>,
    now: Moment,
) -> Result<Vec<Listed>, Failure> {
    // A key's bytes are compared, as `BINARY` collates.
    let (query, page) = match which {
        Which::Key(key) => (
            select!(
                "WHERE name = ?1 AND key = ?2 AND NOT (stage IN ('completed', 'expired') AND until <= ?4) LIMIT ?3"
            ),
            Page {
                after: Some(key),
                limit: 1,
            },
        ),
        Which::Unsettled(page) => (
            select!(
                "WHERE name = ?1 AND key > ?2 AND stage NOT IN ('completed', 'expired') AND ?4 \
                 ORDER BY key LIMIT ?3"
            ),
            page,
        ),
        Which::Parked(page) => (
            select!(
                "WHERE name = ?1 AND key > ?2 AND stage IN ('exhausted', 'undecodable') AND ?4 \
                 ORDER BY key LIMIT ?3"
            ),
            page,
        ),
    };
    let rows = sqlx::query(query)
        .bind(function.name)
        .bind(page.after.unwrap_or_default())
        .bind(count(page.limit))
        .bind(number(now))
        .fetch_all(pool)
        .await
        .map_err(failure)?;
    let listed = |row| {
        let Read {
            key, since, state, ..
        } = read(&row)?;
        let age = now.saturating_sub(since);
        Ok(Listed::new(key, &state, age, function.rules))
    };
    rows.into_iter().map(listed).collect()
}

fn read(row: &SqliteRow) -> Result<Read, Failure> {
    let holder: Option<String> = row.try_get("holder").map_err(failure)?;
    let holder = holder.map(|holder| token(&holder));
    let row_of_join = Row {
        stage: Stage::of_word(row.try_get("stage").map_err(failure)?).ok_or_else(unknown)?,
        came: inputs_of(row.try_get("came").map_err(failure)?),
        holder: holder.transpose().map_err(|_| unknown())?,
        until: moment(row, "until")?,
        deadline: moment(row, "deadline")?,
        attempts: row.try_get("attempts").map_err(failure)?,
    };
    Ok(Read {
        key: row.try_get("key").map_err(failure)?,
        since: moment(row, "since")?,
        stage: row_of_join.stage,
        state: row_of_join.state().ok_or_else(unknown)?,
    })
}

fn moment(row: &SqliteRow, column: &str) -> Result<Moment, Failure> {
    let moment: i64 = row.try_get(column).map_err(failure)?;
    Moment::try_from(moment).map_err(|_| unknown())
}

/// `SQLITE_BUSY` and `SQLITE_LOCKED`, of which the extended codes have these for their last byte.
const BUSY: [i64; 2] = [5, 6];

pub(super) fn failure(error: sqlx::Error) -> Failure {
    let passes = match &error {
        sqlx::Error::Database(refused) => {
            let code = refused.code().and_then(|code| code.parse().ok());
            code.is_some_and(|code: i64| BUSY.contains(&(code & 0xff)))
        }
        error => is_on_the_way(error),
    };
    if passes {
        Failure::Lost(error.into())
    } else {
        Failure::Refused(error.into())
    }
}
