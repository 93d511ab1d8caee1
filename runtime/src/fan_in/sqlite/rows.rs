//! Reads and writes joins within a transaction.

use std::sync::Arc;
use std::time::Duration;

use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::connection::{Access, Connection};
use super::failure::failure;
use super::file::File;
use super::lists::Lists;
use super::migrations;
use super::statements::{
    BEGIN_AND_READ, BEGIN_AND_READ_WITH_ELEMENT, BEGIN_AND_READ_WITH_OTHER_WORK, INPUTS, READ,
    REMOVE, Then, WRITE, WRITE_ENDED, WRITE_INPUT, WRITE_LISTS, WRITE_WITH_ELEMENT,
    WRITE_WITH_INPUT,
};
use crate::fan_in::core::arriving_input::ArrivingInput;
use crate::fan_in::core::claim::Work;
use crate::fan_in::core::park_counts::ParkCounts;
use crate::fan_in::core::state::{
    Arrived, ClaimMode, Inputs, JoinPolicy, Reply, Settlement, State, Step, Timestamp, Token, due,
    transition,
};
use crate::fan_in::durable::sql::{number, time, unknown};
use crate::fan_in::durable::words::{count, token, word};
use crate::fan_in::durable::{
    BackendError, EncodedClaim, EncodedInput, JoinScope, Row, Stage, inputs_of,
};

/// The number of inputs after which a sweep claims no further join, so that other callers do not wait long for the lock.
const READ_BY_SWEEP: usize = 10_000;

pub(super) struct Rows {
    connection: Connection,
    file: Arc<File>,
    clock: fn() -> Timestamp,
    /// The time at which the transaction began.
    pub(super) now: Timestamp,
    /// The joins that the transaction has parked.
    pub(super) parked: ParkCounts,
}

/// Work at other joins that an arrival can do.
pub(super) struct OtherWork {
    /// Another join is overdue: the arrival claims or parks it.
    pub(super) is_overdue: bool,
    /// The dedup window of another join is over: the arrival removes it.
    pub(super) is_forgotten: bool,
    /// Elements of an ended join are left: the arrival removes some.
    pub(super) has_leftovers: bool,
}

impl OtherWork {
    /// Returns what follows the work at the arrival's own join.
    pub(super) fn then(&self) -> Then {
        if self.is_overdue || self.is_forgotten || self.has_leftovers {
            Then::Continue
        } else {
            Then::Commit
        }
    }
}

/// A join's row.
pub(super) struct StoredJoin {
    pub(super) key: String,
    pub(super) since: Timestamp,
    pub(super) state: State,
    pub(super) detail: Option<String>,
    pub(super) lists: Lists,
    pub(super) stage: Stage,
}

/// A value that is written together with a state.
#[derive(Clone, Copy)]
enum Value<'a> {
    /// An arriving input with its payload.
    Input(ArrivingInput<'a>, &'a str),
    /// The reason why an input cannot be decoded.
    Detail(Option<&'a str>),
}

impl Value<'_> {
    /// Keeps the value if it belongs to the new state.
    fn of(self, state: &State, reply: Reply) -> Self {
        match self {
            Self::Input(..) if reply.takes_input() => self,
            Self::Detail(_) if matches!(state, State::Parked { .. }) => self,
            _ => Self::Detail(None),
        }
    }
}

/// A row to write.
struct NewJoin<'a> {
    state: State,
    lists: &'a Lists,
    value: Value<'a>,
}

/// The result of a step.
pub(super) struct Stepped {
    pub(super) reply: Reply,
    /// The lists after the step.
    lists: Lists,
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
            parked: ParkCounts::default(),
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

    /// Begins the transaction, and applies an arrival. Also returns the work at other joins.
    pub(super) async fn arrive(
        &mut self,
        function: JoinScope<'_>,
        key: &str,
        input: ArrivingInput<'_>,
        payload: &str,
        token: Token,
    ) -> Result<(Stepped, OtherWork), BackendError> {
        let (read, known, other_work) = self
            .begin_and_read_with_other_work(function, key, input)
            .await?;
        self.begun();
        let step = Step::Arrive {
            input: input.input,
            token,
            known,
            counts: input.counts,
        };
        let value = Value::Input(input, payload);
        let then = other_work.then();
        let stepped = self.advance(function, key, read, step, value, then).await?;
        Ok((stepped, other_work))
    }

    /// Begins the transaction, and applies another step. Returns the reply.
    pub(super) async fn apply(
        &mut self,
        function: JoinScope<'_>,
        key: &str,
        step: Step,
        detail: Option<&str>,
    ) -> Result<Reply, BackendError> {
        let read = self
            .read(BEGIN_AND_READ.of(function.policy), function, key)
            .await?;
        self.begun();
        let value = Value::Detail(detail);
        let stepped = self.advance(function, key, read, step, value, Then::Commit);
        Ok(stepped.await?.reply)
    }

    /// Applies a step within the transaction.
    async fn step(
        &mut self,
        function: JoinScope<'_>,
        key: &str,
        step: Step,
    ) -> Result<Stepped, BackendError> {
        let read = self.read(READ.of(function.policy), function, key).await?;
        let value = Value::Detail(None);
        self.advance(function, key, read, step, value, Then::Continue)
            .await
    }

