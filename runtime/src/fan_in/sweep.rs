//! Looking after the joins that are due.

use std::vec;

use super::held::{Held, Settled};
use super::join::Join;
use super::state::Token;
use super::store::{Store, StoreError};

/// How many joins a sweep claims at once: what it has claimed and not yet begun, nobody else can begin.
const AT_ONCE: usize = 16;

/// How many joins a sweep has dealt with.
///
/// ```
/// # use std::time::Duration;
/// # use linked_span::{LinkedEvent, Origin, fan_in};
/// use linked_span::fan_in::Swept;
///
/// # #[derive(Clone, LinkedEvent)] struct Event { #[event(key)] order: u64, metadata: Origin }
/// #[fan_in(payment, inventory)]
/// fn ship(payment: Event, inventory: Event) {}
///
/// let ship = Ship::in_memory(Duration::from_secs(600));
/// assert_eq!(ship.sweep()?, Swept::default());    // nothing has come yet, so nothing was due
/// # Ok::<(), linked_span::fan_in::StoreError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Swept {
    /// The function has succeeded, and that is recorded.
    pub ran: usize,
    /// The function has returned an `Err`.
    pub failed: usize,
    /// The function has succeeded, and that is not recorded.
    pub unrecorded: usize,
    /// They were handed over to `on_expired`.
    pub expired: usize,
    /// They could not be handed over.
    pub not_handed_over: usize,
}

/// A sweep that is under way.
#[derive(Debug)]
pub struct Sweeping<'j, P: 'static, S: Store<P>> {
    join: &'j Join<P, S>,
    claimed: vec::IntoIter<Held<'j, P, S>>,
    /// How many joins there were when it began: a body that fails at once must not keep it busy for ever.
    left: usize,
    swept: Swept,
}

impl<P: 'static, S: Store<P>> Join<P, S> {
    #[doc(hidden)]
    pub async fn due<'j, D>(
        &'j self,
        max: usize,
        due: fn(Held<'j, P, S>) -> D,
    ) -> Result<Vec<D>, StoreError> {
        Ok(self.claim(max).await?.into_iter().map(due).collect())
    }

    async fn claim(&self, max: usize) -> Result<Vec<Held<'_, P, S>>, StoreError> {
        let due = self.store.due(&self.rules, Token::random(), max).await?;
        Ok(due.into_iter().map(|due| Held::due(self, due)).collect())
    }

    #[doc(hidden)]
    pub async fn sweep(&self) -> Result<Sweeping<'_, P, S>, StoreError> {
        Ok(Sweeping {
            join: self,
            claimed: Vec::new().into_iter(),
            left: self.store.len().await?,
            swept: Swept::default(),
        })
    }
}

impl<'j, P: 'static, S: Store<P>> Sweeping<'j, P, S> {
    /// The next join that is due.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub async fn next(&mut self) -> Result<Option<Held<'j, P, S>>, StoreError> {
        if self.claimed.len() == 0 {
            let due = self.join.claim(self.left.min(AT_ONCE)).await?;
            self.left -= self.left.min(due.len());
            self.claimed = due.into_iter();
        }
        Ok(self.claimed.next())
    }

    /// Counts what has become of it.
    pub fn count<T>(&mut self, settled: &Settled<T>) {
        let swept = &mut self.swept;
        *match settled {
            Settled::Ran(_) => &mut swept.ran,
            Settled::Failed(_) => &mut swept.failed,
            Settled::Unrecorded(_) => &mut swept.unrecorded,
            Settled::Expired => &mut swept.expired,
            Settled::NotHandedOver => &mut swept.not_handed_over,
        } += 1;
    }

    /// How many there were of each.
    #[must_use]
    pub fn done(self) -> Swept {
        self.swept
    }
}
