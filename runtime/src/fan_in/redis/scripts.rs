//! The scripts, each of which is one atomic step of the server.

use std::sync::LazyLock;
use std::time::Duration;

use redis::{Cmd, Script, ToRedisArgs};

use super::{keys, version};
use crate::fan_in::core::arriving_input::ArrivingInput;
use crate::fan_in::core::state::{JoinPolicy, Settlement, Step, Token};
use crate::fan_in::core::time::milliseconds;
use crate::fan_in::durable::words::{self, count};
use crate::fan_in::durable::{BackendError, JoinScope, bits_of};

/// Builds a script that first checks the function's declaration and reads its policy. A file before `;` can return early,
/// before the server evaluates the files after it.
macro_rules! script {
    ($($before:literal),*; $($file:literal),+) => {
        LazyLock::new(|| {
            let code = concat!(
                include_str!("lua/keys.lua"),
                include_str!("lua/check_declaration.lua"),
                include_str!("lua/call_arguments.lua"),
                $(include_str!($before),)*
                include_str!("lua/sets.lua"),
                include_str!("lua/state.lua"),
                include_str!("lua/joins.lua"),
                $(include_str!($file),)+
            );
            Code::new(code)
        })
    };
}

/// A script in two forms. The one for single inputs is shorter, and so it is faster.
struct Forms {
    singles: LazyLock<Code>,
    lists: LazyLock<Code>,
}

static ARRIVE: Forms = Forms {
    singles: script!("lua/arrival_arguments.lua", "lua/take.lua", "lua/arrive_fast.lua"; "lua/decide_arrival.lua", "lua/arrive.lua"),
    lists: script!("lua/lists.lua", "lua/arrival_arguments.lua", "lua/take_lists.lua", "lua/arrive_fast.lua"; "lua/decide_arrival.lua", "lua/arrive.lua"),
};
static APPLY: Forms = Forms {
    singles: script!(; "lua/holder_steps.lua", "lua/apply.lua"),
    lists: script!("lua/lists.lua"; "lua/holder_steps.lua", "lua/apply.lua"),
};
static DUE: Forms = Forms {
    singles: script!(; "lua/due.lua"),
    lists: script!("lua/lists.lua"; "lua/due.lua"),
};
static RELEASE: Forms = Forms {
    singles: script!(; "lua/holder_steps.lua", "lua/release.lua"),
    lists: script!("lua/lists.lua"; "lua/holder_steps.lua", "lua/release.lua"),
};
static LIST: LazyLock<Code> = LazyLock::new(|| {
    Code::new(concat!(
        include_str!("lua/keys.lua"),
        include_str!("lua/check_declaration.lua"),
        include_str!("lua/sets.lua"),
        include_str!("lua/list.lua")
    ))
});
static DECLARE: LazyLock<Code> = LazyLock::new(|| {
    Code::new(concat!(
        include_str!("lua/keys.lua"),
        include_str!("lua/declare.lua")
    ))
});
static MIGRATE: LazyLock<Code> = LazyLock::new(|| {
    Code::new(concat!(
        include_str!("lua/keys.lua"),
        include_str!("lua/migrate.lua")
    ))
});
static FUNCTIONS: LazyLock<Code> = LazyLock::new(|| Code::new(include_str!("lua/functions.lua")));
static REGISTER: LazyLock<Code> = LazyLock::new(|| Code::new(include_str!("lua/register.lua")));

/// A script, and its hash, by which a server finds a script that it has run before.
struct Code {
    text: &'static str,
    hash: String,
}

impl Code {
    fn new(text: &'static str) -> Self {
        let hash = Script::new(text).get_hash().to_owned();
        Self { text, hash }
    }
}

/// A script with all its arguments.
pub(super) struct Call {
    code: &'static Code,
    pub(super) command: Cmd,
}

impl Call {
    /// Returns the same call with the script's text, for a server that does not have the script.
    ///
    /// Not `SCRIPT LOAD`: in a cluster, that goes to every master, and fails if one of them is down.
    pub(super) fn with_text(&self) -> Cmd {
        let mut command = Cmd::new();
        command.arg("EVAL").arg(self.code.text);
        for argument in self.command.args_iter().skip(2) {
            if let redis::Arg::Simple(argument) = argument {
                command.arg(argument);
            }
        }
        command
    }
}

pub(super) fn arrive(
    function: JoinScope<'_>,
    key: &str,
    input: ArrivingInput<'_>,
    payload: &str,
    token: Token,
) -> Call {
    let mut call = call(&ARRIVE, function, Some(key), Some(token));
    call.command.arg(key).arg(input.input).arg(payload);
    if !function.policy.has_only_single_inputs() {
        call.command.arg(input.id.unwrap_or_default());
        call.command.arg(counts(input, function.policy));
    }
    finished(call, function)
}

