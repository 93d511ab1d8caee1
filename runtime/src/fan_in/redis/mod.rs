//! The store in Redis, for the processes of many hosts.

mod calls;
mod connection;
mod elements;
mod failure;
mod functions;
mod keys;
mod length;
mod lists;
mod page;
mod replicas;
mod replies;
mod scripts;
mod server;
mod version;

use std::sync::Arc;
use std::time::Duration;

use redis::aio::ConnectionLike;
use redis::{AsyncConnectionConfig, Client, IntoConnectionInfo, RedisResult};

use self::calls::Calls;
use self::connection::{Connection, Link};
use self::elements::Holder;
use self::replicas::Replicas;
use self::replies::{Arrival, Due};
use self::server::Server;
use super::core::arriving_input::ArrivingInput;
use super::core::error::StoreError;
use super::core::listing::{JoinQuery, JoinSummary};
use super::core::state::{Settlement, Step, Timestamp, Token};
use super::core::stored_function::StoredFunction;
use super::durable::{
    self, Answer, Backend, BackendError, EncodedClaim, JoinScope, StoreBinding, with_retry,
};

/// The connection timeout of [`Redis::open`].
const CONNECT: Duration = Duration::from_millis(500);

/// The response timeout of [`Redis::open`].
const RESPONSE: Duration = Duration::from_secs(1);

