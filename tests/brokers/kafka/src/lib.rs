//! This package only has tests. A join keeps its messages, so it cannot take one that borrows from its consumer:
//!
//! ```compile_fail
//! use linked_span::fan_in;
//! use rdkafka::message::{BorrowedMessage, Message};
//!
//! #[fan_in(payment(rdkafka, key = key(payment)), inventory(rdkafka, key = key(inventory)))]
//! fn fulfill(payment: &BorrowedMessage<'_>, inventory: &BorrowedMessage<'_>) {}
//!
//! fn key(message: &impl Message) -> String {
//!     String::from_utf8_lossy(message.key().unwrap_or_default()).into_owned()
//! }
//! ```
//!
//! `tests/compile/fail/fan_in_message_borrowed.rs` compares the error with its text. It says to do this:
//!
//! ```
//! use linked_span::fan_in;
//! use rdkafka::message::{BorrowedMessage, Message, OwnedMessage};
//!
//! #[fan_in(payment(rdkafka, key = key(payment)), inventory(rdkafka, key = key(inventory)))]
//! fn fulfill(payment: &OwnedMessage, inventory: &OwnedMessage) {}
//!
//! fn key(message: &impl Message) -> String {
//!     String::from_utf8_lossy(message.key().unwrap_or_default()).into_owned()
//! }
//!
//! fn arrive(joins: &Fulfill, payment: &BorrowedMessage<'_>) -> bool {
//!     joins.payment(payment.detach()).is_ok()
//! }
//! ```
