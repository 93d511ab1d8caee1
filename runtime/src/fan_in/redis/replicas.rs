//! Waits until replicas have received the writes of an arrival or a settlement.

use std::time::Duration;

use redis::{FromRedisValue, Pipeline, RedisError, RedisResult, ServerErrorKind, cmd, pipe};

use super::connection::Connection;
use super::failure::failure;
use super::scripts::Call;
use crate::fan_in::durable::BackendError;

/// The settings of [`Redis::wait_for_replicas`](super::Redis::wait_for_replicas).
#[derive(Clone, Debug)]
pub(super) struct Replicas {
    pub(super) count: u32,
    pub(super) timeout: Duration,
    /// An extra connection: during a `WAIT`, the server answers nothing else on it.
    pub(super) connection: Connection,
}

impl Replicas {
    pub(super) async fn call<T: FromRedisValue>(&self, call: &Call) -> Result<T, BackendError> {
        let mut script = pipe();
        script.add_command(call.command.clone());
        let called = match self.wait(script).await {
            Err(error) if is_unknown(&error) => {
                let mut script = pipe();
                script.add_command(call.with_text());
                self.wait(script).await
            }
            called => called,
        };
        let (answer, have): (T, u32) = called.map_err(failure)?;
        if have < self.count {
            let Self { count, timeout, .. } = self;
            let late = format!("{have} of {count} replicas had it within {timeout:?}");
            return Err(BackendError::Transient(late.into()));
        }
        Ok(answer)
    }

    /// Sends the script and `WAIT` on one connection, because `WAIT` covers only the writes of its own connection. A retry that
    /// writes nothing still waits for the first call's writes.
    async fn wait<T: FromRedisValue>(&self, mut script: Pipeline) -> RedisResult<T> {
        let mut wait = cmd("WAIT");
        // A timeout of 0 would wait forever.
        let timeout = u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX);
        wait.arg(self.count).arg(timeout.max(1));
        script.add_command(wait);
        self.connection.pipe(&script).await
    }
}

/// Returns `true` if the server does not have the script.
pub(super) fn is_unknown(error: &RedisError) -> bool {
    error.kind() == ServerErrorKind::NoScript.into()
}
