//! Reads and writes joins within a transaction.

use std::sync::Arc;
use std::time::Duration;

use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::connection::{Access, Connection};
use super::failure::failure;
use super::file::File;
use super::migrations;
use crate::fan_in::core::claim::Work;
use crate::fan_in::core::state::{
    ClaimMode, Counts, JoinPolicy, Reply, Settlement, State, Step, Timestamp, Token, due,
    transition,
};
use crate::fan_in::durable::sql::{number, time, unknown};
use crate::fan_in::durable::words::{count, token, word};
use crate::fan_in::durable::{
    BackendError, EncodedClaim, EncodedInput, JoinScope, Row, Stage, inputs_of,
};

/// A join's columns, with a bit for each stored input.
macro_rules! columns {
    () => {
        "joins.key, stage, since, holder, until, deadline, attempts, detail, \
         (SELECT coalesce(sum(1 << input), 0) FROM linked_span_inputs AS kept \
          WHERE kept.name = joins.name AND kept.key = joins.key) AS came"
    };
}
pub(super) use columns;

/// Selects one row, even if there is no join: it also contains whether the function's declaration matches, and `$asked`.
macro_rules! read {
    ($begin:literal, $asked:literal) => {
        concat!(
            $begin,
            "SELECT ",
            columns!(),
            ", EXISTS (SELECT 1 FROM linked_span_functions AS declared \
             WHERE declared.name = ?1 AND declared.inputs = ?3) AS is_declared",
            $asked,
            " FROM (SELECT 1) LEFT JOIN linked_span_joins AS joins ON joins.name = ?1 AND joins.key = ?2"
        )
    };
}
const READ: &str = read!("", "");
const BEGIN_AND_READ: &str = read!("BEGIN IMMEDIATE; ", "");
/// Also selects whether another join is overdue, and whether an ended join can be removed.
const BEGIN_AND_READ_WITH_OTHER_WORK: &str = read!(
    "BEGIN IMMEDIATE; ",
    ", EXISTS (SELECT 1 FROM linked_span_joins WHERE name = ?1 AND passing_at <= ?4 AND key <> ?2) AS is_overdue, \
     EXISTS (SELECT 1 FROM linked_span_joins \
      WHERE name = ?1 AND stage IN ('completed', 'expired') AND until <= ?4) AS is_forgotten"
);

/// Text for one call of sqlx. Several statements share a text, because each call is a round trip to another thread.
#[derive(Clone, Copy)]
struct Statement {
    text: &'static str,
    and_commit: &'static str,
}

macro_rules! statement {
    ($text:expr) => {
        Statement {
            text: $text,
            and_commit: concat!($text, "; COMMIT"),
        }
    };
}

impl Statement {
    fn then(self, then: Then) -> &'static str {
        match then {
            Then::Commit => self.and_commit,
            Then::Continue => self.text,
        }
    }
}

/// What follows a statement within the transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// The same text commits.
    Commit,
    /// Other statements, and then a commit.
    Continue,
}

// The columns are named, because a later version may add some.
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
// Every transition to an open, running, ready, expiring or parked join, without a new input.
const WRITE: Statement = statement!(upsert!(""));
// `Running` to `Completed`, and `Expiring` to `Expired`: the inputs are no longer needed.
const WRITE_ENDED: Statement = statement!(upsert!(
    "; DELETE FROM linked_span_inputs WHERE name = ?1 AND key = ?2"
));
// An arrival: absent to `Open`, `Open` to `Open`, and `Open` to `Running`. `DO NOTHING` keeps the first input of a place, because
// a delivery whose reply was lost is repeated.
const WRITE_WITH_INPUT: Statement = statement!(upsert!(
    "; INSERT INTO linked_span_inputs (name, key, input, came_at, payload) VALUES (?1, ?2, ?12, ?13, ?14) \
     ON CONFLICT DO NOTHING"
));
// Every transition to absent: `Forget`, and the end of the dedup window.
const REMOVE: Statement = statement!(
    "DELETE FROM linked_span_joins WHERE name = ?1 AND key = ?2; \
     DELETE FROM linked_span_inputs WHERE name = ?1 AND key = ?2"
);
// The inputs of a claimed join.
const INPUTS: Statement = statement!(
    "SELECT input, came_at, payload FROM linked_span_inputs WHERE name = ?1 AND key = ?2"
);

