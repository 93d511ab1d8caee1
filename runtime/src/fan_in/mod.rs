//! Joins: functions that run once all their inputs have arrived.
//!
//! ```
//! use std::time::Duration;
//! use linked_span::fan_in::{Disposition, disposition};
//! use linked_span::{LinkedEvent, Origin, fan_in};
//!
//! #[derive(Clone, LinkedEvent)]
//! struct PaymentConfirmed {
//!     #[event(key)]
//!     order_id: String,
//!     metadata: Origin,
//! }
//!
//! #[derive(Clone, LinkedEvent)]
//! struct InventoryReserved {
//!     #[event(key)]
//!     order_id: String,
//!     metadata: Origin,
//! }
//!
//! #[fan_in(payment, inventory)]
//! fn fulfill_order(payment: PaymentConfirmed, inventory: InventoryReserved) -> Result<(), std::io::Error> {
//!     // …
//!     Ok(())
//! }
//!
//! # let payment = PaymentConfirmed { order_id: "7".into(), metadata: Origin::default() };
//! # let inventory = InventoryReserved { order_id: "7".into(), metadata: Origin::default() };
//! let fulfill = FulfillOrder::in_memory(Duration::from_secs(600)); // the timeout of a join
//! assert_eq!(disposition(&fulfill.payment(payment)), Disposition::Defer);       // waits for inventory
//! assert_eq!(disposition(&fulfill.inventory(inventory)), Disposition::Ack);     // ran, in a span that links to both
//! ```
//!
//! [`#[fan_in]`](macro@crate::fan_in) declares the function and a type for its joins. Each method of that type returns an
//! [`Arrival`]; [`disposition`] converts it to what a consumer does with the broker's message. A join that exceeds its
//! timeout goes to `on_expired` as an [`Expired`].
//!
//! # Guarantees
//!
//! The body runs at least once for every join that completes before its timeout, and at most one success is recorded
//! within the dedup window. If the body fails, panics or is cancelled, the store keeps every input, and the next delivery
//! or sweep runs the body again.
//!
//! A claim becomes an attempt when its body starts. A worker renews the claim it works on every third of a lease, and each
//! renewal may take up to a third of a lease. It renews, checks or releases the claims that wait for their turn. If a call
//! is dropped or its reply is lost, its claims are released in the background.
//!
//! # How long a call may take
//!
//! | call | bound |
//! | --- | --- |
//! | a call of a durable store, with its retries | the store's `call_timeout`, 10 s by default |
//! | an arrival that leaves the join incomplete | one call of the store |
//! | an arrival that runs the function | an arrival, the function, and one call that records its success |
//! | an arrival that finds another join expired, and does not run the function | an arrival, [`JoinOptions::on_expired_timeout`], and one call |
//! | a sweep | the time of its functions and of `on_expired`, and a few calls for each join |
//!
//! # Where joins are kept
//!
//! | store | feature | shared by |
//! | --- | --- | --- |
//! | [`Memory`] | | one process; open joins are lost with it |
//! | [`Sqlite`] | `sqlite` | the processes of one host |
//! | [`Redis`] | `redis` | every process that reaches the server |
//! | [`Postgres`] | `postgres` | every process that reaches the server |
//!
//! With [`Memory`], acknowledge a message only after its join has settled, as [`disposition`] returns. The broker then
//! redelivers the messages of a process that died. If that is not acceptable, switch to a durable store:
//!
//! ```no_run
//! # #[cfg(feature = "sqlite")] {
//! # use std::time::Duration;
//! # use linked_span::fan_in::{JoinOptions, Sqlite, StoreError};
//! # use linked_span::{LinkedEvent, Origin, fan_in};
//! # #[derive(Clone, serde::Serialize, serde::Deserialize, LinkedEvent)]
//! # struct Event { #[event(key)] order: u64, metadata: Origin }
//! # #[fan_in(payment, inventory)]
//! # async fn fulfill_order(payment: Event, inventory: Event) {}
//! # async fn begin() -> Result<(), StoreError> {
//! // let fulfill = FulfillOrder::in_memory(Duration::from_secs(600));
//! let fulfill = FulfillOrder::new(Sqlite::open("joins.db").await?, JoinOptions::timeout(Duration::from_secs(600)));
//! # Ok(())
//! # }
//! # }
//! ```
//!
//! A durable store keeps inputs as JSON. So the inputs must implement serde's traits, and the function must be an
//! `async fn`. For another database, implement [`Store`].
//!
//! # How a store identifies a function
//!
//! A durable store keeps joins under the path of the generated type, `shop::orders::FulfillOrder`, with the names and types
//! of the function's inputs. It rejects a function whose inputs differ from the stored ones. Plan three kinds of changes
//! while joins are open:
//!
//! | change | what to write |
//! | --- | --- |
//! | the function moves to another module or crate, or is renamed | call `.named("shop::orders::FulfillOrder")` on the store, with the old path |
//! | the type of an input changes, and the new type can read the stored JSON (`T` to `Option<T>`) | call `.named(…)` with the current path: the store compares no types under an explicit name |
//! | an input is added, removed, renamed or reordered, or becomes a list or optional | call `.named(…)` with a new name; processes of the old release finish or expire the old joins |
//!
//! Without `.named`, a moved function starts with no joins, and its old joins wait for a process that declares their name.
//! `Sqlite::functions` lists each name, the number of its open joins, and the time when a process last declared it.
//!
//! The path comes from `module_path!()`. So two functions in different blocks of one module share a path, and so do two
//! programs whose crates have the same name: give each one a name. A module that is compiled into two programs has two
//! paths: move it to a library, or give it a name.
//!
#![cfg_attr(
    not(feature = "sqlite"),
    doc = "[`Sqlite`]: https://docs.rs/linked-span/latest/linked_span/fan_in/struct.Sqlite.html"
)]
#![cfg_attr(
    not(feature = "redis"),
    doc = "[`Redis`]: https://docs.rs/linked-span/latest/linked_span/fan_in/struct.Redis.html"
)]
#![cfg_attr(
    not(feature = "postgres"),
    doc = "[`Postgres`]: https://docs.rs/linked-span/latest/linked_span/fan_in/struct.Postgres.html"
)]

