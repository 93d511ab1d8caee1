//! What is known of a handler before it runs.

use opentelemetry::trace::SpanKind;

use crate::installed::Scope;

/// The constants of one handler, as its attribute gives them.
#[derive(Clone, Debug)]
pub struct Callsite {
    pub(crate) name: &'static str,
    pub(crate) scope: Scope,
    pub(crate) kind: SpanKind,
    pub(crate) parent: Parent,
    pub(crate) errors: Errors,
    pub(crate) own_tracer: bool,
    /// Whose joins' function it is.
    pub(crate) join: Option<&'static str>,
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
    /// A consumer's; an empty version is none.
    #[must_use]
    pub const fn new(name: &'static str, scope: &'static str, version: &'static str) -> Self {
        Self {
            name,
            scope: Scope {
                name: scope,
                version: if version.is_empty() {
                    None
                } else {
                    Some(version)
                },
            },
            kind: SpanKind::Consumer,
            parent: Parent::Current,
            errors: Errors::Full,
            own_tracer: false,
            join: None,
        }
    }

    /// `kind = …`
    #[must_use]
    pub const fn kind(mut self, kind: SpanKind) -> Self {
        self.kind = kind;
        self
    }

    /// `parent = …`
    #[must_use]
    pub const fn parent(mut self, parent: Parent) -> Self {
        self.parent = parent;
        self
    }

    /// `errors = …`
    #[must_use]
    pub const fn errors(mut self, errors: Errors) -> Self {
        self.errors = errors;
        self
    }

    /// The function of a fan-in, whose joins are called so: it consumes no message.
    #[must_use]
    pub const fn join(mut self, join: &'static str) -> Self {
        self.join = Some(join);
        self.kind(SpanKind::Internal)
    }

    /// `tracer = …`, whose value is collected when the handler runs.
    #[must_use]
    pub const fn own_tracer(mut self) -> Self {
        self.own_tracer = true;
        self
    }
}
