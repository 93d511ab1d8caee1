//! What is known of a handler before it runs.

use opentelemetry::trace::SpanKind;

#[cfg(feature = "metrics")]
use crate::metrics::labels::HandlerLabels;
use crate::metrics::labels::MessagingLabels;

/// The constants of one handler, as its attribute gives them: over [`Callsite::CONSUMER`], in an expression of constants
/// alone, a reference to which is `'static`.
#[derive(Clone, Debug)]
pub struct Callsite {
    /// Of the span, unless it is computed.
    pub name: &'static str,
    /// Whether the user has named the span. A handler of messages is called by their destination otherwise.
    pub is_named: bool,
    /// The instrumentation scope's name.
    pub scope: &'static str,
    /// The scope's version; empty, if it has none.
    pub version: &'static str,
    /// Of the span.
    pub kind: SpanKind,
    /// Of the span.
    pub parent: Parent,
    /// What is recorded of them.
    pub errors: Errors,
    /// Whether the tracer is the handler's, and collected when it runs.
    pub own_tracer: bool,
    /// Whose joins' function it is.
    pub join: Option<&'static str>,
    /// Whether what is collected is of one parameter, whose baggage is the body's.
    pub one_event: bool,
    /// What a handler of messages is called in metrics.
    pub messaging: Option<MessagingLabels>,
    /// The handler's module, for its `tracing` span.
    pub module: &'static str,
    /// The handler's file, for its `tracing` span.
    pub file: &'static str,
    /// The handler's line, for its `tracing` span.
    pub line: u32,
    /// Of the `tracing` span.
    pub level: LogLevel,
    /// Of the `tracing` span; empty, if it is the module.
    pub target: &'static str,
    /// The attributes that the handler's own attribute names, for fields of the `tracing` span.
    pub keys: &'static [&'static str],
}

/// The level of a handler's `tracing` span.
#[allow(missing_docs, reason = "the names are `tracing`'s")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

/// Whose child a handler's span is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parent {
    /// The active span's; if there is none, nobody's.
    Current,
    /// Nobody's.
    Root,
    /// The producer's of the handler's only event; if that has no context, as `Current`.
    Event,
}

/// What is recorded of an `Err` that a handler returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errors {
    /// Its type and its message.
    Full,
    /// Its type.
    Type,
    /// Nothing.
    Off,
}

impl Callsite {
    /// What holds unless the attribute says otherwise.
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
    pub(crate) const fn labels(&self) -> HandlerLabels {
        HandlerLabels {
            name: self.name,
            messaging: self.messaging,
        }
    }

    pub(crate) const fn scope(&self) -> Scope {
        Scope {
            name: self.scope,
            version: self.version,
        }
    }
}

/// The instrumentation scope of a handler: its name, and its version, which is empty if it has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
}

impl Scope {
    /// Most often they are one crate's, and so the very same text.
    pub(super) fn is(self, other: Self) -> bool {
        let same = |one: &str, other: &str| std::ptr::eq(one, other) || one == other;
        same(self.name, other.name) && same(self.version, other.version)
    }
}