/// Keeps joins in a Redis server, which the processes of many hosts share.
///
/// ```no_run
/// use std::time::Duration;
/// use linked_span::fan_in::{JoinOptions, Redis};
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
/// let store = Redis::open("redis://localhost").await?;
/// let ship = Ship::new(store, JoinOptions::timeout(Duration::from_secs(600)));
/// # Ok(())
/// # }
/// ```
///
/// Inputs are stored as JSON. A store serves one function, and several functions can share a server, also with other data. An
/// arrival is one script and one round trip; one that claims a list also reads its elements, 500 a round trip. Times come from the server's clock. The store needs a tokio runtime with time
/// and I/O enabled.
///
/// # Servers
///
/// | server | how to open a store |
/// | --- | --- |
/// | one server, or a master behind a name or proxy that follows it | [`Redis::open`], with user, password and database number in the URL |
/// | masters that Sentinels watch | [`Redis::connect`], with a closure that asks a Sentinel |
/// | a cluster | [`Redis::new`], with the connection of a `redis::cluster::ClusterClient` |
/// | any of these, through your own connection of the `redis` crate | [`Redis::new`] |
///
/// Each of them rejects a server that cannot keep joins: an evicting `maxmemory-policy`, a single node of a cluster, a
/// Sentinel, a replica, or a version before 5. The error names the fix. The store runs on Redis 5 or newer, and is tested on
/// Redis 7.
///
/// In a cluster, all joins of a function are in one slot. While the cluster moves that slot, calls fail and the broker
/// redelivers. No join is split between two nodes.
///
/// # What a failover can lose
///
/// Redis replicates asynchronously. When a replica takes over, it lacks the last writes of the old master, **including
/// acknowledged arrivals**. A lost input leaves its join incomplete until it expires. A lost success makes the body run
/// again. The old master can acknowledge arrivals for some seconds more, until it learns of the failover.
///
/// Two settings narrow this window:
///
/// - `min-replicas-to-write 1` in the server's configuration: a master without replicas rejects arrivals. It adds no cost to
///   an arrival. [`require_replicas`](Self::require_replicas) rejects a server without it.
/// - [`wait_for_replicas`](Self::wait_for_replicas): each arrival waits until replicas have received it.
///
/// # What one server can lose
///
/// Acknowledged inputs are as durable as the server's configuration makes them:
///
/// - With `appendonly yes` and `appendfsync always`, they survive a crash of the server and a power loss.
/// - With `appendfsync everysec`, the usual choice, a power loss or a crash of the host loses up to two seconds. A crash of
///   the server's process loses nothing while the disk keeps up. During a slow write to the disk, Redis delays the next one
///   for up to two seconds, and loses it if the process is killed.
/// - Without an append-only file, a crash loses everything since the last snapshot; without snapshots, everything.
///
/// After `FLUSHALL`, or on a server that lost its data, the store declares its function again and continues.
///
/// # How long a call takes
///
/// A call is tried up to four times, after pauses of 10, 50 and 250 ms. All tries together take at most the
/// [`call_timeout`](Self::call_timeout), 10 s by default. With [`open`](Self::open), a connection may take 500 ms, and an
/// answer 1 s. So a call fails after 0.4 s if the server refuses connections, 2.5 s if its host is silent, and 4.5 s if it
/// accepts connections and does not answer.
///
/// Your own connection has its own timeouts and retries, which multiply with these. The defaults of a `ConnectionManager` (six
/// retries with growing delays) and of a `ClusterClient` (16 retries) exceed the call timeout, so set them:
///
/// ```no_run
/// # use std::time::Duration;
/// # use linked_span::fan_in::Redis;
/// # use redis::aio::ConnectionManagerConfig;
/// # use redis::cluster::ClusterClient;
/// # async fn begin() -> Result<(), Box<dyn std::error::Error>> {
/// let config = ConnectionManagerConfig::new()
///     .set_number_of_retries(2)
///     .set_min_delay(Duration::from_millis(20))
///     .set_max_delay(Duration::from_millis(50))
///     .set_connection_timeout(Some(Duration::from_millis(250)))
///     .set_response_timeout(Some(Duration::from_secs(1)));
/// let client = redis::Client::open("redis://localhost")?;
/// let store = Redis::new(client.get_connection_manager_with_config(config).await?).await?;
///
/// let cluster = ClusterClient::builder(["redis://node-1", "redis://node-2"])
///     .retries(2)
///     .min_retry_wait(20)
///     .max_retry_wait(50)
///     .connection_timeout(Duration::from_millis(250))
///     .response_timeout(Duration::from_secs(1))
///     .build()?;
/// let store = Redis::new(cluster.get_async_connection().await?).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Memory
///
/// The store rejects a server whose `maxmemory-policy` is not `noeviction`: eviction would drop joins, or the records of ended
/// joins that detect duplicates. A full server then rejects inputs that would open a join, and the broker redelivers them. It
/// still accepts the steps of joins that are complete or expired.
///
/// # Keys and rights
///
/// All keys of a function start with `{linked_span:NAME}`, so that a cluster keeps them in one slot. A join is a hash: the
/// field `join` contains its state, and `input:0`, `input:1` and so on contain the inputs, each after its arrival time. The
/// elements of a join's list are in a list with `:elements:` in its key, and their identities in a set with `:ids:`; the hash
/// counts them in its field `lists`. The hash `{linked_span:}:functions` lists the functions. The server's user needs these
/// rights:
///
/// ```text
/// ACL SETUSER shop on >password ~{linked_span:* +eval +evalsha +info +get +set +del +persist +pexpireat +time
///     +hget +hmget +hset +hdel +hgetall +sadd +sismember +rpush +lrange +unlink +zadd +zrem +zcard +zrangebyscore
///     +zrangebylex
/// ```
///
/// [`wait_for_replicas`](Self::wait_for_replicas) also needs `+wait`. If the server's `proto-max-bulk-len` is lower than the
/// default, the store needs `+config|get` to read it.
#[derive(Clone, Debug)]
pub struct Redis {
    calls: Calls,
    server: Server,
    declaration: Arc<StoreBinding>,
}

impl Redis {
    /// Opens a store in the server at a URL.
    ///
    /// ```no_run
    /// # use linked_span::fan_in::{Redis, StoreError};
    /// # async fn begin() -> Result<(), StoreError> {
    /// let store = Redis::open("redis://shop:password@redis.internal:6379/3").await?; // database 3
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The store reconnects if a connection breaks, does not answer, or reaches a read-only server. So it follows a failover
    /// that moves the address to another server.
    ///
    /// # Errors
    ///
    /// - [`StoreError::Misconfigured`] if the server cannot keep joins. The text names the fix.
    /// - [`StoreError::Failed`] if the server does not answer.
    pub async fn open(server: impl IntoConnectionInfo) -> Result<Self, StoreError> {
        let client = Client::open(server);
        let client = client.map_err(|error| StoreError::Misconfigured(error.to_string()))?;
        let connect = move || {
            let client = client.clone();
            async move {
                let config = AsyncConnectionConfig::new()
                    .set_connection_timeout(Some(CONNECT))
                    .set_response_timeout(Some(RESPONSE));
                let connecting = client.get_multiplexed_async_connection_with_config(&config);
                connecting.await
            }
        };
        Self::connect(connect).await
    }

