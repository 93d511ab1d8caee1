//! The function that a store serves, and the call timeout of the store.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::parks::Parks;
use super::releases::Releases;
use super::signature::{Difference, difference, on_one_line, signature};
use crate::fan_in::core::error::StoreError;
use crate::fan_in::core::identity::FanInIdentity;

/// The default timeout of a call of a store, including its retries.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// How often a process that calls its store declares its function again, so that an operator sees which functions are in use.
const DECLARE_EVERY: Duration = Duration::from_secs(60);

/// Binds a store to one function, under the path of its generated type or a name that the user set.
#[derive(Debug)]
pub(in crate::fan_in) struct StoreBinding {
    name: Option<String>,
    call_timeout: Duration,
    declared: OnceLock<FanInIdentity>,
    /// The path of a second declared function, which is an error.
    other: OnceLock<&'static str>,
    /// The inputs that the database stores under the name, once checked.
    checked: Mutex<Option<Checked>>,
    seen: OnceLock<Box<Seen>>,
    releases: Releases,
    parks: Parks,
}

#[derive(Debug)]
struct Checked {
    /// The inputs as the database stores them. Under a name that the user set, their types can differ from the declared ones.
    inputs: String,
    at: Instant,
}

/// A list of all stored inputs that this process has read. Entries are never removed, so that calls can borrow them.
#[derive(Debug)]
struct Seen {
    inputs: String,
    next: OnceLock<Box<Seen>>,
}

impl Default for StoreBinding {
    fn default() -> Self {
        Self::new(None, CALL_TIMEOUT)
    }
}

impl StoreBinding {
    fn new(name: Option<String>, call_timeout: Duration) -> Self {
        Self {
            name,
            call_timeout,
            declared: OnceLock::new(),
            other: OnceLock::new(),
            checked: Mutex::new(None),
            seen: OnceLock::new(),
            releases: Releases::default(),
            parks: Parks::default(),
        }
    }

    /// Returns the same binding under another name.
    pub(in crate::fan_in) fn with_name(&self, name: String) -> Self {
        Self::new(Some(name), self.call_timeout)
    }

    /// Returns the same binding with another call timeout.
    pub(in crate::fan_in) fn with_call_timeout(&self, call_timeout: Duration) -> Self {
        Self::new(self.name.clone(), call_timeout)
    }

    /// Returns the timeout of a call, including its retries.
    pub(in crate::fan_in) fn call_timeout(&self) -> Duration {
        self.call_timeout
    }

    /// Returns the claims that the store still has to release.
    pub(super) fn releases(&self) -> &Releases {
        &self.releases
    }

    /// Returns the names of the inputs, in the order of the declaration.
    pub(super) fn names(&self) -> &'static [&'static str] {
        self.declared.get().map_or(&[], |declared| declared.inputs)
    }

    /// Returns the parked joins that no call has reported yet.
    pub(super) fn parks(&self) -> &Parks {
        &self.parks
    }

    pub(super) fn declare(&self, identity: FanInIdentity) {
        if *self.declared.get_or_init(|| identity) != identity {
            self.other.get_or_init(|| identity.path);
        }
    }

    /// Returns the name of the joins, and the checked inputs that the database stores under it.
    ///
    /// The inputs are `None` at the first call, after [`forget`](Self::forget), and once per [`DECLARE_EVERY`]. The caller then
    /// declares the [`inputs`](Self::inputs).
    pub(super) fn known(&self) -> Result<(&str, Option<&str>), StoreError> {
        let declared = self.declared()?;
        if let Some(other) = self.other.get() {
            return Err(two_functions(declared.path, other));
        }
        let name = self.name.as_deref().unwrap_or(declared.path);
        Ok((name, self.checked_lately()))
    }

    /// Returns the inputs in the form that the database stores.
    pub(super) fn inputs(&self) -> Result<String, StoreError> {
        // An explicit name means that the joins stay the same although types have changed, so types are not compared.
        Ok(signature(self.declared()?, self.name.is_none()))
    }

    /// Checks that the stored inputs are those of the function.
    pub(super) fn check(&self, name: &str, found: &str) -> Result<(), StoreError> {
        let inputs = self.inputs()?;
        match difference(found, &inputs) {
            None => Ok(()),
            Some(difference) => {
                self.forget();
                Err(mismatch(&difference, name, found, &inputs))
            }
        }
    }

    /// Remembers the stored inputs.
    pub(super) fn keep(&self, found: String) -> &str {
        let inputs = self.seen(&found);
        *self.checked() = Some(Checked {
            inputs: found,
            at: Instant::now(),
        });
        inputs
    }

    fn declared(&self) -> Result<&FanInIdentity, StoreError> {
        let undeclared =
            "pass the store to a type that `#[fan_in]` generated: it serves no function yet";
        let declared = self.declared.get();
        declared.ok_or_else(|| StoreError::Misconfigured(undeclared.to_owned()))
    }

    /// Makes the next call check again, because the database has lost the declaration.
    pub(super) fn forget(&self) {
        *self.checked() = None;
    }

    /// Returns the stored inputs, or `None` to the one caller that must declare them again.
    fn checked_lately(&self) -> Option<&str> {
        let mut checked = self.checked();
        let checked = checked.as_mut()?;
        if checked.at.elapsed() >= DECLARE_EVERY {
            checked.at = Instant::now();
            return None;
        }
        Some(self.seen(&checked.inputs))
    }

    fn seen(&self, inputs: &str) -> &str {
        let mut place = &self.seen;
        loop {
            let new = || {
                Box::new(Seen {
                    inputs: inputs.to_owned(),
                    next: OnceLock::new(),
                })
            };
            let seen = place.get_or_init(new);
            if seen.inputs == inputs {
                return &seen.inputs;
            }
            place = &seen.next;
        }
    }

    fn checked(&self) -> MutexGuard<'_, Option<Checked>> {
        self.checked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn two_functions(path: &str, other: &str) -> StoreError {
    StoreError::Misconfigured(if path == other {
        format!(
            "use a store for each of the two functions `{path}`, and give one of them a name, `.named(\"…\")`: one store \
             cannot serve both"
        )
    } else {
        format!("one store cannot serve both `{path}` and `{other}`: give each a store of its own")
    })
}

fn mismatch(difference: &Difference, name: &str, kept: &str, declared: &str) -> StoreError {
    let (kept, declared) = (on_one_line(kept), on_one_line(declared));
    let fix = match difference {
        Difference::Names => {
            "declare the stored inputs in the stored order, or keep these joins under another name, `.named(\"…\")`"
                .to_owned()
        }
        Difference::Types => format!(
            "write `.named(\"{name}\")` if the stored inputs can be read as the declared types, or keep these joins under \
             another name"
        ),
    };
    StoreError::Misconfigured(format!(
        "{fix}: the store has `{name}` with the inputs {kept}, and the function declares {declared}"
    ))
}
