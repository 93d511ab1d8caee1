//! The scripts that the server runs, each of which is one atomic step.

use std::sync::LazyLock;

use redis::{Cmd, Script};

use super::keys;
use crate::fan_in::durable::words::{self, count};
use crate::fan_in::durable::{Failure, Function};
use crate::fan_in::state::{Moment, Settlement, Step, Token};

/// A script that knows the function's rules and its joins. What stands before `;` may come to an end without them.
macro_rules! script {
    ($($before:literal),*; $($file:literal),+) => {
        LazyLock::new(|| {
            Script::new(concat!(
                include_str!("lua/call.lua"),
                $(include_str!($before),)*
                include_str!("lua/state.lua"),
                include_str!("lua/kept.lua"),
                $(include_str!($file),)+
            ))
        })
    };
}

static ARRIVE: LazyLock<Script> = script!("lua/open.lua"; "lua/arriving.lua", "lua/arrive.lua");
static TELL: LazyLock<Script> = script!(; "lua/telling.lua", "lua/tell.lua");
static DUE: LazyLock<Script> = script!(; "lua/due.lua");
static RELEASE: LazyLock<Script> = script!(; "lua/telling.lua", "lua/release.lua");
static LIST: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("lua/list.lua")));

/// What the server is told, in one buffer.
pub(super) struct Call {
    pub(super) script: &'static Script,
    pub(super) command: Cmd,
}

pub(super) fn arrive(
    function: Function<'_>,
    key: &str,
    input: u8,
    payload: &str,
    token: Token,
) -> Call {
    let mut call = call(&ARRIVE, function, Some(token));
    call.command.arg(key).arg(input).arg(payload);
    call
}

pub(super) fn tell(function: Function<'_>, key: &str, step: Step) -> Result<Call, Failure> {
    let (step, token, settlement) = match step {
        Step::Settle { token, settlement } => ("settle", Some(token), word(settlement)),
        Step::Renew { token } => ("renew", Some(token), ""),
        Step::Retry => ("retry", None, ""),
        Step::Forget => ("forget", None, ""),
        Step::Arrive { .. } | Step::Visit { .. } => {
            return Err(Failure::Refused("this step has a script of its own".into()));
        }
    };
    let mut call = call(&TELL, function, token);
    call.command.arg(key).arg(step).arg(settlement);
    Ok(call)
}

pub(super) fn due(function: Function<'_>, token: Token, max: usize) -> Call {
    let mut call = call(&DUE, function, Some(token));
    call.command.arg(count(max));
    call
}

pub(super) fn release(function: Function<'_>, token: Token, age: Moment) -> Call {
    let mut call = call(&RELEASE, function, Some(token));
    call.command.arg(age);
    call
}

pub(super) fn list(name: &str, keys: &[String]) -> Call {
    let mut call = of(&LIST, name);
    call.command.arg(keys);
    call
}

/// With what a script that changes something is told first.
fn call(script: &'static Script, function: Function<'_>, token: Option<Token>) -> Call {
    let Function { name, rules, .. } = function;
    let mut call = of(script, name);
    call.command
        .arg(rules.inputs)
        .arg(rules.timeout)
        .arg(rules.lease)
        .arg(rules.backoff)
        .arg(rules.dedup_window)
        .arg(rules.max_attempts)
        .arg(token.map(words::word).unwrap_or_default());
    call
}

fn of(script: &'static Script, name: &str) -> Call {
    // As much as most calls need.
    let mut command = Cmd::with_capacity(16, 1024);
    command.arg("EVALSHA").arg(script.get_hash());
    command.arg(1).arg(keys::function(name));
    Call { script, command }
}

fn word(settlement: Settlement) -> &'static str {
    match settlement {
        Settlement::Completed => "completed",
        Settlement::Failed => "failed",
        Settlement::HandedOver => "handed_over",
        Settlement::NotHandedOver => "not_handed_over",
        Settlement::Undecodable => "undecodable",
        Settlement::NotBegun => "not_begun",
    }
}