    /// Opens a store whose connections come from a closure.
    ///
    /// Use it if the address can change. The store calls the closure when it is opened, and whenever a connection breaks, does
    /// not answer, or reaches a read-only server. With Sentinels, and the feature `sentinel` of the `redis` crate:
    ///
    /// ```no_run
    /// use std::sync::Arc;
    /// use linked_span::fan_in::Redis;
    /// use redis::sentinel::{SentinelClient, SentinelServerType};
    ///
    /// # async fn begin() -> Result<(), Box<dyn std::error::Error>> {
    /// let sentinels = vec!["redis://sentinel-1:26379", "redis://sentinel-2:26379"];
    /// let client = SentinelClient::build(sentinels, "orders".into(), None, SentinelServerType::Master)?;
    /// let client = Arc::new(tokio::sync::Mutex::new(client));
    /// let store = Redis::connect(move || {
    ///     let client = Arc::clone(&client);
    ///     async move { client.lock().await.get_async_connection().await }
    /// });
    /// let store = store.await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The closure may take 2 s. Set the response timeout on the connection itself.
    ///
    /// # Errors
    ///
    /// The errors of [`open`](Self::open).
    pub async fn connect<C, F>(
        connect: impl Fn() -> F + Send + Sync + 'static,
    ) -> Result<Self, StoreError>
    where
        C: ConnectionLike + Clone + Send + Sync + 'static,
        F: Future<Output = RedisResult<C>> + Send + 'static,
    {
        let connect = move || {
            let connecting = connect();
            let link: connection::Connecting =
                Box::pin(async move { connecting.await.map(Link::new) });
            link
        };
        Self::over(Connection::made(Arc::new(connect))).await
    }

    /// Opens a store over a connection of the `redis` crate: a `ClusterConnection`, or a `ConnectionManager`.
    ///
    /// Other code can share the connection. It must reconnect by itself. A `MultiplexedConnection` does not: use
    /// [`connect`](Self::connect) instead. Set its timeouts as [described above](Self#how-long-a-call-takes).
    ///
    /// ```no_run
    /// # use linked_span::fan_in::Redis;
    /// # use redis::cluster::ClusterClient;
    /// # async fn begin() -> Result<(), Box<dyn std::error::Error>> {
    /// let cluster = ClusterClient::new(["redis://node-1", "redis://node-2"])?;
    /// let store = Redis::new(cluster.get_async_connection().await?).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// If the server is read-only after a failover, the store makes it close the connection, so that a `ConnectionManager`
    /// opens another one. The operating system takes about 15 minutes to detect a silent host: for a single server, prefer
    /// [`open`](Self::open).
    ///
    /// # Errors
    ///
    /// The errors of [`open`](Self::open).
    pub async fn new(
        connection: impl ConnectionLike + Clone + Send + Sync + 'static,
    ) -> Result<Self, StoreError> {
        let link = Link::new(connection);
        let opened = Self::over(Connection::given(link.clone(), false)).await?;
        let connection = Connection::given(link, opened.server.is_cluster);
        Ok(Self {
            calls: Calls {
                connection,
                replicas: None,
            },
            ..opened
        })
    }

    async fn over(connection: Connection) -> Result<Self, StoreError> {
        let declaration = Arc::<StoreBinding>::default();
        let checked = durable::within_call_timeout(&declaration, server::check(&connection));
        let server = checked.await?;
        Ok(Self {
            calls: Calls {
                connection,
                replicas: None,
            },
            server,
            declaration,
        })
    }

