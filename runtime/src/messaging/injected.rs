//! The fields that a producer writes into its headers.

use crate::{CarrierMut, Origin, inject, inject_origin};

/// Holds the fields to write into headers, and the names of the headers they replace.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Injected {
    fields: Vec<(String, String)>,
    removed: Vec<String>,
}

impl Injected {
    /// Returns the fields of the active context.
    #[must_use]
    pub fn current() -> Self {
        let mut injected = Self::default();
        inject(&mut injected);
        injected
    }

    /// Returns the fields of another origin.
    #[must_use]
    pub fn of(origin: impl Into<Origin>) -> Self {
        let mut injected = Self::default();
        inject_origin(&origin.into(), &mut injected);
        injected
    }

    /// Returns the names and values to write, without names that no client's header can have.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        let fields = self.fields.iter();
        let fields = fields.map(|(name, value)| (name.as_str(), value.as_str()));
        fields.filter(|(name, value)| {
            let is_name = |byte: u8| byte.is_ascii_graphic() && byte != b':';
            name.len() <= 255 && name.bytes().all(is_name) && !value.contains(['\r', '\n', '\0'])
        })
    }

    /// Returns the fields that a client accepts, as many as fit into this number of headers.
    ///
    /// Baggage is omitted first, then the state. A part of a context would be none, so it is omitted as a whole.
    pub(super) fn fitting(
        &self,
        room: usize,
        is_accepted: impl Fn(&str, &str) -> bool,
    ) -> Vec<(&str, &str)> {
        let fields = self.fields();
        let mut fitting: Vec<_> = fields
            .filter(|(name, value)| is_accepted(name, value))
            .collect();
        for omitted in ["baggage", "tracestate"] {
            if fitting.len() > room {
                fitting.retain(|(name, _)| !name.eq_ignore_ascii_case(omitted));
            }
        }
        if fitting.len() > room {
            fitting.clear();
        }
        fitting
    }

    /// Returns `true` if a header of this name belongs to an earlier hop.
    #[must_use]
    pub fn replaces(&self, name: &str) -> bool {
        let written = self.fields.iter().map(|(name, _)| name);
        let mut names = written.chain(&self.removed);
        names.any(|known| known.eq_ignore_ascii_case(name))
    }
}

impl CarrierMut for Injected {
    fn set(&mut self, name: &str, value: String) {
        self.fields.push((name.to_owned(), value));
    }

    fn remove(&mut self, name: &str) {
        self.removed.push(name.to_owned());
    }
}
