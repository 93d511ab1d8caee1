//! The attribute never changes the function: each function is here twice, with and without it, in three editions.
#![deny(warnings)]
// The functions are written for what they compare, in the words of the oldest edition.
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
