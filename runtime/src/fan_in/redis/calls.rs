//! Calls of the server.

use redis::{FromRedisValue, cmd};

use super::connection::Connection;
use super::failure::failure;
use super::keys;
use super::replicas::{Replicas, is_unknown};
use super::scripts::Call;
use crate::fan_in::durable::BackendError;

/// Sends calls, and waits for replicas if the caller acknowledges the effect.
#[derive(Clone, Debug)]
pub(super) struct Calls {
    pub(super) connection: Connection,
    pub(super) replicas: Option<Replicas>,
}

impl Calls {
    pub(super) async fn call<T: FromRedisValue>(&self, call: &Call) -> Result<T, BackendError> {
        let called = match self.connection.query(&call.command).await {
            Err(error) if is_unknown(&error) => self.connection.query(&call.with_text()).await,
            called => called,
        };
        called.map_err(failure)
    }

    /// Makes a call whose effect the caller acknowledges, so it waits for replicas.
    pub(super) async fn write<T: FromRedisValue>(&self, call: &Call) -> Result<T, BackendError> {
        match &self.replicas {
            Some(replicas) => replicas.call(call).await,
            None => self.call(call).await,
        }
    }

    /// Returns the number of joins of a function that have not ended.
    pub(super) async fn len(&self, name: &str) -> Result<usize, BackendError> {
        let mut count = cmd("ZCARD");
        count.arg(keys::unsettled(&keys::function(name)));
        self.connection.query(&count).await.map_err(failure)
    }
}
