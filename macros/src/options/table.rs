//! The options of each macro.

use super::fan_in_options::{FAN_IN_INPUT_OPTIONS, FAN_IN_OPTIONS};
use super::message_options::MESSAGE_OPTIONS;
use super::model::{Options, ParameterOptions};
use super::parameter_options::PARAMETER_OPTIONS;
use super::row::Row;
use super::send_options::SEND_OPTIONS;
use super::span_options::SPAN_OPTIONS;
use super::tracing_options::TRACING_OPTIONS;
use crate::macro_kind::MacroKind;

/// Returns the tables of the options after the parameters.
fn groups(kind: MacroKind) -> &'static [&'static [Row<Options>]] {
    match kind {
        MacroKind::LinkedSpan => &[&SPAN_OPTIONS, &TRACING_OPTIONS, &SEND_OPTIONS],
        MacroKind::FanIn => &[&FAN_IN_OPTIONS, &SPAN_OPTIONS, &TRACING_OPTIONS],
    }
}

/// Returns the tables of the options in a parameter's parentheses.
fn parameter_groups(kind: MacroKind) -> &'static [&'static [Row<ParameterOptions>]] {
    match kind {
        MacroKind::LinkedSpan => &[&PARAMETER_OPTIONS, &MESSAGE_OPTIONS],
        MacroKind::FanIn => &[&FAN_IN_INPUT_OPTIONS, &PARAMETER_OPTIONS, &MESSAGE_OPTIONS],
    }
}

pub(super) fn option(kind: MacroKind, name: &str) -> Option<&'static Row<Options>> {
    let mut rows = groups(kind).iter().copied().flatten();
    rows.find(|row| row.name == name)
}

pub(super) fn parameter_option(
    kind: MacroKind,
    name: &str,
) -> Option<&'static Row<ParameterOptions>> {
    let mut rows = parameter_groups(kind).iter().copied().flatten();
    rows.find(|row| row.name == name)
}

pub(crate) fn option_names(kind: MacroKind) -> Vec<&'static str> {
    let rows = groups(kind).iter().copied().flatten();
    rows.map(|row| row.name).collect()
}

pub(super) fn parameter_option_names(kind: MacroKind) -> Vec<&'static str> {
    let rows = parameter_groups(kind).iter().copied().flatten();
    rows.map(|row| row.name).collect()
}

/// Returns `true` if only `#[fan_in]` takes this option.
pub(super) fn is_fan_in_only(kind: MacroKind, name: &str) -> bool {
    option(MacroKind::FanIn, name).is_some() && option(kind, name).is_none()
}

/// Returns `true` if only a parameter of `#[fan_in]` takes this option.
pub(super) fn is_of_inputs_only(kind: MacroKind, name: &str) -> bool {
    parameter_option(MacroKind::FanIn, name).is_some() && parameter_option(kind, name).is_none()
}
