//! Faults between a worker and a store.

use linked_span::fan_in::StoreError;

/// A method of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Arrive,
    Settle,
    Renew,
    Due,
    Len,
    List,
    Retry,
    Forget,
}

/// Results of the next calls; each applies once.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<(Call, Fault)>);

#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    None,
    Fails,
    LosesTheReply,
    /// The call never returns.
    Hangs,
}

impl Faults {
    pub(super) fn fail(&mut self, call: Call) {
        self.0.push((call, Fault::Fails));
    }

    pub(super) fn lose_the_reply(&mut self, call: Call) {
        self.0.push((call, Fault::LosesTheReply));
    }

    pub(super) fn hang(&mut self, call: Call) {
        self.0.push((call, Fault::Hangs));
    }

    /// Returns `true` if the next call of this kind never returns.
    pub(super) fn hangs(&mut self, call: Call) -> bool {
        let hangs = |fault: &(Call, Fault)| fault.0 == call && matches!(fault.1, Fault::Hangs);
        match self.0.iter().position(hangs) {
            Some(place) => {
                self.0.remove(place);
                true
            }
            None => false,
        }
    }

    pub(super) fn of(&mut self, call: Call) -> Fault {
        match self.0.iter().position(|(of, _)| *of == call) {
            Some(next) => self.0.remove(next).1,
            None => Fault::None,
        }
    }
}

impl Fault {
    pub(super) fn on<T>(
        self,
        does: impl FnOnce() -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match self {
            Self::None => does(),
            Self::Fails => Err(StoreError::Failed("the connection was refused".into())),
            Self::LosesTheReply => {
                does()?;
                Err(StoreError::Failed("the connection was closed".into()))
            }
            Self::Hangs => unreachable!("only a remote store hangs"),
        }
    }
}