pub(super) struct Rows {
    connection: Connection,
    file: Arc<File>,
    clock: fn() -> Timestamp,
    /// The time at which the transaction began.
    pub(super) now: Timestamp,
}

/// Work at other joins that an arrival can do.
pub(super) struct OtherWork {
    /// Another join is overdue: the arrival claims or parks it.
    pub(super) is_overdue: bool,
    /// The dedup window of another join is over: the arrival removes it.
    pub(super) is_forgotten: bool,
}

impl OtherWork {
    /// Returns what follows the work at the arrival's own join.
    pub(super) fn then(&self) -> Then {
        if self.is_overdue || self.is_forgotten {
            Then::Continue
        } else {
            Then::Commit
        }
    }
}

/// A join's row.
pub(super) struct Read {
    pub(super) key: String,
    pub(super) since: Timestamp,
    pub(super) state: State,
    pub(super) detail: Option<String>,
    stage: Stage,
}

/// A value that is written together with a state.
#[derive(Clone, Copy)]
enum Written<'a> {
    /// The place and payload of an arriving input.
    Input(u8, &'a str),
    /// The reason why an input cannot be decoded.
    Detail(Option<&'a str>),
}

impl Written<'_> {
    /// Keeps the value if it belongs to the new state. An input does not, if the join had ended or was complete before.
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
    /// Takes a connection without a transaction. The first call is [`begin`](Self::begin), [`arrive`](Self::arrive) or
    /// [`apply`](Self::apply).
    pub(super) fn new(connection: Connection, file: Arc<File>, clock: fn() -> Timestamp) -> Self {
        Self {
            connection,
            file,
            clock,
            now: clock(),
        }
    }

    pub(super) async fn begin(&mut self, access: Access) -> Result<(), BackendError> {
        self.connection.begin_here(access).await?;
        self.begun();
        Ok(())
    }

    /// Reads the clock again, because the transaction may have waited for the file's lock.
    fn begun(&mut self) {
        self.now = (self.clock)();
    }

    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }

    pub(super) async fn commit(self) -> Result<(), BackendError> {
        self.connection.commit().await?;
        // Check after the commit: a file that is removed between a check and the commit would go unnoticed.
        self.file.check()
    }

    /// Returns the inputs that are stored under a name. Stores `inputs` if there are none, and updates the time.
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

    /// Fails if the function's declaration differs from the caller's.
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

    /// Begins the transaction, and applies an arrival. Returns the reply, and the work at other joins.
    pub(super) async fn arrive(
        &mut self,
        function: JoinScope<'_>,
        key: &str,
        (input, payload): (u8, &str),
        token: Token,
    ) -> Result<(Reply, OtherWork), BackendError> {
        let (read, other_work) = self.begin_and_read_with_other_work(function, key).await?;
        self.begun();
        let step = Step::arrive(input, token);
        let written = Written::Input(input, payload);
        let then = other_work.then();
        let reply = self
            .advance(function, key, read, step, written, then)
            .await?;
        Ok((reply, other_work))
    }

    /// Begins the transaction, and applies another step. Returns the reply.
    pub(super) async fn apply(
        &mut self,
        function: JoinScope<'_>,
        key: &str,
        step: Step,
        detail: Option<&str>,
    ) -> Result<Reply, BackendError> {
        let read = self.read(BEGIN_AND_READ, function, key).await?;
        self.begun();
        let written = Written::Detail(detail);
        self.advance(function, key, read, step, written, Then::Commit)
            .await
    }

    /// Applies a step within the transaction. Returns the reply.
    async fn step(
        &mut self,
        function: JoinScope<'_>,
        key: &str,
        step: Step,
    ) -> Result<Reply, BackendError> {
        let read = self.read(READ, function, key).await?;
        let written = Written::Detail(None);
        self.advance(function, key, read, step, written, Then::Continue)
            .await
    }

    async fn advance(
        &mut self,
        function: JoinScope<'_>,
        key: &str,
        read: Option<Read>,
        step: Step,
        written: Written<'_>,
        then: Then,
    ) -> Result<Reply, BackendError> {
        let before = read.as_ref().map(|read| read.state);
        let (after, reply) = transition(before, step, self.now, function.rules);
        // The inputs of a claimed join are read next.
        let then = claim_of(reply).map_or(then, |_| Then::Continue);
        match after {
            _ if after == before => {}
            Some(state) => {
                let written = written.of(&state);
                self.write(function, key, &state, read.as_ref(), written, then)
                    .await?;
            }
            None => self.remove(function.name, key, then).await?,
        }
        Ok(reply)
    }

    /// Reads the join's inputs, if the reply gave the caller a claim.
    pub(super) async fn claimed(
        &mut self,
        function: JoinScope<'_>,
        key: &str,
        reply: Reply,
        then: Then,
    ) -> Result<Option<EncodedClaim>, BackendError> {
        let Some((work, attempts)) = claim_of(reply) else {
            return Ok(None);
        };
        let rows = sqlx::query(INPUTS.then(then))
            .bind(function.name)
            .bind(key)
            .fetch_all(&mut *self.connection)
            .await
            .map_err(failure)?;
        self.after(then);
        let mut inputs = Vec::with_capacity(rows.len());
        for row in rows {
            let place: u8 = row.try_get("input").map_err(failure)?;
            // Skip a row that an operator added for an input that the function does not have.
            if place >= function.rules.inputs {
                continue;
            }
            let came_at = timestamp(&row, "came_at")?;
            inputs.push(EncodedInput {
                place,
                payload: row.try_get("payload").map_err(failure)?,
                waited: self.now.saturating_duration_since(came_at),
            });
        }
        Ok(Some(EncodedClaim {
            key: key.to_owned(),
            work,
            attempts,
            inputs,
            counts: Counts::default(),
        }))
    }

    /// Claims another join that is overdue, for an arrival: `Open`, `Running` or `Expiring` to `Expiring`, or to `Parked`.
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
                .claim(function, &key, ClaimMode::Opportunistic, token)
                .await?;
            // `None`: the join was parked instead. The next query does not find it again.
            if claimed.is_some() {
                return Ok(claimed);
            }
        }
    }

    /// Claims at most `max` due joins, for a sweep: `Running` and `Ready` to `Running`, `Open` and `Expiring` to `Expiring`, or
    /// any of them to `Parked`.
    pub(super) async fn sweep(
        &mut self,
        function: JoinScope<'_>,
        token: Token,
        max: usize,
    ) -> Result<Vec<EncodedClaim>, BackendError> {
        let mut claimed = Vec::new();
        while claimed.len() < max {
            // The query does not find parked joins again. `holder IS NOT ?3` excludes this sweep's own claims, whose lease can
            // be zero.
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
                claimed.extend(self.claim(function, key, ClaimMode::Sweep, token).await?);
            }
        }
        Ok(claimed)
    }

    /// Releases the token's claims that are at most `age` old. Returns their number.
    pub(super) async fn release(
        &mut self,
        function: JoinScope<'_>,
        token: Token,
        age: Duration,
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
            let reply = self.step(function, key, step).await?;
            released += usize::from(reply == Reply::Recorded);
        }
        Ok(released)
    }

    async fn claim(
        &mut self,
        function: JoinScope<'_>,
        key: &str,
        mode: ClaimMode,
        token: Token,
    ) -> Result<Option<EncodedClaim>, BackendError> {
        let step = Step::ClaimDue { token, mode };
        let reply = self.step(function, key, step).await?;
        self.claimed(function, key, reply, Then::Continue).await
    }

    /// Removes at most `max` joins whose dedup window is over: `Completed` and `Expired` to absent.
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
        statement: &'static str,
        function: JoinScope<'_>,
        key: &str,
    ) -> Result<Option<Read>, BackendError> {
        let row = sqlx::query(statement)
            .bind(function.name)
            .bind(key)
            .bind(function.inputs)
            .fetch_one(&mut *self.connection)
            .await
            .map_err(failure)?;
        read_declared(&row, function.rules)
    }

    async fn begin_and_read_with_other_work(
        &mut self,
        function: JoinScope<'_>,
        key: &str,
    ) -> Result<(Option<Read>, OtherWork), BackendError> {
        let row = sqlx::query(BEGIN_AND_READ_WITH_OTHER_WORK)
            .bind(function.name)
            .bind(key)
            .bind(function.inputs)
            .bind(number(self.now))
            .fetch_one(&mut *self.connection)
            .await
            .map_err(failure)?;
        let other_work = OtherWork {
            is_overdue: row.try_get("is_overdue").map_err(failure)?,
            is_forgotten: row.try_get("is_forgotten").map_err(failure)?,
        };
        Ok((read_declared(&row, function.rules)?, other_work))
    }

    async fn write(
        &mut self,
        function: JoinScope<'_>,
        key: &str,
        state: &State,
        before: Option<&Read>,
        written: Written<'_>,
        then: Then,
    ) -> Result<(), BackendError> {
        let row = Row::of(state);
        let has_ended = row.stage.has_ended();
        let since = before.filter(|before| before.stage.has_ended() == has_ended);
        let when = |mode| {
            due(state, mode, function.rules)
                .filter(|_| !has_ended)
                .map(number)
        };
        let (statement, detail, input, payload) = match written {
            Written::Input(input, payload) => (WRITE_WITH_INPUT, None, Some(input), Some(payload)),
            Written::Detail(_) if has_ended => (WRITE_ENDED, None, None, None),
            Written::Detail(detail) => (WRITE, detail, None, None),
        };
        sqlx::query(statement.then(then))
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
        self.after(then);
        Ok(())
    }

    async fn remove(&mut self, name: &str, key: &str, then: Then) -> Result<(), BackendError> {
        sqlx::query(REMOVE.then(then))
            .bind(name)
            .bind(key)
            .execute(&mut *self.connection)
            .await
            .map_err(failure)?;
        self.after(then);
        Ok(())
    }

    fn after(&mut self, then: Then) {
        if then == Then::Commit {
            self.connection.committed();
        }
    }
}

