//! The attribute never changes the function: each function is here with and without it, in three editions.
#![deny(warnings)]
// The functions use the syntax of the oldest edition, and are written for the comparison.
#![allow(clippy::all, clippy::pedantic)]

#[macro_use]
mod twice;

mod borrowing;
mod derive;
mod drops;
mod fan_in;
mod forbidden;
mod hygiene;
mod patterns;
mod send;
mod sizes;
mod unwinding;
