//! The state machine of a join, explored exhaustively where that is possible and at random where it is not.

mod explore;
mod inputs;
mod model;
mod probes;
mod properties;
mod witness;