    async fn advance(
        &mut self,
        function: JoinScope<'_>,
        key: &str,
        mut read: Option<StoredJoin>,
        step: Step,
        value: Value<'_>,
        then: Then,
    ) -> Result<Stepped, BackendError> {
        let policy = function.policy;
        let before = read.as_ref().map(|read| read.state);
        let (after, reply) = transition(before, step, self.now, policy);
        self.parked.record(before, after);
        let mut lists = match &mut read {
            Some(read) => std::mem::take(&mut read.lists),
            None => Lists::new(policy),
        };
        let mut is_repeated = false;
        match (value, reply) {
            (Value::Input(input, payload), _) if reply.takes_input() => {
                if let Err(limit) = lists.take(input, payload, policy) {
                    // Nothing was written, so the connection stays usable.
                    self.connection.end().await?;
                    return Err(BackendError::OverLimit(limit));
                }
            }
            (Value::Input(input, _), Reply::Duplicate(_)) => {
                is_repeated = lists.repeat(input.input);
            }
            _ => {}
        }
        // The inputs of a claimed join are read next, and the elements of an ended one are removed.
        let ended = lists
            .instance
            .filter(|_| after.is_none_or(|after| has_ended(&after)));
        let is_last = Work::of(&reply).is_none() && ended.is_none();
        let then = if is_last { then } else { Then::Continue };
        match after {
            _ if is_repeated => self.write_lists(function.name, key, &lists, then).await?,
            _ if after == before => {}
            Some(state) => {
                let new = NewJoin {
                    state,
                    value: value.of(&state, reply),
                    lists: &lists,
                };
                self.write(function, key, read.as_ref(), new, then).await?;
            }
            None => self.remove(function.name, key, then).await?,
        }
        if let Some(instance) = ended {
            self.remove_elements(instance).await?;
        }
        Ok(Stepped { reply, lists })
    }