    /// Stores the joins under this name.
    ///
    /// The default is the path of the generated type, `shop::orders::FulfillOrder`. Set the old path after you move or rename
    /// the function, so that its open joins stay. Set a name if two functions have the same path: in two programs whose crates
    /// have one name, or in two blocks of one module.
    ///
    /// Under an explicit name, the store compares the names of the inputs, but not their types. So set the current path after
    /// you change a type to one that can decode the stored inputs, such as `T` to `Option<T>`. Keep the name from then on,
    /// because the store keeps the types of the first declaration.
    ///
    /// ```no_run
    /// # use linked_span::fan_in::{Redis, StoreError};
    /// # async fn begin() -> Result<(), StoreError> {
    /// let store = Redis::open("redis://localhost").await?.named("shop::orders::FulfillOrder");
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

    /// Sets the timeout of a call, including its retries; the default is 10 s.
    ///
    /// A call that takes longer returns an error, and an arrival returns its input. The call may still have taken effect: when
    /// the broker redelivers the input, the store recognizes it.
    #[must_use]
    pub fn call_timeout(self, timeout: Duration) -> Self {
        Self {
            declaration: Arc::new(self.declaration.with_call_timeout(timeout)),
            ..self
        }
    }

    /// Makes each arrival and settlement wait for a number of replicas, with the command `WAIT`.
    ///
    /// Without it, [a failover loses](Self#what-a-failover-can-lose) writes that the new master had not received. If the
    /// replicas do not confirm within `timeout`, the call is retried, and fails after the fourth time. The input may be stored
    /// nevertheless: when the broker redelivers it, the store recognizes it.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # use linked_span::fan_in::{Redis, StoreError};
    /// # async fn begin() -> Result<(), StoreError> {
    /// let store = Redis::open("redis://localhost").await?;
    /// let store = store.wait_for_replicas(1, Duration::from_millis(200));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// An arrival takes 1.3 to 2.5 times as long. During a `WAIT`, the server answers nothing else on that connection, so the
    /// arrivals of one store wait for each other. [`open`](Self::open) and [`connect`](Self::connect) use an extra connection
    /// for that; a connection passed to [`new`](Self::new) should serve this store alone. Keep `timeout` below the connection's
    /// response timeout, 1 s with [`open`](Self::open).
    #[must_use]
    pub fn wait_for_replicas(self, replicas: u32, timeout: Duration) -> Self {
        let replicas = Replicas {
            count: replicas,
            timeout,
            connection: self.calls.connection.another(),
        };
        Self {
            calls: Calls {
                replicas: Some(replicas),
                ..self.calls
            },
            ..self
        }
    }

    /// Rejects a server that accepts writes without replicas, because its `min-replicas-to-write` is 0.
    ///
    /// ```no_run
    /// # use linked_span::fan_in::{Redis, StoreError};
    /// # async fn begin() -> Result<(), StoreError> {
    /// let store = Redis::open("redis://localhost").await?.require_replicas()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// It checks the server's configuration at the time when the store was opened.
    ///
    /// # Errors
    ///
    /// [`StoreError::Misconfigured`] if a master has no such limit.
    pub fn require_replicas(self) -> Result<Self, StoreError> {
        if self.server.needs_replicas {
            return Ok(self);
        }
        let lost =
            "set `min-replicas-to-write 1`: without it, a failover can lose acknowledged arrivals";
        Err(StoreError::Misconfigured(lost.to_owned()))
    }

