//! A handler's `tracing` callsite, made at run time from the constants of its attribute.

use tracing::callsite::Identifier;
use tracing::field::{Field, FieldSet};
use tracing::level_filters::{LevelFilter, STATIC_MAX_LEVEL};
use tracing::metadata::Kind;
use tracing::{Level, Metadata};

use super::site::Site;
use crate::span::callsite::{Callsite, LogLevel};

/// The maximum number of fields: `tracing` rejects a span with more.
pub(super) const MOST_FIELDS: usize = 32;

/// The attributes that a handler's span may have although its attribute does not name them.
const OURS: [&str; 7] = [
    "event.id",
    "event.type",
    "batch.size",
    "batch.link_count",
    "fan_in.key",
    "fan_in.input_count",
    "linked_span.links_left_out",
];

/// Holds what `tracing` needs of a handler.
pub(super) struct Handler {
    pub(super) site: &'static Site,
    pub(super) metadata: Metadata<'static>,
    /// The keys of the attributes that are fields.
    pub(super) names: &'static [&'static str],
    pub(super) fields: Vec<Field>,
}

impl Handler {
    /// Makes the callsite of a handler.
    ///
    /// Its memory is never freed: there is one for each handler of the program.
    pub(super) fn leak(callsite: &Callsite) -> &'static Self {
        let site: &'static Site = Box::leak(Box::new(Site::new()));
        let names: &'static [&'static str] = names(callsite).leak();
        let metadata = Metadata::new(
            callsite.name,
            target(callsite),
            level(callsite),
            filled(callsite.file),
            line(callsite),
            filled(callsite.module),
            FieldSet::new(names, Identifier(site)),
            Kind::SPAN,
        );
        let handler: &'static Self = Box::leak(Box::new(Self {
            site,
            fields: metadata.fields().iter().collect(),
            metadata,
            names,
        }));
        site.describe(&handler.metadata);
        handler
    }

    /// Returns `true` if this callsite is the handler's. A generic handler may have several equal callsites.
    pub(super) fn is_of(&self, callsite: &Callsite) -> bool {
        let known = &self.metadata;
        known.name() == callsite.name
            && known.target() == target(callsite)
            && *known.level() == level(callsite)
            && known.file() == filled(callsite.file)
            && known.line() == line(callsite)
            && known.module_path() == filled(callsite.module)
            && self.names == names(callsite)
    }
}

/// Returns `true` if the handler's level is on, at compile time and now.
#[inline]
pub(super) fn level_is_on(callsite: &Callsite) -> bool {
    let level = level(callsite);
    level <= STATIC_MAX_LEVEL && level <= LevelFilter::current()
}

#[inline]
fn level(callsite: &Callsite) -> Level {
    match callsite.level {
        LogLevel::Trace => Level::TRACE,
        LogLevel::Debug => Level::DEBUG,
        LogLevel::Info => Level::INFO,
        LogLevel::Warn => Level::WARN,
        LogLevel::Error => Level::ERROR,
    }
}

fn target(callsite: &Callsite) -> &'static str {
    let target = filled(callsite.target).or(filled(callsite.module));
    target.unwrap_or(callsite.scope)
}

fn filled(text: &'static str) -> Option<&'static str> {
    (!text.is_empty()).then_some(text)
}

fn line(callsite: &Callsite) -> Option<u32> {
    (callsite.line > 0).then_some(callsite.line)
}

/// Returns this crate's names and then the user's, each once.
fn names(callsite: &Callsite) -> Vec<&'static str> {
    let mut names = OURS.to_vec();
    for key in callsite.keys {
        if names.len() < MOST_FIELDS && !names.contains(key) {
            names.push(key);
        }
    }
    names
}
