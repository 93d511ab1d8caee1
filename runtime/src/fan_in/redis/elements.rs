//! Reads the elements of a claimed join.

use redis::cmd;

use super::calls::Calls;
use super::failure::{failure, unknown};
use super::keys;
use super::lists::Lists;
use super::replies;
use crate::fan_in::core::state::{Timestamp, Token};
use crate::fan_in::durable::words::word;
use crate::fan_in::durable::{BackendError, EncodedClaim, EncodedInput};

/// The largest number of elements that one call reads, so that other callers do not wait long.
const PAGE: usize = 500;

/// A caller that holds claims of one function.
#[derive(Clone, Copy)]
pub(super) struct Holder<'a> {
    pub(super) calls: &'a Calls,
    pub(super) name: &'a str,
    pub(super) token: Token,
    /// The time of the claim.
    pub(super) at: Timestamp,
}

impl Holder<'_> {
    /// Adds the elements to a claim, in order of arrival.
    pub(super) async fn read(
        self,
        claim: &mut EncodedClaim,
        lists: &Lists,
    ) -> Result<(), BackendError> {
        let function = keys::function(self.name);
        for (place, len) in lists.lens().filter(|(_, len)| *len > 0) {
            let elements = keys::elements(&function, &claim.key, &lists.instance, place);
            let read = self.elements(&elements, place).await?;
            if read.len() < len.into() {
                self.check(&keys::join(&function, &claim.key)).await?;
            }
            claim.inputs.extend(read);
        }
        Ok(())
    }

    async fn elements(&self, key: &str, place: u8) -> Result<Vec<EncodedInput>, BackendError> {
        let mut elements = Vec::new();
        loop {
            let mut page = cmd("LRANGE");
            let (first, last) = (elements.len(), elements.len() + PAGE - 1);
            page.arg(key).arg(first).arg(last);
            let read = self.calls.connection.query::<Vec<Vec<u8>>>(&page).await;
            let read = read.map_err(failure)?;
            let found = read.len();
            let read = read.into_iter();
            elements.extend(read.map(|kept| replies::input(place, Some(kept), self.at)));
            if found < PAGE {
                return Ok(elements);
            }
        }
    }

    /// Fails if the caller no longer holds the join: its lease has ended since the claim, and another worker has ended the join
    /// with its elements. Otherwise another tool removed the elements, and the join cannot be decoded.
    async fn check(&self, join: &str) -> Result<(), BackendError> {
        let mut kept = cmd("HGET");
        kept.arg(join).arg("join");
        let kept = self.calls.connection.query::<Option<String>>(&kept).await;
        let kept = kept.map_err(failure)?;
        // A removed join has no holder.
        let kept = kept.map(|kept| replies::row(&kept).ok_or_else(unknown));
        let holder = kept.transpose()?.and_then(|(row, _)| row.holder);
        if holder == Some(self.token) {
            return Ok(());
        }
        let late = format!("the claim {} has ended", word(self.token));
        Err(BackendError::Transient(late.into()))
    }
}
