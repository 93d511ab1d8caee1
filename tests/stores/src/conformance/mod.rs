//! What stores keep beyond `linked_span::testing::conformance`: processes, declarations, threads, and payloads that do not
//! decode. [`conformance!`](macro@crate::conformance) makes a test of each check.

#![expect(
    clippy::missing_panics_doc,
    reason = "a check that does not hold panics"
)]

pub mod concurrent;
pub mod ends;
pub mod functions;
pub mod holders;
pub mod identity;
pub mod missing;
pub mod parked;
pub mod rules;
mod worker;

pub use worker::Worker;

/// Makes a test of each check of the suite.
#[macro_export]
macro_rules! conformance {
    ($fixture:ty: $($(#[$attribute:meta])* $module:ident::$check:ident),+ $(,)?) => {
        $(
            $(#[$attribute])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $check() {
                $crate::conformance::$module::$check::<$fixture>().await;
            }
        )+
    };
    ($fixture:ty) => {
        $crate::conformance!($fixture:
            ends::arrival_delivers_another_overdue_join,
            ends::deadline_passes_without_a_process,
            ends::thousand_joins_leave_no_rows,
            functions::store_of_a_second_function_is_rejected,
            concurrent::many_workers_record_one_success_per_key,
            concurrent::concurrent_sweeps_claim_each_join_once,
        );
    };
}

/// Makes a test of each check for stores with leases, which decode stored inputs.
#[macro_export]
macro_rules! durable_conformance {
    ($fixture:ty) => {
        $crate::conformance!($fixture:
            ends::arrival_removes_joins_after_the_dedup_window,
            ends::arrival_with_any_reply_delivers_another_overdue_join,
            functions::functions_in_one_database_have_separate_joins,
            identity::function_of_the_same_name_in_another_module_has_other_joins,
            identity::other_inputs_under_the_same_path_are_refused,
            identity::other_types_are_refused_until_the_user_names_the_joins,
            identity::name_of_the_users_does_not_allow_other_inputs,
            identity::lost_declaration_is_written_again_by_a_running_process,
            identity::running_process_is_refused_where_another_declaration_replaced_its_own,
            holders::arrival_delivers_another_join_whose_worker_died,
            holders::join_released_past_its_deadline_is_found_at_once,
            holders::claim_with_a_short_lease_is_returned_once,
            rules::store_keeps_the_rules_of_joins,
            missing::join_whose_payload_is_missing_is_parked,
            missing::parked_join_says_which_input_cannot_be_read,
            parked::join_whose_last_attempt_died_is_parked,
            parked::undecodable_join_is_parked_and_blocks_no_other,
        );
    };
}
