//! The two attribute macros, and how their errors name them.

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum MacroKind {
    LinkedSpan,
    FanIn,
}

impl MacroKind {
    /// Returns the attribute as the user writes it.
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Self::LinkedSpan => "#[linked_span]",
            Self::FanIn => "#[fan_in]",
        }
    }

    /// Returns what the attribute calls its parameters.
    pub(crate) fn events(self) -> &'static str {
        match self {
            Self::LinkedSpan => "the event",
            Self::FanIn => "the inputs",
        }
    }
}
