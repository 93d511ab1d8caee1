//! The macros, re-exported with their documentation: here intra-doc links resolve.

mod fan_in;
mod linked_event;
mod linked_span;

pub use self::fan_in::fan_in;
pub use self::linked_event::LinkedEvent;
pub use self::linked_span::linked_span;