    /// Migrates the joins of all functions in the server to this release.
    ///
    /// Run it once, before the first process of a release whose changelog asks for it. No release does so yet. Migrations only
    /// add, so that processes of the previous release keep working.
    ///
    /// ```no_run
    /// # use linked_span::fan_in::{Redis, StoreError};
    /// # async fn begin() -> Result<(), StoreError> {
    /// Redis::open("redis://localhost").await?.migrate().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`StoreError::Failed`] if the server does not answer. Call it again: it continues where it stopped.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let migrated = async {
            for function in self.functions().await? {
                let migrate = || self.migrate_function(&function.name);
                with_retry(migrate)
                    .await
                    .map_err(BackendError::into_error)?;
            }
            Ok(())
        };
        durable::within_call_timeout(&self.declaration, migrated).await
    }

    /// Returns the functions with joins in the server, ordered by name.
    ///
    /// ```no_run
    /// # use linked_span::fan_in::{Redis, StoreError};
    /// # async fn report(store: Redis) -> Result<(), StoreError> {
    /// for function in store.functions().await? {
    ///     println!("{}: {} joins, declared {:?} ago", function.name, function.unsettled, function.declared_ago);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the server does not answer.
    pub async fn functions(&self) -> Result<Vec<StoredFunction>, StoreError> {
        durable::functions(self, || functions::list(&self.calls)).await
    }

    fn holder<'a>(&'a self, function: JoinScope<'a>, token: Token, at: Timestamp) -> Holder<'a> {
        Holder {
            calls: &self.calls,
            name: function.name,
            token,
            at,
        }
    }

    async fn migrate_function(&self, name: &str) -> Result<(), BackendError> {
        let _before: Option<String> = self.calls.call(&scripts::migrate(name)).await?;
        Ok(())
    }
}

durable::store!(Redis);

impl Backend for Redis {
    fn declaration(&self) -> &StoreBinding {
        &self.declaration
    }

    async fn inputs(&self, name: &str, inputs: &str) -> Result<String, BackendError> {
        let declared: String = self.calls.call(&scripts::declare(name, inputs)).await?;
        let declared = version::inputs(&declared)?;
        let () = self.calls.call(&scripts::register(name, &declared)).await?;
        Ok(declared)
    }

    async fn arrive(
        &self,
        function: JoinScope<'_>,
        key: &str,
        input: ArrivingInput<'_>,
        payload: &str,
        token: Token,
    ) -> Result<Answer, BackendError> {
        let call = scripts::arrive(function, key, input, payload, token);
        let arrived = length::write(&self.calls, self.server.longest, &call).await?;
        self.has_parked(replies::parked(&arrived));
        if let Some(other) = replies::claimed_in_vain(&arrived) {
            let settlement = Settlement::Released;
            let step = Step::Settle { token, settlement };
            self.apply(function, other, step, None).await?;
        }
        let Arrival {
            mut answer,
            claimed,
            overdue,
        } = replies::answer(arrived, function.policy)?;
        let holder = self.holder(function, token, answer.at);
        for (claim, lists) in [
            (&mut answer.claimed, claimed),
            (&mut answer.overdue, overdue),
        ] {
            if let Some(claim) = claim {
                holder.read(claim, &lists).await?;
            }
        }
        Ok(answer)
    }

    async fn apply(
        &self,
        function: JoinScope<'_>,
        key: &str,
        step: Step,
        detail: Option<&str>,
    ) -> Result<bool, BackendError> {
        let call = scripts::apply(function, key, step, detail)?;
        match step {
            Step::Settle { .. } => self.calls.write(&call).await,
            _ => self.calls.call(&call).await,
        }
    }

    async fn due(
        &self,
        function: JoinScope<'_>,
        token: Token,
        max: usize,
    ) -> Result<Vec<EncodedClaim>, BackendError> {
        loop {
            let due: Due = self.calls.call(&scripts::due(function, token, max)).await?;
            let (at, claims, again, parked) = due;
            self.has_parked(parked);
            let at = Timestamp::from_millis(at);
            let claimed = replies::due(claims, at, function.policy)?;
            if claimed.is_empty() && again {
                continue;
            }
            let holder = self.holder(function, token, at);
            let mut claims = Vec::with_capacity(claimed.len());
            for (mut claim, lists) in claimed {
                holder.read(&mut claim, &lists).await?;
                claims.push(claim);
            }
            return Ok(claims);
        }
    }

    async fn release(
        &self,
        function: JoinScope<'_>,
        token: Token,
        age: Duration,
    ) -> Result<usize, BackendError> {
        self.calls
            .call(&scripts::release(function, token, age))
            .await
    }

    async fn len(&self, name: &str) -> Result<usize, BackendError> {
        self.calls.len(name).await
    }

    async fn list(
        &self,
        function: JoinScope<'_>,
        which: JoinQuery<'_>,
    ) -> Result<Vec<JoinSummary>, BackendError> {
        page::list(&self.calls, function, which).await
    }
}
