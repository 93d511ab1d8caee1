//! What the macros' expansions call. Not for users: it may change in any release.

/// A crate of the user's may have no `std`.
pub use std::{borrow::Cow, boxed::Box, string::String, vec::Vec};

pub use opentelemetry::StringValue;
pub use opentelemetry::trace::SpanKind;
#[cfg(feature = "serde")]
pub use serde;

pub use crate::event::field_text::{Describe, Field, constant, element_id, key, text};
pub use crate::fan_in::{
    ClaimGuard, Cloned, Ended, FanInIdentity, FanInSpec, IncomingInput, KeyedBatch, ListCount,
    ReceivedInputs, StorableInput, Sweeping, call, call_async, cloned, cloned_list, kept, keyed,
    keyed_batch, ready, received,
};
#[cfg(feature = "serde")]
pub use crate::fan_in::{InputVariant, deserialize_input};
pub use crate::messaging::{Given, ViewBy, adapted, adapted_with};
pub use crate::metrics::labels::MessagingLabels;
pub use crate::origin::SharedBaggage;
pub use crate::propagation::Propagation;
pub use crate::span::callsite::{Callsite, Errors, LogLevel, Parent};
pub use crate::span::counted_as::{CountedAs, one_origin, viewed};
pub use crate::span::future::{
    Handled, handle_async, handle_later, handle_prepared, never, output_of,
};
pub use crate::span::handle::{
    OpenSpan, PendingSpan, collect, collect_event, collect_more, handle, open, open_collected,
    open_event,
};
pub use crate::span::handoff::Called;
pub use crate::span::linked::{Identify, Linked, Maybe};
pub use crate::span::outcome::{
    Recorder, Returned, Succeeded, awaited, awaited_of, opaque_of, outcome, outcome_of,
    record_nothing, record_visible, unrecorded, unrecorded_of,
};
pub use crate::span::request::SpanRequest;
pub use crate::{
    __linked_span_input_enum as input_enum, __linked_span_needs_tracing as needs_tracing,
    __linked_span_serde_of_inputs as serde_of_inputs,
};

/// `true` if the feature `metrics` is on. A test that depends on it cannot ask cargo.
pub const HAS_METRICS: bool = cfg!(feature = "metrics");
