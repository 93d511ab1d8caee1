//! Joins in a Redis server.

mod failure;
mod keys;
mod page;
mod policy;
mod replies;
mod scripts;

use std::sync::Arc;
use std::time::Duration;

use redis::aio::ConnectionManager;
use redis::{ErrorKind, FromRedisValue, ServerErrorKind};

use self::failure::failure;
use self::scripts::Call;
use super::durable::{self, Answer, Claimed, Database, Declaration, Failure, Function};
use super::listed::{Listed, Which};
use super::state::{Moment, Step, Token};
use super::store::StoreError;

/// Joins in a Redis server, which the processes of many hosts share.
///
/// ```no_run
/// use std::time::Duration;
/// use linked_span::fan_in::{Options, Redis};
/// # use linked_span::{LinkedEvent, Origin, fan_in};
/// # use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Serialize, Deserialize, LinkedEvent)]
/// struct Paid { #[event(key)] order: u64, metadata: Origin }
/// # #[derive(Clone, Serialize, Deserialize, LinkedEvent)]
/// # struct Reserved { #[event(key)] order: u64, metadata: Origin }
///
/// #[fan_in(payment, inventory)]
/// async fn ship(payment: Paid, inventory: Reserved) {}
///
/// # async fn begin() -> Result<(), Box<dyn std::error::Error>> {
/// let client = redis::Client::open("redis://localhost")?;
/// let store = Redis::new(client.get_connection_manager().await?).await?;
/// let ship = Ship::new(store, Options::timeout(Duration::from_secs(600)));
/// # Ok(())
/// # }
/// ```
///
/// Inputs are kept as JSON. A store serves one function; several functions, and whatever else is in the server, may share
/// it. An arrival is one round trip, of a script; the clock is the server's. It needs a tokio runtime, with time and I/O
/// enabled.
///
/// # What a server may lose
///
/// What was acknowledged is as safe as the server is told to keep it:
///
/// - With `appendonly yes` and `appendfsync always`, it survives the server's end and a loss of power.
/// - With `appendfsync everysec`, the usual choice, a loss of power or the end of the host loses up to the last second,
///   sometimes two; the end of the server's process loses nothing.
/// - Without an append-only file, all since the last snapshot is lost whenever the server ends; without snapshots,
///   everything.
/// - Replication is asynchronous: when a replica takes over, what had not reached it is lost, however the files are kept.
///
/// A lost input leaves its join incomplete, and it expires; a lost success is run again.
///
/// # Memory
///
/// A full server must not make room by dropping joins, nor what is remembered of those that have ended, which is all that
/// expires: with another `maxmemory-policy` than `noeviction` it is refused. Then a full server refuses what begins a join,
/// with an error that has the broker deliver again, and lets get on to their end those that are complete or over.
///
/// # Keys
///
/// All keys of a function begin with `{linked_span:NAME}`: in a cluster they are in one slot, and a right to
/// `{linked_span:*` is all that is needed. A join is a hash: the field `join` says what has become of it, and `input:0`,
/// `input:1` and so on have the inputs, each behind the moment at which it came.
#[derive(Clone, Debug)]
pub struct Redis {
    manager: ConnectionManager,
    declaration: Arc<Declaration>,
}

impl Redis {
    /// In the server that the manager is connected to. It may serve whatever else you do with that server.
    ///
    /// # Errors
    ///
    /// If the server does not answer, or would drop joins when its memory is full.
    pub async fn new(manager: ConnectionManager) -> Result<Self, StoreError> {
        policy::check(&manager).await?;
        Ok(Self {
            manager,
            declaration: Arc::default(),
        })
    }

