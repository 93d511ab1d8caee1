//! A connection to the server, whichever client made it, and a new one where it leads to the wrong server.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{fmt, io};

use redis::aio::ConnectionLike;
use redis::{
    Cmd, ErrorKind, FromRedisValue, Pipeline, RedisError, RedisFuture, RedisResult, Value,
};
use tokio::runtime::Handle;
use tokio::sync::watch;

/// How long a connection may take to be made, however it is found.
const LONGEST_CONNECT: Duration = Duration::from_secs(2);

/// What a server says that no longer is the master, or that has lost its replicas since another is.
const MOVED_ON: [&str; 3] = ["READONLY", "MASTERDOWN", "NOREPLICAS"];

/// A client's connection. A box costs 0.96 to 1.13 of the type itself, and gives one type of store for all clients.
pub(super) struct Link(Box<dyn Boxed>);

trait Boxed: ConnectionLike + Send + Sync {
    fn boxed(&self) -> Box<dyn Boxed>;
}

impl<C: ConnectionLike + Clone + Send + Sync + 'static> Boxed for C {
    fn boxed(&self) -> Box<dyn Boxed> {
        Box::new(self.clone())
    }
}

impl Link {
    pub(super) fn new(connection: impl ConnectionLike + Clone + Send + Sync + 'static) -> Self {
        Self(Box::new(connection))
    }
}

impl Clone for Link {
    fn clone(&self) -> Self {
        Self((*self.0).boxed())
    }
}

impl ConnectionLike for Link {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        self.0.req_packed_command(cmd)
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        cmd: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        self.0.req_packed_commands(cmd, offset, count)
    }

    fn get_db(&self) -> i64 {
        self.0.get_db()
    }
}

pub(super) type Connecting = Pin<Box<dyn Future<Output = RedisResult<Link>> + Send>>;

pub(super) type Connect = dyn Fn() -> Connecting + Send + Sync;

/// What all calls of a store share.
#[derive(Clone)]
pub(super) struct Connection(Arc<Source>);

enum Source {
    /// The user's client connects again by itself, once the server has closed the connection.
    Given {
        link: Link,
        /// Whether the client finds the masters by itself.
        is_cluster: bool,
        closed: AtomicU64,
    },
    /// The store connects.
    Made {
        connect: Arc<Connect>,
        current: Mutex<Option<Arc<Attempt>>>,
    },
}

/// A connection that is there, or is being made for all the calls that wait for it.
struct Attempt(watch::Receiver<Option<RedisResult<Link>>>);

/// Which connection a call was made on: of many calls that fail on one, the first replaces it.
enum Used<'a> {
    Given(u64),
    Made(&'a Mutex<Option<Arc<Attempt>>>, Arc<Attempt>),
}

impl Connection {
    pub(super) fn given(link: Link, is_cluster: bool) -> Self {
        Self(Arc::new(Source::Given {
            link,
            is_cluster,
            closed: AtomicU64::new(0),
        }))
    }

    pub(super) fn made(connect: Arc<Connect>) -> Self {
        Self(Arc::new(Source::Made {
            connect,
            current: Mutex::new(None),
        }))
    }

    /// Returns another connection to the same server, where the store connects; else the same.
    pub(super) fn another(&self) -> Self {
        match &*self.0 {
            Source::Given { .. } => self.clone(),
            Source::Made { connect, .. } => Self::made(Arc::clone(connect)),
        }
    }

    pub(super) async fn query<T: FromRedisValue>(&self, command: &Cmd) -> RedisResult<T> {
        let (mut link, used) = self.link().await?;
        // Not `req_packed_command`, which returns a server's error as a value.
        let queried = command.query_async(&mut link).await;
        if let Err(error) = &queried {
            self.replace(link, used, error).await;
        }
        queried
    }

