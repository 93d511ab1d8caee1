//! What the macros' expansions call. Not for users: it may change in any release.

pub use opentelemetry::StringValue;
pub use opentelemetry::trace::SpanKind;

pub use crate::callsite::{Callsite, Errors, Parent};
pub use crate::describe::{Describe, Field, constant, key, text};
pub use crate::fan_in::{
    Called, Came, Cloned, Declared, Ended, FanInIdentity, Held, Kept, Nth, Sweeping, call,
    call_async, cloned, kept, keyed, ready,
};
pub use crate::future::{Handled, handle_async, handle_later, handle_prepared, never, output_of};
pub use crate::link::{Identify, Linked, Maybe};
pub use crate::outcome::{
    Recorder, Returned, Succeeded, awaited, awaited_of, outcome, outcome_of, record_nothing,
};
pub use crate::span::{Collected, Handling, collect, collect_event, handle, open, open_event};
pub use crate::start::Start;
