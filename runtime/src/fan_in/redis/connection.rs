//! Connections to the server through any client, replaced if they break or reach the wrong server.

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

/// The time limit for opening a connection. The user's closure opens it, and may have no limit of its own.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// The error codes of a server that is no longer the master, or that lost its replicas to another master.
const FAILED_OVER: [&str; 3] = ["READONLY", "MASTERDOWN", "NOREPLICAS"];

/// A client's connection. Boxed, so that stores of all clients have one type; a call takes 0.96 to 1.13 times as long.
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

/// The connection that all calls of a store share.
#[derive(Clone)]
pub(super) struct Connection(Arc<Source>);

enum Source {
    /// The user's connection, which reconnects by itself once the server has closed it.
    Given {
        link: Link,
        /// Whether the client itself finds the masters.
        is_cluster: bool,
        closed: AtomicU64,
    },
    /// A connection that the store opens and replaces.
    Made {
        connect: Arc<Connect>,
        current: Mutex<Option<Arc<Attempt>>>,
    },
}

/// A connection that is open, or that all waiting calls share while it opens.
struct Attempt(watch::Receiver<Option<RedisResult<Link>>>);

/// The connection of a call. If many calls fail on one connection, only the first replaces it.
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

    /// Returns another connection to the same server; for the user's connection, the same one.
    pub(super) fn another(&self) -> Self {
        match &*self.0 {
            Source::Given { .. } => self.clone(),
            Source::Made { connect, .. } => Self::made(Arc::clone(connect)),
        }
    }

    pub(super) async fn query<T: FromRedisValue>(&self, command: &Cmd) -> RedisResult<T> {
        let (mut link, used) = self.link().await?;
        // Not `req_packed_command`, which returns a server's error as `Ok`.
        let queried = command.query_async(&mut link).await;
        if let Err(error) = &queried {
            self.replace(link, used, error).await;
        }
        queried
    }

    /// Sends commands together on one connection.
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
                // Clone the connection, because the original is locked.
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

    /// Makes later calls use another connection, if this one broke or reached a server that is no longer the master.
    async fn replace(&self, mut link: Link, used: Used<'_>, error: &RedisError) {
        let has_moved_on = error.code().is_some_and(|code| FAILED_OVER.contains(&code));
        // A timeout counts as broken: the operating system takes 15 minutes to detect a host that is gone.
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
                    // `QUIT` needs no right, and makes the server close the connection, so that the client reconnects.
                    let _ = redis::cmd("QUIT").exec_async(&mut link).await;
                }
            }
            _ => {}
        }
    }
}

/// Returns the shared connection, or starts to open it.
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
    /// Opens a connection in a task, so that a dropped caller does not cancel it for the others. The user's closure runs in
    /// that task, without the lock.
    fn begin(connect: &Arc<Connect>) -> Self {
        let (sender, receiver) = watch::channel(None);
        let connect = Arc::clone(connect);
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                let made = tokio::time::timeout(CONNECT_TIMEOUT, connect()).await;
                let late = |_| Err(io::Error::from(io::ErrorKind::TimedOut).into());
                let _ = sender.send(Some(made.unwrap_or_else(late)));
            });
        }
        Self(receiver)
    }
}

/// Returns the error for a runtime that ended before the connection was open.
fn ended() -> RedisError {
    (ErrorKind::Io, "the connection was not opened").into()
}

/// Returns the error of a pipeline's first command, because only that has a code.
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
