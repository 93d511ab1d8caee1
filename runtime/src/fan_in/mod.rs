//! Joins: what runs once all its inputs have come.
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
//! let fulfill = FulfillOrder::in_memory(Duration::from_secs(600)); // how long a half may wait
//! assert_eq!(disposition(&fulfill.payment(payment)), Disposition::Defer);           // the other half is still missing
//! assert_eq!(disposition(&fulfill.inventory(inventory)), Disposition::Ack);        // it has run, in a span linked to both
//! ```
//!
//! [`#[fan_in]`](macro@crate::fan_in) declares the function and the type of its joins. What arrives at a join comes back
//! as an [`Arrival`]; [`disposition`] says what that means for a broker. A join whose time is over is handed to `on_expired` as an
//! [`Expired`].
//!
//! # What is promised
//!
//! The body runs at least once for every join that completes before its timeout, and at most one success is recorded
//! within the dedup window. A body that fails, panics, or is cancelled leaves every input in place, and is run again by
//! the next delivery, or by a sweep.
//!
//! A claim is an attempt once its body begins. A worker renews the claim it works on every third of a lease, and each call
//! of a renewal may take a third of a lease. It renews, checks or releases those that wait. A call that is dropped, or whose
//! reply is lost, has its claims released in the background.
//!
//! # How long a call may take
//!
//! | call | bound |
//! | --- | --- |
//! | a call of a durable store, its retries included | the store's `call_timeout`, 10 s by default |
//! | an arrival that waits for others | one call of the store |
//! | an arrival that runs the function | an arrival, the function, and one call that records its success |
//! | an arrival that finds another join expired, and does not run the function | an arrival, [`JoinOptions::on_expired_timeout`], and one call |
//! | a sweep | what its functions and `on_expired` take, and a few calls for each join |
//!
//! # Where joins are kept
//!
//! | store | feature | who shares its joins |
//! | --- | --- | --- |
//! | [`Memory`] | | one process, with which they die |
//! | [`Sqlite`] | `sqlite` | the processes of one host |
//! | [`Redis`] | `redis` | all that reach the server |
//! | [`Postgres`] | `postgres` | all that reach the server |
//!
//! With [`Memory`], acknowledge an event only once its join has settled, as [`disposition`] says: then the broker delivers again
//! what died with a process. Whoever cannot have that, or has outgrown one process, takes another store and changes one
//! line:
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
//! # Whose joins they are
//!
//! A durable store keeps joins under the path of their type, `shop::orders::FulfillOrder`, with the names and the types of
//! the function's inputs. It refuses a function whose inputs differ from the stored ones. Three changes to a program need
//! a word about joins that are still open:
//!
//! | change | what to write |
//! | --- | --- |
//! | the function moves to another module or crate, or gets another name | `.named("shop::orders::FulfillOrder")` on the store: the old path |
//! | the type of an input changes, and the stored JSON can be read as the new type (`T` to `Option<T>`) | `.named(…)` with the path itself: under a name of yours, types are not compared |
//! | an input is added, removed, renamed or moved | `.named(…)` with a new name; the old joins end, or expire, in processes of the old release |
//!
//! Without it a moved function begins with no joins, and the old ones wait for a process that declares their name. `Sqlite::functions`
//! lists each name, how many joins are open under it, and when a process last declared it.
//!
//! The path is `module_path!()` of the function, so functions in two blocks of one module have the same, and so have two
//! programs whose crates have one name. Give each a name. A module that two programs compile has two paths: put it into a
//! library, or name the joins.
//!
//! Beyond the process inputs are JSON, and so have to be serializable, and the function is an `async fn`. Over another
//! database implement [`Store`].
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

mod apart;
mod arrival;
mod arriving;
mod call;
mod catch_unwind;
mod claim;
mod core;
mod disposition;
#[cfg(feature = "_durable")]
mod durable;
mod expiry;
mod input;
mod join;
mod memory;
mod one_of;
mod options;
#[cfg(feature = "postgres")]
mod postgres;
mod received;
#[cfg(feature = "redis")]
mod redis;
mod run_while;
mod spec;
#[cfg(feature = "sqlite")]
mod sqlite;
mod sweep;
#[cfg(feature = "tokio")]
mod sweep_every;
mod unbegun;
mod within;

pub use self::arrival::{Arrival, ArriveError, ArriveErrorKind, ClosedReason};
pub use self::claim::DueOutcome;
pub use self::core::identity::FanInIdentity;
pub use self::core::listing::{JoinQuery, JoinSummary, Page, Status};
pub use self::core::missing::Missing;
pub use self::core::state::{self, Inputs, JoinPolicy, Moment, ParkReason, Settlement, Token};
pub use self::core::store::{
    ArriveResponse, BlockingStore, Claim, Due, Input, Rejected, Store, StoreError, Verdict, Work,
    ready,
};
#[cfg(feature = "_durable")]
pub use self::core::stored_function::StoredFunction;
pub use self::disposition::{Disposition, disposition};
pub use self::expiry::{Expired, ExpiryOutcome};
pub use self::join::Join;
pub use self::memory::{Memory, NO_LEASE};
pub use self::one_of::{
    OneOf2, OneOf3, OneOf4, OneOf5, OneOf6, OneOf7, OneOf8, OneOf9, OneOf10, OneOf11, OneOf12,
};
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
pub use self::input::{Cloned, StorableInput, cloned, kept, keyed};
#[doc(hidden)]
pub use self::one_of::Nth;
#[doc(hidden)]
pub use self::received::ReceivedInputs;
#[doc(hidden)]
pub use self::spec::FanInSpec;
#[doc(hidden)]
pub use self::sweep::Sweeping;
