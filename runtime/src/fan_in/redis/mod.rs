//! Joins in a Redis server.

mod connection;
mod failure;
mod functions;
mod keys;
mod length;
mod page;
mod replicas;
mod replies;
mod scripts;
mod server;
mod version;

use std::sync::Arc;
use std::time::Duration;

use redis::aio::ConnectionLike;
use redis::{AsyncConnectionConfig, Client, FromRedisValue, IntoConnectionInfo, RedisResult, cmd};

use self::connection::{Connection, Link};
use self::failure::failure;
use self::replicas::{Replicas, is_unknown};
use self::scripts::Call;
use self::server::Server;
use super::core::listing::{JoinQuery, JoinSummary};
use super::core::state::{Moment, Step, Token};
use super::core::store::StoreError;
use super::core::stored_function::StoredFunction;
use super::durable::{
    self, Answer, Backend, BackendError, EncodedClaim, JoinScope, StoreBinding, with_retry,
};

/// How long [`Redis::open`] waits for a connection, each time.
const CONNECT: Duration = Duration::from_millis(500);

/// How long [`Redis::open`] waits for an answer, each time.
const RESPONSE: Duration = Duration::from_secs(1);

/// Joins in a Redis server, which the processes of many hosts share.
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
/// Inputs are kept as JSON. A store serves one function. Several functions can share a server, with each other and with
/// other data. An arrival is one round trip, of a script; the clock is the server's. The store needs a tokio runtime, with
/// time and I/O enabled.
///
/// # Servers
///
/// | server | how it is opened |
/// | --- | --- |
/// | one server, or a master behind a name or a proxy that follows it | [`Redis::open`], with user, password and database number in the URL |
/// | masters that Sentinels watch | [`Redis::connect`], with a closure that asks a Sentinel |
/// | a cluster | [`Redis::new`], with the connection of a `redis::cluster::ClusterClient` |
/// | any of these, through a connection of the `redis` crate that you have | [`Redis::new`] |
///
/// Each of them refuses a server that cannot keep joins, and says what to do: an evicting `maxmemory-policy`, a single node
/// of a cluster, a Sentinel, a replica, a version before 5. It runs on Redis 5 or newer, and is tested on Redis 7.
///
/// In a cluster, all joins of a function are in one slot. While the cluster moves that slot to another node, calls fail, and
/// the broker delivers again; no join is split between the nodes.
///
/// # What fail-over can lose
///
/// Replication is asynchronous. When a replica takes over, it does not have what had not reached it, **although an arrival
/// was acknowledged**, however the files are kept. A lost input leaves its join incomplete, and it expires; a lost success
/// is run again. The old master may acknowledge arrivals for seconds after that, until it learns that it no longer is the
/// master. Two settings narrow this:
///
/// - `min-replicas-to-write 1` in the server's configuration: a master that has lost its replicas refuses arrivals. It costs
///   an arrival nothing. [`require_replicas`](Self::require_replicas) refuses a server without it.
/// - [`wait_for_replicas`](Self::wait_for_replicas): each arrival waits until replicas have it.
///
/// # What one server can lose
///
/// What was acknowledged is as safe as the server is told to keep it:
///
/// - With `appendonly yes` and `appendfsync always`, it survives the server's end and a loss of power.
/// - With `appendfsync everysec`, the usual choice, a loss of power or the end of the host loses up to the last two seconds.
///   The end of the server's process loses nothing while the disk keeps up. While an earlier write to the disk is under way,
///   Redis holds back the next for up to two seconds, and loses it if the process is killed.
/// - Without an append-only file, all since the last snapshot is lost whenever the server ends; without snapshots,
///   everything.
///
/// After `FLUSHALL`, or on a server that lost its data, the store declares its function again and goes on.
///
/// # How long a call takes
///
/// A call is made up to four times, with 10, 50 and 250 ms in between, and takes no longer than
/// [`call_timeout`](Self::call_timeout) in all, 10 s unless set. With [`open`](Self::open), a connection may take 500 ms
/// and an answer 1 s. So a call takes 0.4 s where the server refuses connections, 2.5 s where its host is silent, and 4.5 s
/// where it takes connections and does not answer.
///
/// A connection that you make has bounds of its own, which multiply with ours. The defaults of a `ConnectionManager` (six
/// retries with growing delays) and of a `ClusterClient` (16 retries) take longer than a call may take, so set them:
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
/// A full server must not make room by dropping joins, nor what is remembered of those that have ended, which is all that
/// expires: with another `maxmemory-policy` than `noeviction` it is refused. Then a full server refuses what begins a join,
/// with an error that has the broker deliver again, and lets get on to their end those that are complete or over.
///
/// # Keys and rights
///
/// All keys of a function begin with `{linked_span:NAME}`, so that a cluster keeps them in one slot. A join is a hash: the
/// field `join` has its state, and `input:0`, `input:1` and so on have the inputs, each behind the moment at which it came.
/// `{linked_span:}:functions` lists the functions. A user of the server needs these rights:
///
/// ```text
/// ACL SETUSER shop on >password ~{linked_span:* +eval +evalsha +info +get +set +del +persist +pexpireat +time
///     +hget +hmget +hset +hdel +hgetall +zadd +zrem +zcard +zrangebyscore +zrangebylex
/// ```
///
/// [`wait_for_replicas`](Self::wait_for_replicas) needs `+wait`. Where the server takes shorter values than usual
/// (`proto-max-bulk-len`), the store finds that out with `+config|get`.
#[derive(Clone, Debug)]
pub struct Redis {
    connection: Connection,
    server: Server,
    replicas: Option<Replicas>,
    declaration: Arc<StoreBinding>,
}