    /// Reads the join's inputs, if the reply gave the caller a claim.
    pub(super) async fn claimed(
        &mut self,
        function: JoinScope<'_>,
        key: &str,
        stepped: &Stepped,
        then: Then,
    ) -> Result<Option<EncodedClaim>, BackendError> {
        let Stepped { reply, lists } = stepped;
        let Some((work, attempts)) = Work::of(reply) else {
            return Ok(None);
        };
        // The elements are read next.
        let then = lists.instance.map_or(then, |_| Then::Continue);
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
            if place >= function.policy.inputs {
                continue;
            }
            let came_at = timestamp(&row, "came_at")?;
            inputs.push(EncodedInput {
                place,
                payload: row.try_get("payload").map_err(failure)?,
                waited: self.now.saturating_duration_since(came_at),
            });
        }
        if let Some(instance) = lists.instance {
            inputs.extend(self.elements(instance).await?);
        }
        Ok(Some(EncodedClaim {
            key: key.to_owned(),
            work,
            attempts,
            inputs,
            counts: lists.tallies().counts(),
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
                "SELECT key FROM linked_span_joins WHERE name = ?1 AND opportunistic_at <= ?2 AND key <> ?3 \
                 ORDER BY opportunistic_at LIMIT 1",
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
        let (mut claimed, mut inputs) = (Vec::new(), 0);
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
                let claim = self.claim(function, key, ClaimMode::Sweep, token).await?;
                inputs += claim.as_ref().map_or(0, |claim| claim.inputs.len());
                claimed.extend(claim);
                if inputs >= READ_BY_SWEEP {
                    return Ok(claimed);
                }
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
        let latest = self.now.saturating_add(function.policy.lease);
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
            let stepped = self.step(function, key, step).await?;
            released += usize::from(stepped.reply == Reply::Recorded);
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
        let stepped = self.step(function, key, step).await?;
        self.claimed(function, key, &stepped, Then::Continue).await
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
    ) -> Result<Option<StoredJoin>, BackendError> {
        let row = sqlx::query(statement)
            .bind(function.name)
            .bind(key)
            .bind(function.inputs)
            .fetch_one(&mut *self.connection)
            .await
            .map_err(failure)?;
        read_declared(&row, function.policy)
    }

    /// Also returns whether the list has the element.
    async fn begin_and_read_with_other_work(
        &mut self,
        function: JoinScope<'_>,
        key: &str,
        input: ArrivingInput<'_>,
    ) -> Result<(Option<StoredJoin>, bool, OtherWork), BackendError> {
        let is_element = function.policy.lists.contains(input.input);
        let statement = if is_element {
            BEGIN_AND_READ_WITH_ELEMENT
        } else {
            BEGIN_AND_READ_WITH_OTHER_WORK.of(function.policy)
        };
        let mut query = sqlx::query(statement)
            .bind(function.name)
            .bind(key)
            .bind(function.inputs)
            .bind(number(self.now));
        if is_element {
            query = query.bind(input.input).bind(input.id.unwrap_or_default());
        }
        let row = query.fetch_one(&mut *self.connection).await;
        let row = row.map_err(failure)?;
        let is = |column| row.try_get(column).map_err(failure);
        let other_work = OtherWork {
            is_overdue: is("is_overdue")?,
            is_forgotten: is("is_forgotten")?,
            has_leftovers: is_element && is("has_leftovers")?,
        };
        let is_known = is_element && is("is_known")?;
        Ok((read_declared(&row, function.policy)?, is_known, other_work))
    }

    async fn write(
        &mut self,
        function: JoinScope<'_>,
        key: &str,
        before: Option<&StoredJoin>,
        NewJoin {
            state,
            lists,
            value,
        }: NewJoin<'_>,
        then: Then,
    ) -> Result<(), BackendError> {
        let row = Row::of(&state);
        let has_ended = row.stage.has_ended();
        let since = before.filter(|before| before.stage.has_ended() == has_ended);
        let when = |mode| {
            due(&state, mode, function.policy)
                .filter(|_| !has_ended)
                .map(number)
        };
        let policy = function.policy;
        let (statement, detail, input, payload) = match value {
            Value::Input(input, payload) => {
                let statement = if policy.lists.contains(input.input) {
                    WRITE_WITH_ELEMENT
                } else if before.is_some_and(|before| is_only_input(before, row, policy)) {
                    WRITE_INPUT
                } else {
                    WRITE_WITH_INPUT.of(policy)
                };
                (statement, None, Some(input), Some(payload))
            }
            Value::Detail(_) if has_ended => (WRITE_ENDED.of(policy), None, None, None),
            Value::Detail(detail) => (WRITE.of(policy), detail, None, None),
        };
        let mut query = sqlx::query(statement.then(then))
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
            .bind(input.map(|input| input.input))
            .bind(number(self.now))
            .bind(payload);
        if !policy.lists.is_empty() {
            let lists = Some(lists).filter(|_| !has_ended);
            query = query
                .bind(lists.and_then(|lists| lists.instance))
                .bind(lists.map(Lists::text).transpose()?)
                .bind(input.map(|input| input.id.unwrap_or_default()));
        }
        let written = query.execute(&mut *self.connection).await;
        written.map_err(failure)?;
        self.after(then);
        Ok(())
    }

    async fn write_lists(
        &mut self,
        name: &str,
        key: &str,
        lists: &Lists,
        then: Then,
    ) -> Result<(), BackendError> {
        sqlx::query(WRITE_LISTS.then(then))
            .bind(name)
            .bind(key)
            .bind(lists.text()?)
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

/// Returns `true` if a join only gets an input, and no column of its row changes.
fn is_only_input(before: &StoredJoin, row: Row, policy: &JoinPolicy) -> bool {
    let before = Row {
        came: row.came,
        ..Row::of(&before.state)
    };
    policy.lists.is_empty() && before == row
}

fn has_ended(state: &State) -> bool {
    Row::of(state).stage.has_ended()
}

/// Reads the join if there is one. Fails if the function's declaration differs from the caller's.
fn read_declared(row: &SqliteRow, policy: &JoinPolicy) -> Result<Option<StoredJoin>, BackendError> {
    if !row.try_get("is_declared").map_err(failure)? {
        return Err(BackendError::Undeclared);
    }
    let key: Option<&str> = row.try_get("key").map_err(failure)?;
    key.map(|_| read(row, policy)).transpose()
}

pub(super) fn read(row: &SqliteRow, policy: &JoinPolicy) -> Result<StoredJoin, BackendError> {
    // Ignore inputs that an operator added and the function does not have.
    let all = (1_u16 << policy.inputs) - 1;
    let came: u16 = row.try_get("came").map_err(failure)?;
    let holder: Option<String> = row.try_get("holder").map_err(failure)?;
    let holder = holder.map(|holder| token(&holder));
    let stage = Stage::of_word(row.try_get("stage").map_err(failure)?).ok_or_else(unknown)?;
    let lists = Lists::read(row, policy)?;
    let tallies = lists.tallies();
    let came = inputs_of(came & all).with_all(tallies.full(policy.lists));
    let row_of_join = Row {
        stage,
        // The row of an input may be lost: the body does not run then.
        came: match stage {
            Stage::Running | Stage::Ready => {
                came.with_all(Inputs::all(policy.inputs).without(policy.optional))
            }
            _ => came,
        },
        holder: holder.transpose().map_err(|_| unknown())?,
        until: timestamp(row, "until")?,
        deadline: timestamp(row, "deadline")?,
        attempts: row.try_get("attempts").map_err(failure)?,
    };
    Ok(StoredJoin {
        key: row.try_get("key").map_err(failure)?,
        since: timestamp(row, "since")?,
        stage,
        detail: row.try_get("detail").map_err(failure)?,
        state: match row_of_join.state().ok_or_else(unknown)? {
            State::Open { came, deadline, .. } => {
                let lists = tallies;
                State::open(Arrived { came, lists }, deadline)
            }
            other => other,
        },
        lists,
    })
}

pub(super) fn timestamp(row: &SqliteRow, column: &str) -> Result<Timestamp, BackendError> {
    time(row.try_get(column).map_err(failure)?)
}
