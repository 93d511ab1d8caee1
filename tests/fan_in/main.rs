//! Tests the state machine of a join: exhaustively where possible, and otherwise at random.

mod explore;
mod inputs;
mod probes;
mod properties;
mod rules;
mod witness;
mod world;
