//! What all calls of procedures have in common.

use super::argument::Argument::{self, Text};
use super::server::Call;
use crate::fan_in::core::arriving_input::ArrivingInput;
use crate::fan_in::core::state::Token;
use crate::fan_in::durable::JoinScope;

/// Returns a call of a procedure. The first argument is its name, which the procedure compares.
pub(super) fn call<'q>(
    procedure: &'static str,
    arguments: impl IntoIterator<Item = Argument<'q>>,
) -> Call<'q> {
    let name = [Text(procedure)].into_iter();
    Call {
        procedure,
        arguments: name.chain(arguments).collect(),
        template: None,
    }
}

/// The arguments of an arrival.
#[derive(Clone, Copy)]
pub(super) struct Arriving<'q> {
    pub(super) function: JoinScope<'q>,
    pub(super) key: &'q str,
    pub(super) input: ArrivingInput<'q>,
    pub(super) payload: &'q str,
    pub(super) token: Token,
    pub(super) lock_timeout: &'q str,
}

pub(super) fn token(Token(token): Token) -> Argument<'static> {
    Argument::Token(token.to_be_bytes())
}
