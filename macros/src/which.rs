//! Which of the two attributes is expanded, and what tells them apart.

const OPTIONS: [&str; 9] = [
    "name",
    "kind",
    "relationship",
    "attributes",
    "parent",
    "errors",
    "scope",
    "tracer",
    "crate",
];
const OPTIONS_OF_A_FAN_IN: [&str; 11] = [
    "key",
    "join",
    "name",
    "kind",
    "relationship",
    "attributes",
    "parent",
    "errors",
    "scope",
    "tracer",
    "crate",
];

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    LinkedSpan,
    FanIn,
}

impl Which {
    /// As its user writes it.
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Self::LinkedSpan => "#[linked_span]",
            Self::FanIn => "#[fan_in]",
        }
    }

    /// What its parameters are.
    pub(crate) fn events(self) -> &'static str {
        match self {
            Self::LinkedSpan => "the event",
            Self::FanIn => "its inputs",
        }
    }

    /// Whether only the other takes this option.
    pub(crate) fn is_of_a_fan_in(self, option: &str) -> bool {
        let of_a_fan_in = Self::FanIn.options().contains(&option);
        of_a_fan_in && !self.options().contains(&option)
    }

    /// What it takes after the parameters.
    pub(crate) fn options(self) -> &'static [&'static str] {
        match self {
            Self::LinkedSpan => &OPTIONS,
            Self::FanIn => &OPTIONS_OF_A_FAN_IN,
        }
    }

    /// What it takes in a parameter's parentheses.
    pub(crate) fn parameter_options(self) -> &'static [&'static str] {
        match self {
            Self::LinkedSpan => &["origin", "relationship", "attributes"],
            Self::FanIn => &["key", "origin", "relationship", "attributes"],
        }
    }
}