impl Redis {
    /// Opens a store in the server at this URL.
    ///
    /// ```no_run
    /// # use linked_span::fan_in::{Redis, StoreError};
    /// # async fn begin() -> Result<(), StoreError> {
    /// let store = Redis::open("redis://shop:password@redis.internal:6379/3").await?; // database 3
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The store connects by itself, and again where a connection breaks, does not answer, or leads to a server that only
    /// reads. So it follows a fail-over by which the address comes to lead to another server.
    ///
    /// # Errors
    ///
    /// [`StoreError::Misconfigured`] if joins cannot be kept there, with what to do, and [`StoreError::Failed`] if the
    /// server does not answer.
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

    /// Opens a store in the server that the closure connects to, again and again.
    ///
    /// Use it where the address changes. The closure is called when the store is opened, and whenever a connection breaks,
    /// does not answer, or leads to a server that only reads. With Sentinels, and the feature `sentinel` of the `redis`
    /// crate:
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
    /// A connection may take 2 s. For how long it waits for an answer is the connection's own setting.
    ///
    /// # Errors
    ///
    /// As those of [`open`](Self::open).
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
    /// The connection may serve other uses too. It has to connect again by itself: a `MultiplexedConnection` does not, and
    /// is better made by [`connect`](Self::connect). Set its bounds, as [the type's page](Self#how-long-a-call-takes) says.
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
    /// Where the server only reads after a fail-over, the store has it close the connection, so that a `ConnectionManager`
    /// makes another. A host that is silent is found out by the system alone, after a quarter of an hour: prefer
    /// [`open`](Self::open) for a single server.
    ///
    /// # Errors
    ///
    /// As those of [`open`](Self::open).
    pub async fn new(
        connection: impl ConnectionLike + Clone + Send + Sync + 'static,
    ) -> Result<Self, StoreError> {
        let link = Link::new(connection);
        let opened = Self::over(Connection::given(link.clone(), false)).await?;
        let connection = Connection::given(link, opened.server.is_cluster);
        Ok(Self {
            connection,
            ..opened
        })
    }