    /// Keeps the joins under this name.
    ///
    /// Without it the name is the path of their type, `shop::orders::FulfillOrder`. Give the old path after you move or
    /// rename the function, so that its open joins stay. Give a name where the path does not tell two functions apart: two
    /// programs with a crate of one name, or two functions in blocks of one module.
    ///
    /// Under a name of yours the store compares the names of the inputs, and not their types. So give the path itself after
    /// you change a type to one that can be decoded from the stored inputs, `T` to `Option<T>`. Keep the name from then on:
    /// the store keeps the types that it was first told.
    ///
    /// ```no_run
    /// # use linked_span::fan_in::{Redis, StoreError};
    /// # async fn begin(manager: redis::aio::ConnectionManager) -> Result<(), StoreError> {
    /// let store = Redis::new(manager).await?.named("shop::orders::FulfillOrder");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        Self {
            declaration: Arc::new(self.declaration.with_name(name.into())),
            ..self
        }
    }

    /// Bounds how long a call of the store may take, its retries included; 10 s unless set.
    ///
    /// A call that takes longer is an error, and an arrival's input comes back. The call may still have had its effect: the
    /// broker delivers the input again, and the store knows it.
    #[must_use]
    pub fn call_timeout(self, timeout: Duration) -> Self {
        Self {
            declaration: Arc::new(self.declaration.with_call_timeout(timeout)),
            ..self
        }
    }

    async fn call<T: FromRedisValue>(&self, Call { script, command }: Call) -> Result<T, Failure> {
        let mut manager = self.manager.clone();
        let called = match command.query_async(&mut manager).await {
            Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                script.load_async(&mut manager).await.map_err(failure)?;
                command.query_async(&mut manager).await
            }
            called => called,
        };
        called.map_err(failure)
    }

    async fn query<T: FromRedisValue>(&self, command: &redis::Cmd) -> Result<T, Failure> {
        let queried = command.query_async(&mut self.manager.clone()).await;
        queried.map_err(failure)
    }
}

durable::store!(Redis);

impl Database for Redis {
    fn declaration(&self) -> &Declaration {
        &self.declaration
    }

    async fn inputs(&self, name: &str, inputs: &str) -> Result<String, Failure> {
        let key = keys::inputs(name);
        // A full server would refuse to set what there is.
        if let Some(kept) = self.query(redis::cmd("GET").arg(&key)).await? {
            return Ok(kept);
        }
        let _is_set: bool = self
            .query(redis::cmd("SETNX").arg(&key).arg(inputs))
            .await?;
        self.query(redis::cmd("GET").arg(&key)).await
    }

    async fn arrive(
        &self,
        function: Function<'_>,
        key: &str,
        input: u8,
        payload: &str,
        token: Token,
    ) -> Result<Answer, Failure> {
        let call = scripts::arrive(function, key, input, payload, token);
        replies::answer(self.call(call).await?)
    }

    async fn tell(
        &self,
        function: Function<'_>,
        key: &str,
        step: Step,
        _detail: Option<&str>,
    ) -> Result<bool, Failure> {
        self.call(scripts::tell(function, key, step)?).await
    }

    async fn due(
        &self,
        function: Function<'_>,
        token: Token,
        max: usize,
    ) -> Result<Vec<Claimed>, Failure> {
        loop {
            let due = self.call(scripts::due(function, token, max)).await?;
            let (claimed, again) = replies::due(due)?;
            if !claimed.is_empty() || !again {
                return Ok(claimed);
            }
        }
    }

    async fn release(
        &self,
        function: Function<'_>,
        token: Token,
        age: Moment,
    ) -> Result<usize, Failure> {
        self.call(scripts::release(function, token, age)).await
    }

    async fn len(&self, name: &str) -> Result<usize, Failure> {
        // No transaction, which a full server refuses.
        let mut counts = redis::pipe();
        counts.zcard(keys::due(name)).zcard(keys::parked(name));
        let counted = counts.query_async(&mut self.manager.clone()).await;
        let (due, parked): (usize, usize) = counted.map_err(failure)?;
        Ok(due + parked)
    }

    async fn list(
        &self,
        Function { name, rules, .. }: Function<'_>,
        which: Which<'_>,
    ) -> Result<Vec<Listed>, Failure> {
        let mut rest = which;
        let mut end;
        loop {
            let mut keys = page::keys(self, name, rest).await?;
            let mut list = Vec::with_capacity(keys.len());
            for keys in keys.chunks(page::AT_ONCE) {
                let kept = self.call(scripts::list(name, keys)).await?;
                list.extend(replies::list(kept, keys, which, rules)?);
            }
            if !list.is_empty() {
                return Ok(list);
            }
            // Where all of them have changed meanwhile, an empty page would seem to be the last.
            end = keys.pop();
            match end.as_deref().and_then(|key| page::behind(which, key)) {
                Some(behind) => rest = behind,
                None => return Ok(list),
            }
        }
    }
}