    /// Sends commands in one go, on one connection.
    pub(super) async fn pipe<T: FromRedisValue>(&self, commands: &Pipeline) -> RedisResult<T> {
        let (mut link, used) = self.link().await?;
        let queried = commands.query_async(&mut link).await.map_err(first);
        if let Err(error) = &queried {
            self.replace(link, used, error).await;
        }
        queried
    }

    async fn link(&self) -> RedisResult<(Link, Used<'_>)> {
        match &*self.0 {
            Source::Given { link, closed, .. } => {
                Ok((link.clone(), Used::Given(closed.load(Ordering::Relaxed))))
            }
            Source::Made { connect, current } => {
                let attempt = current_attempt(current, connect);
                let mut made = attempt.0.clone();
                let made = made.wait_for(Option::is_some).await;
                // A copy, since the original is locked.
                let made = made.ok().and_then(|made| made.clone());
                let made = made.unwrap_or_else(|| Err(ended()));
                match made {
                    Ok(link) => Ok((link, Used::Made(current, attempt))),
                    Err(error) => {
                        forget(current, &attempt);
                        Err(error)
                    }
                }
            }
        }
    }

    /// Has later calls use another connection, if this one leads nowhere or to a server that no longer is the master.
    async fn replace(&self, mut link: Link, used: Used<'_>, error: &RedisError) {
        let has_moved_on = error.code().is_some_and(|code| MOVED_ON.contains(&code));
        // A host that does not answer may be gone; the system finds that out after a quarter of an hour.
        let is_broken = error.is_io_error() || error.is_unrecoverable_error();
        match (&*self.0, used) {
            (Source::Made { .. }, Used::Made(current, attempt)) if has_moved_on || is_broken => {
                forget(current, &attempt);
            }
            (
                Source::Given {
                    is_cluster: false,
                    closed,
                    ..
                },
                Used::Given(seen),
            ) if has_moved_on => {
                let is_first = closed.compare_exchange(
                    seen,
                    seen.wrapping_add(1),
                    Ordering::Relaxed,
                    Ordering::Relaxed,
                );
                if is_first.is_ok() {
                    // The server closes the connection, which needs no right; then the client makes another.
                    let _ = redis::cmd("QUIT").exec_async(&mut link).await;
                }
            }
            _ => {}
        }
    }
}

/// Returns the connection that calls use, or begins to make it.
fn current_attempt(current: &Mutex<Option<Arc<Attempt>>>, connect: &Arc<Connect>) -> Arc<Attempt> {
    let mut current = current.lock().unwrap_or_else(PoisonError::into_inner);
    let attempt = current.get_or_insert_with(|| Arc::new(Attempt::begin(connect)));
    Arc::clone(attempt)
}

fn forget(current: &Mutex<Option<Arc<Attempt>>>, attempt: &Arc<Attempt>) {
    let mut current = current.lock().unwrap_or_else(PoisonError::into_inner);
    if current
        .as_ref()
        .is_some_and(|other| Arc::ptr_eq(other, attempt))
    {
        *current = None;
    }
}

impl Attempt {
    /// In a task of its own, since a caller that is dropped must not take it from the others. The user's code runs there,
    /// and not under the lock.
    fn begin(connect: &Arc<Connect>) -> Self {
        let (sender, receiver) = watch::channel(None);
        let connect = Arc::clone(connect);
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                let made = tokio::time::timeout(LONGEST_CONNECT, connect()).await;
                let late = |_| Err(io::Error::from(io::ErrorKind::TimedOut).into());
                let _ = sender.send(Some(made.unwrap_or_else(late)));
            });
        }
        Self(receiver)
    }
}

/// Returns the error where no runtime makes the connection.
fn ended() -> RedisError {
    (ErrorKind::Io, "the connection was not made").into()
}

/// Returns the first command's error of a pipeline's, since that has a code.
fn first(error: RedisError) -> RedisError {
    match error.clone().into_server_errors() {
        Some(errors) => match errors.first() {
            Some((_, first)) => first.clone().into(),
            None => error,
        },
        None => error,
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Connection").finish_non_exhaustive()
    }
}
