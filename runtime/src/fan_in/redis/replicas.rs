//! Waiting until replicas have what an arrival or a settlement wrote.

use std::time::Duration;

use redis::{FromRedisValue, Pipeline, RedisError, RedisResult, ServerErrorKind, cmd, pipe};

use super::connection::Connection;
use super::failure::failure;
use super::scripts::Call;
use crate::fan_in::durable::BackendError;

/// How many replicas are waited for, and how.
#[derive(Clone, Debug)]
pub(super) struct Replicas {
    pub(super) count: u32,
    pub(super) timeout: Duration,
    /// While a server waits, it answers nothing else on the same connection.
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

    /// On one connection, since a server waits for what it has told its replicas until the connection's last command. A
    /// call that is made again may write nothing, and still waits for what it wrote before.
    async fn wait<T: FromRedisValue>(&self, mut script: Pipeline) -> RedisResult<T> {
        let mut wait = cmd("WAIT");
        // 0 would be for ever.
        let timeout = u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX);
        wait.arg(self.count).arg(timeout.max(1));
        script.add_command(wait);
        self.connection.pipe(&script).await
    }
}

/// Whether the server does not have the script.
pub(super) fn is_unknown(error: &RedisError) -> bool {
    error.kind() == ServerErrorKind::NoScript.into()
}
