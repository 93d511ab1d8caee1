//! The compared peers: the same handlers, each written as its crate's documentation shows.

mod body;
mod by_hand;
mod fastrace;
mod instrument;
mod linked;
#[cfg(feature = "metrics")]
mod measured;

use crate::events::Event;
use crate::sdk::Sdk;

/// The handlers of one peer.
pub(crate) trait Peer: Sync {
    /// Handles one event, in a span with a link.
    fn one(&self, event: &Event) -> usize;

    /// The same in a future, which is ready at the poll of this number.
    fn polled(&self, event: &Event, polls: usize) -> usize;

    /// Handles a batch, in a span with a link to each event.
    fn batch(&self, events: &[Event]) -> usize;

    /// Reads an event's context and does nothing with it.
    fn extract(&self, event: &Event) -> usize;

    /// Handles a broker's message, with the attributes of the conventions for messaging.
    fn message(&self, _: &Event) -> usize {
        unreachable!("no row measures it")
    }

    /// Handles a batch of messages, with what is equal on the span and what varies on the links.
    fn messages(&self, _: &[Event]) -> usize {
        unreachable!("no row measures it")
    }

    /// Finishes the work that was left to another thread.
    fn finish(&self) {}
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Body,
    ByHand,
    Linked,
    Instrument,
    InstrumentWithoutExtras,
    Fastrace,
}

impl Who {
    pub(crate) const ALL: [Self; 6] = [
        Self::Body,
        Self::ByHand,
        Self::Linked,
        Self::Instrument,
        Self::InstrumentWithoutExtras,
        Self::Fastrace,
    ];

    /// Returns the peer's name in the tables.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Body => "nothing",
            Self::ByHand => "by hand",
            Self::Linked => "`linked_span`",
            Self::Instrument => "`instrument`",
            Self::InstrumentWithoutExtras => "the same, bare",
            Self::Fastrace => "fastrace",
        }
    }

    pub(crate) fn called(title: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|who| who.title() == title)
    }

    /// Returns `true` if the peer has its own reader of contexts. `tracing` has none, and links with the SDK's.
    pub(crate) fn extracts(self) -> bool {
        matches!(self, Self::ByHand | Self::Linked | Self::Fastrace)
    }

    /// Returns `true` if the peer's spans keep 128 links and lose the rest.
    pub(crate) fn loses_links(self) -> bool {
        matches!(
            self,
            Self::ByHand | Self::Instrument | Self::InstrumentWithoutExtras
        )
    }

    /// Prepares this process for the peer's handlers. It must run once, because some of it is global.
    pub(crate) fn install(self, sdk: Sdk) -> Box<dyn Peer> {
        match self {
            Self::Body => Box::new(body::Body),
            Self::ByHand => by_hand::install(sdk),
            #[cfg(feature = "metrics")]
            Self::Linked if sdk == Sdk::Measuring => measured::install(),
            Self::Linked => linked::install(sdk),
            Self::Instrument => instrument::install(sdk, true),
            Self::InstrumentWithoutExtras => instrument::install(sdk, false),
            Self::Fastrace => fastrace::install(sdk),
        }
    }
}
