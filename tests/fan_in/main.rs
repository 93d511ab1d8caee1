//! Tests the state machine of a join: exhaustively where possible, and otherwise at random.

mod explore;
mod inputs;
mod lists;
mod optional;
mod probes;
mod properties;
mod rules;
mod scene;
mod witness;
mod world;