mod arrival;
mod arriving;
mod call;
mod catch_unwind;
mod claim;
mod claim_store;
mod context;
mod core;
mod disposition;
#[cfg(feature = "_durable")]
mod durable;
mod expired;
mod expiry;
mod incoming;
mod input;
mod input_enum;
mod join;
mod lease;
mod memory;
mod operated;
mod options;
#[cfg(feature = "postgres")]
mod postgres;
mod received;
#[cfg(feature = "redis")]
mod redis;
mod run_while;
mod sleep;
mod spec;
#[cfg(feature = "sqlite")]
mod sqlite;
mod sweep;
#[cfg(feature = "tokio")]
mod sweep_every;
mod waiting_claims;
mod with_context;
mod within;

pub use self::arrival::{Arrival, ArriveError, ArriveErrorKind, ClosedReason};
pub use self::claim::DueOutcome;
pub use self::core::arriving_input::ArrivingInput;
pub use self::core::change::Change;
pub use self::core::claim::{Claim, Due, Input, Work};
pub use self::core::error::StoreError;
pub use self::core::identity::FanInIdentity;
pub use self::core::listing::{JoinQuery, JoinSummary, ListSummary, Page, Status};
pub use self::core::lists::{Arrived, Counts, ListLimit, Tallies};
pub use self::core::missing::Missing;
pub use self::core::operator::Operator;
pub use self::core::park_counts::ParkCounts;
pub use self::core::response::{ArriveResponse, DueClaims, Rejected, Verdict};
pub use self::core::state::{self, Inputs, JoinPolicy, ParkReason, Settlement, Timestamp, Token};
pub use self::core::store::{BlockingStore, Store, ready};
#[cfg(feature = "_durable")]
#[cfg_attr(
    docsrs,
    doc(cfg(any(feature = "postgres", feature = "redis", feature = "sqlite")))
)]
pub use self::core::stored_function::StoredFunction;
pub use self::disposition::{Disposition, disposition};
pub use self::expired::{Expired, ExpiryFuture, ExpiryOutcome};
pub use self::join::Join;
pub use self::memory::{Memory, NO_LEASE};
pub use self::options::JoinOptions;
#[cfg(feature = "postgres")]
pub use self::postgres::Postgres;
#[cfg(feature = "redis")]
pub use self::redis::Redis;
#[cfg(feature = "sqlite")]
pub use self::sqlite::Sqlite;
pub use self::sweep::SweepReport;
#[cfg(feature = "tokio")]
pub use self::sweep_every::sweep_every;

#[doc(hidden)]
pub use self::call::{call, call_async};
#[doc(hidden)]
pub use self::claim::{ClaimGuard, Ended};
#[doc(hidden)]
pub use self::incoming::{IncomingInput, ListCount};
#[doc(hidden)]
pub use self::input::{
    Cloned, KeyedBatch, StorableInput, cloned, cloned_list, kept, keyed, keyed_batch,
};
#[cfg(feature = "serde")]
#[doc(hidden)]
pub use self::input_enum::{InputVariant, deserialize_input};
#[doc(hidden)]
pub use self::received::{ReceivedInputs, received};
#[doc(hidden)]
pub use self::spec::FanInSpec;
#[doc(hidden)]
pub use self::sweep::Sweeping;
