//! The suite of all stores: [`conformance!`](macro@crate::conformance) makes a test of each check.

#![expect(
    clippy::missing_panics_doc,
    reason = "a check that does not hold panics"
)]

pub mod concurrent;
pub mod ends;
pub mod functions;
pub mod holders;
pub mod identity;
pub mod inputs;
pub mod lost_reply;
pub mod missing;
pub mod model;
pub mod operator;
pub mod parked;
pub mod retention;
mod worker;

pub use worker::Worker;

/// Makes a test of each check of the suite.
#[macro_export]
macro_rules! conformance {
    ($fixture:ty: $($module:ident::$check:ident),+ $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $check() {
                $crate::conformance::$module::$check::<$fixture>().await;
            }
        )+
    };
    ($fixture:ty) => {
        $crate::conformance!($fixture:
            ends::sweep_delivers_an_expired_incomplete_join,
            ends::arrival_at_an_expired_join_delivers_it_without_the_input,
            ends::arrival_delivers_another_overdue_join,
            ends::failed_delivery_is_retried_after_the_backoff,
            ends::deadline_passes_without_a_process,
            ends::complete_join_expires_after_an_attempt,
            ends::ended_join_is_remembered_for_the_dedup_window,
            ends::ten_thousand_joins_leave_no_rows,
            functions::store_of_a_second_function_is_rejected,
            holders::settlement_of_another_token_is_rejected,
            holders::released_claim_is_due_at_once_and_no_attempt,
            holders::what_failed_is_run_by_an_arrival_at_once_and_by_a_sweep_after_the_backoff,
            inputs::claim_has_the_inputs_in_declaration_order,
            inputs::duplicate_input_keeps_the_first,
            inputs::key_of_any_text_is_stored,
            inputs::large_input_is_stored_unchanged,
            inputs::twelve_inputs,
            lost_reply::repeated_arrival_returns_the_same_claim,
            lost_reply::repeated_success_is_recorded_once,
            lost_reply::repeated_delivery_is_recorded_once,
            operator::list_shows_each_state,
            operator::list_orders_pages_by_the_keys_bytes,
            operator::forgotten_join_opens_again,
            parked::join_is_parked_after_its_last_attempt,
            parked::parked_join_waits_for_an_operator,
            retention::retention_removes_only_what_has_ended,
            concurrent::many_workers_record_one_success_per_key,
            concurrent::concurrent_sweeps_claim_each_join_once,
            model::random_steps_match_the_state_machine,
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
            holders::arrival_after_the_lease_claims_the_join,
            holders::sweep_after_the_lease_claims_the_join_past_its_deadline,
            holders::arrival_delivers_another_join_whose_worker_died,
            holders::join_released_past_its_deadline_is_found_at_once,
            holders::renewal_extends_the_lease,
            holders::stale_token_is_rejected_by_every_settlement,
            holders::busy_arrival_returns_the_rest_of_the_lease,
            holders::claim_with_a_short_lease_is_returned_once,
            missing::join_whose_payload_is_missing_is_parked,
            missing::parked_join_says_which_input_cannot_be_read,
            parked::join_whose_last_attempt_died_is_parked,
            parked::undecodable_join_is_parked_and_blocks_no_other,
        );
    };
}
