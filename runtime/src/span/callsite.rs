//! The constants of a handler.

use opentelemetry::trace::SpanKind;

#[cfg(feature = "metrics")]
use crate::metrics::labels::HandlerLabels;
use crate::metrics::labels::MessagingLabels;

/// Holds the constants of one handler, as its attribute gives them.
///
/// The expansion updates [`Callsite::CONSUMER`] in a constant expression, so a reference to the result is `'static`.
#[derive(Clone, Debug)]
pub struct Callsite {
    /// The name of the span, unless the attribute computes it.
    pub name: &'static str,
    /// `true` if the user has named the span. Otherwise the destination names the span of a handler of messages.
    pub is_named: bool,
    /// The name of the instrumentation scope.
    pub scope: &'static str,
    /// The version of the instrumentation scope; empty if it has none.
    pub version: &'static str,
    /// The kind of the span.
    pub kind: SpanKind,
    /// The parent of the span.
    pub parent: Parent,
    /// The parts of an error that the span records.
    pub errors: Errors,
    /// `true` if the attribute has `tracer = …`, which the handler collects at each call.
    pub own_tracer: bool,
    /// The name of the join type, for the function of a join.
    pub join: Option<&'static str>,
    /// `true` if the handler has a single parameter with an event, whose baggage the body gets.
    pub one_event: bool,
    /// The labels of metrics, for a handler of messages.
    pub messaging: Option<MessagingLabels>,
    /// The handler's module, for its `tracing` span.
    pub module: &'static str,
    /// The handler's file, for its `tracing` span.
    pub file: &'static str,
    /// The handler's line, for its `tracing` span.
    pub line: u32,
    /// The level of the `tracing` span.
    pub level: LogLevel,
    /// The target of the `tracing` span; empty for the module.
    pub target: &'static str,
    /// The attributes that the handler's attribute names, which become fields of the `tracing` span.
    pub keys: &'static [&'static str],
}

/// Selects the level of a handler's `tracing` span.
#[allow(missing_docs, reason = "the names are `tracing`'s")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

/// Expands to nothing, because the feature `tracing` is on.
#[cfg(feature = "tracing")]
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_needs_tracing {
    ($option:ident) => {};
}

/// Reports an option that does nothing without the feature `tracing`.
#[cfg(not(feature = "tracing"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __linked_span_needs_tracing {
    ($option:ident) => {
        ::core::compile_error!(::core::concat!(
            "enable the feature `tracing` of `linked-span`, which `",
            ::core::stringify!($option),
            "` needs"
        ));
    };
}

/// Selects the parent of a handler's span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parent {
    /// The active span. Without one, the handler's span is a root.
    Current,
    /// None: the handler's span is a root.
    Root,
    /// The producer's span of the only event. Without its context, this is `Current`.
    Event,
}

/// Selects the parts of a returned `Err` that the span records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errors {
    /// The type and the message.
    Full,
    /// The type.
    Type,
    /// Nothing.
    Off,
}

impl Callsite {
    /// The constants of a handler whose attribute has no options.
    pub const CONSUMER: Self = Self {
        name: "",
        is_named: false,
        scope: "",
        version: "",
        kind: SpanKind::Consumer,
        parent: Parent::Current,
        errors: Errors::Full,
        own_tracer: false,
        join: None,
        one_event: false,
        messaging: None,
        module: "",
        file: "",
        line: 0,
        level: LogLevel::Info,
        target: "",
        keys: &[],
    };

    #[cfg(feature = "metrics")]
    pub(crate) const fn labels(&'static self) -> HandlerLabels {
        HandlerLabels {
            name: self.name,
            messaging: self.messaging.as_ref(),
        }
    }

    pub(crate) const fn scope(&self) -> Scope {
        Scope {
            name: self.scope,
            version: self.version,
        }
    }
}

/// Holds the name and the version of an instrumentation scope.
///
/// The version is empty if there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
}

impl Scope {
    /// Returns `true` if the scopes are the same constants. Equal ones may have several addresses.
    #[inline]
    pub(super) fn is_at(self, other: Self) -> bool {
        std::ptr::eq(self.name, other.name) && std::ptr::eq(self.version, other.version)
    }
}