pub(super) fn apply(
    function: JoinScope<'_>,
    key: &str,
    step: Step,
    detail: Option<&str>,
) -> Result<Call, BackendError> {
    let (step, token, settlement) = match step {
        Step::Settle { token, settlement } => ("settle", Some(token), word(settlement)),
        Step::Renew { token } => ("renew", Some(token), ""),
        Step::Retry => ("retry", None, ""),
        Step::Forget => ("forget", None, ""),
        Step::Arrive { .. } | Step::ClaimDue { .. } => {
            return Err(BackendError::Permanent(
                "this step has its own script".into(),
            ));
        }
    };
    let mut call = call(&APPLY, function, Some(key), token);
    call.command.arg(key).arg(step).arg(settlement);
    call.command.arg(detail.unwrap_or_default());
    Ok(finished(call, function))
}

pub(super) fn due(function: JoinScope<'_>, token: Token, max: usize) -> Call {
    let mut call = call(&DUE, function, None, Some(token));
    call.command.arg(count(max));
    finished(call, function)
}

pub(super) fn release(function: JoinScope<'_>, token: Token, age: Duration) -> Call {
    let mut call = call(&RELEASE, function, None, Some(token));
    call.command.arg(milliseconds(age));
    finished(call, function)
}

/// Returns the call that lists joins. `which` is `key`, `parked` or `unsettled`; `from` is a key, or the start of a range of
/// keys.
pub(super) fn list(function: JoinScope<'_>, which: &str, from: &str, limit: usize) -> Call {
    let mut call = of(&LIST, function.name, None);
    call.command.arg(which).arg(from).arg(count(limit));
    declared(call, function.inputs)
}

pub(super) fn declare(name: &str, inputs: &str) -> Call {
    declared(of(&DECLARE, name, None), inputs)
}

pub(super) fn migrate(name: &str) -> Call {
    let mut call = of(&MIGRATE, name, None);
    call.command.arg(version::VERSION).arg(version::LOWEST);
    call
}

pub(super) fn register(name: &str, inputs: &str) -> Call {
    let mut call = evaluate(&REGISTER, [keys::FUNCTIONS]);
    call.command.arg(name).arg(inputs);
    call
}

pub(super) fn functions() -> Call {
    evaluate(&FUNCTIONS, [keys::FUNCTIONS])
}

/// Returns a call with the first arguments of every script that writes.
fn call(
    forms: &'static Forms,
    function: JoinScope<'_>,
    key: Option<&str>,
    token: Option<Token>,
) -> Call {
    let JoinScope { name, policy, .. } = function;
    let code = if policy.has_only_single_inputs() {
        &forms.singles
    } else {
        &forms.lists
    };
    let mut call = of(code, name, key);
    call.command
        .arg(policy.inputs)
        .arg(milliseconds(policy.timeout))
        .arg(milliseconds(policy.lease))
        .arg(milliseconds(policy.backoff))
        .arg(milliseconds(policy.dedup_window))
        .arg(policy.max_attempts)
        .arg(token.map(words::word).unwrap_or_default());
    call
}

/// Returns a call with the keys of a function and of one of its joins.
fn of(code: &'static Code, name: &str, key: Option<&str>) -> Call {
    let function = keys::function(name);
    let join = key.map(|key| keys::join(&function, key));
    evaluate(code, keys::of_function(&function).into_iter().chain(join))
}

fn evaluate<K: ToRedisArgs>(code: &'static Code, keys: impl IntoIterator<Item = K>) -> Call {
    // Enough for most calls, so that they do not reallocate.
    let mut command = Cmd::with_capacity(24, 1024);
    command.arg("EVALSHA").arg(&code.hash);
    let keys: Vec<_> = keys.into_iter().collect();
    command.arg(keys.len()).arg(keys);
    Call { code, command }
}

/// Appends the last arguments: the policy of lists, if the function needs it, and the declaration.
fn finished(mut call: Call, function: JoinScope<'_>) -> Call {
    let policy = function.policy;
    if !policy.has_only_single_inputs() {
        let (lists, optional) = (bits_of(policy.lists), bits_of(policy.optional));
        let (max_elements, max_bytes) = (policy.max_elements, policy.max_bytes);
        let columns = format!("{lists} {optional} {max_elements} {max_bytes}");
        call.command.arg(columns);
    }
    declared(call, function.inputs)
}

/// Returns the counts that an input gives, each after its list's place.
fn counts(input: ArrivingInput<'_>, policy: &JoinPolicy) -> String {
    let count = |list| {
        let count = input.counts.get(list)?;
        Some(format!("{list}:{count}"))
    };
    let counts: Vec<_> = policy.lists.iter().filter_map(count).collect();
    counts.join(" ")
}

/// Appends the last argument, the declaration that `check_declaration.lua` compares.
fn declared(mut call: Call, inputs: &str) -> Call {
    call.command.arg(version::declaration(inputs));
    call
}

fn word(settlement: Settlement) -> &'static str {
    match settlement {
        Settlement::Completed => "completed",
        Settlement::Failed => "failed",
        Settlement::ExpiryDelivered => "expiry_delivered",
        Settlement::ExpiryFailed => "expiry_failed",
        Settlement::Undecodable => "undecodable",
        Settlement::Released => "released",
    }
}