/// Returns the work and the attempts of a claim; `None` for any other reply.
fn claim_of(reply: Reply) -> Option<(Work, u32)> {
    match reply {
        Reply::Run { attempts, .. } => Some((Work::Run, attempts)),
        Reply::DeliverExpired { attempts, .. } => Some((Work::DeliverExpired, attempts)),
        _ => None,
    }
}

/// Reads the join if there is one. Fails if the function's declaration differs from the caller's.
fn read_declared(row: &SqliteRow, rules: &JoinPolicy) -> Result<Option<Read>, BackendError> {
    if !row.try_get("is_declared").map_err(failure)? {
        return Err(BackendError::Undeclared);
    }
    let key: Option<&str> = row.try_get("key").map_err(failure)?;
    key.map(|_| read(row, rules)).transpose()
}

pub(super) fn read(row: &SqliteRow, rules: &JoinPolicy) -> Result<Read, BackendError> {
    // Ignore inputs that an operator added and the function does not have.
    let all = (1_u16 << rules.inputs) - 1;
    let came: u16 = row.try_get("came").map_err(failure)?;
    let holder: Option<String> = row.try_get("holder").map_err(failure)?;
    let holder = holder.map(|holder| token(&holder));
    let row_of_join = Row {
        stage: Stage::of_word(row.try_get("stage").map_err(failure)?).ok_or_else(unknown)?,
        came: inputs_of(came & all),
        holder: holder.transpose().map_err(|_| unknown())?,
        until: timestamp(row, "until")?,
        deadline: timestamp(row, "deadline")?,
        attempts: row.try_get("attempts").map_err(failure)?,
    };
    Ok(Read {
        key: row.try_get("key").map_err(failure)?,
        since: timestamp(row, "since")?,
        stage: row_of_join.stage,
        detail: row.try_get("detail").map_err(failure)?,
        state: row_of_join.state().ok_or_else(unknown)?,
    })
}

pub(super) fn timestamp(row: &SqliteRow, column: &str) -> Result<Timestamp, BackendError> {
    time(row.try_get(column).map_err(failure)?)
}