    async fn over(connection: Connection) -> Result<Self, StoreError> {
        let declaration = Arc::<StoreBinding>::default();
        let checked = durable::within_call_timeout(&declaration, server::check(&connection));
        let server = checked.await?;
        Ok(Self {
            connection,
            server,
            replicas: None,
            declaration,
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

    /// Has each arrival and each settlement wait until that many replicas have it, by the command `WAIT`.
    ///
    /// Without it, a fail-over loses what the new master had not received, [as said above](Self#what-fail-over-can-lose).
    /// Where the replicas do not have it within `timeout`, the call is made again, and is an error after the fourth time.
    /// The arrival may then still be kept; the broker delivers it again, and the store knows it.
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
    /// An arrival takes 1.3 to 2.5 times as long. A server answers nothing else on a connection while it waits, so arrivals
    /// of one store wait for each other: with [`open`](Self::open) and [`connect`](Self::connect) on a connection of their
    /// own, with [`new`](Self::new) on yours, which should then serve this store alone. Keep `timeout` below the time for
    /// which the connection waits for an answer, 1 s with [`open`](Self::open).
    #[must_use]
    pub fn wait_for_replicas(self, replicas: u32, timeout: Duration) -> Self {
        let replicas = Replicas {
            count: replicas,
            timeout,
            connection: self.connection.another(),
        };
        Self {
            replicas: Some(replicas),
            ..self
        }
    }

    /// Refuses a server that takes writes while it has no replica, where `min-replicas-to-write` is 0.
    ///
    /// ```no_run
    /// # use linked_span::fan_in::{Redis, StoreError};
    /// # async fn begin() -> Result<(), StoreError> {
    /// let store = Redis::open("redis://localhost").await?.require_replicas()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// It tells what the server was configured to when the store was opened.
    ///
    /// # Errors
    ///
    /// [`StoreError::Misconfigured`] if a master has no such limit.
    pub fn require_replicas(self) -> Result<Self, StoreError> {
        if self.server.needs_replicas {
            return Ok(self);
        }
        let lost = "set `min-replicas-to-write 1`: without it, a server acknowledges arrivals that a fail-over loses";
        Err(StoreError::Misconfigured(lost.to_owned()))
    }

    /// Has the joins of all functions in the server used by this release.
    ///
    /// Run it once, before the first process of a release that says so. Migrations only add: the processes of the release
    /// before go on, and may come back. There are none yet.
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
    /// If the server does not answer. What was migrated until then stays, and the call can be made again.
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

    /// Returns the functions whose joins the server keeps, in the order of their names.
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
        durable::functions(self, || functions::list(self)).await
    }

    async fn migrate_function(&self, name: &str) -> Result<(), BackendError> {
        let _before: Option<String> = self.call(&scripts::migrate(name)).await?;
        Ok(())
    }

    async fn call<T: FromRedisValue>(&self, call: &Call) -> Result<T, BackendError> {
        let called = match self.connection.query(&call.command).await {
            Err(error) if is_unknown(&error) => self.connection.query(&call.with_text()).await,
            called => called,
        };
        called.map_err(failure)
    }

    /// Makes a call whose effect is acknowledged to someone.
    async fn write<T: FromRedisValue>(&self, call: &Call) -> Result<T, BackendError> {
        match &self.replicas {
            Some(replicas) => replicas.call(call).await,
            None => self.call(call).await,
        }
    }
}

durable::store!(Redis);

impl Backend for Redis {
    fn declaration(&self) -> &StoreBinding {
        &self.declaration
    }

    async fn inputs(&self, name: &str, inputs: &str) -> Result<String, BackendError> {
        let declared: String = self.call(&scripts::declare(name, inputs)).await?;
        let declared = version::inputs(&declared)?;
        let () = self.call(&scripts::register(name, &declared)).await?;
        Ok(declared)
    }

    async fn arrive(
        &self,
        function: JoinScope<'_>,
        key: &str,
        input: u8,
        payload: &str,
        token: Token,
    ) -> Result<Answer, BackendError> {
        let call = scripts::arrive(function, key, input, payload, token);
        replies::answer(length::write(self, &call).await?)
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
            Step::Settle { .. } => self.write(&call).await,
            _ => self.call(&call).await,
        }
    }

    async fn due(
        &self,
        function: JoinScope<'_>,
        token: Token,
        max: usize,
    ) -> Result<Vec<EncodedClaim>, BackendError> {
        loop {
            let due = self.call(&scripts::due(function, token, max)).await?;
            let (claimed, again) = replies::due(due)?;
            if !claimed.is_empty() || !again {
                return Ok(claimed);
            }
        }
    }

    async fn release(
        &self,
        function: JoinScope<'_>,
        token: Token,
        age: Moment,
    ) -> Result<usize, BackendError> {
        self.call(&scripts::release(function, token, age)).await
    }

    async fn len(&self, name: &str) -> Result<usize, BackendError> {
        let mut count = cmd("ZCARD");
        count.arg(keys::unsettled(&keys::function(name)));
        self.connection.query(&count).await.map_err(failure)
    }

    async fn list(
        &self,
        function: JoinScope<'_>,
        which: JoinQuery<'_>,
    ) -> Result<Vec<JoinSummary>, BackendError> {
        page::list(self, function, which).await
    }
}
