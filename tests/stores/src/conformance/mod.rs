//! The suite: [`conformance!`](macro@crate::conformance) makes a test of each.

#![expect(
    clippy::missing_panics_doc,
    reason = "a check that does not hold panics"
)]

pub mod ends;
pub mod functions;
pub mod holders;
pub mod identity;
pub mod inputs;
pub mod lost;
pub mod missing;
pub mod model;
pub mod operator;
pub mod parked;
pub mod retention;
pub mod together;
mod worker;

pub use worker::Worker;

/// Every check of the suite, as a test of a store.
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
            ends::an_incomplete_join_expires_and_is_handed_over_by_a_sweep,
            ends::an_arrival_hands_over_its_own_expired_join_without_itself,
            ends::an_arrival_hands_over_another_in_passing,
            ends::a_hand_over_that_failed_rests_and_is_made_again,
            ends::deadlines_pass_while_no_process_lives,
            ends::a_complete_join_expires_once_it_was_tried,
            ends::what_has_ended_is_told_and_then_forgotten,
            ends::ten_thousand_joins_leave_nothing_behind,
            functions::a_store_serves_one_function,
            holders::a_settlement_is_the_holders_alone,
            holders::what_was_not_begun_is_due_at_once_and_no_attempt,
            holders::what_failed_is_run_by_an_arrival_at_once_and_by_a_sweep_after_the_backoff,
            inputs::all_that_came_is_handed_out_in_the_order_of_the_declaration,
            inputs::the_first_of_an_input_is_kept,
            inputs::any_key_will_do,
            inputs::a_large_input_is_kept_as_it_is,
            inputs::twelve_inputs,
            lost::an_arrival_that_is_made_again_claims_the_same,
            lost::a_success_that_is_told_again_is_recorded_as_before,
            lost::a_hand_over_that_is_told_again_is_recorded_as_before,
            operator::joins_are_seen_as_they_are,
            operator::pages_are_in_the_order_of_the_keys_bytes,
            operator::what_is_forgotten_begins_anew,
            parked::a_join_is_parked_after_its_last_attempt,
            parked::what_is_parked_waits_for_an_operator,
            retention::retention_removes_only_what_has_ended,
            together::many_workers_record_one_success_a_key,
            together::a_sweep_gives_each_join_to_one,
            model::does_what_the_state_machine_says,
        );
    };
}

/// The checks that are of those stores only whose claims run out, and that decode what they keep.
#[macro_export]
macro_rules! durable_conformance {
    ($fixture:ty) => {
        $crate::conformance!($fixture:
            ends::an_arrival_forgets_what_was_remembered_long_enough,
            ends::whatever_an_arrival_is_it_hands_over_another_in_passing,
            functions::functions_in_one_place_do_not_meet,
            identity::function_of_the_same_name_in_another_module_has_other_joins,
            identity::other_inputs_under_the_same_path_are_refused,
            identity::other_types_are_refused_until_the_user_names_the_joins,
            identity::name_of_the_users_does_not_allow_other_inputs,
            identity::lost_declaration_is_written_again_by_a_running_process,
            identity::running_process_is_refused_where_another_declaration_replaced_its_own,
            holders::a_lease_that_is_over_passes_the_join_to_an_arrival,
            holders::a_lease_that_is_over_passes_the_join_to_a_sweep_even_past_its_deadline,
            holders::whoever_passes_by_hands_over_what_nobody_runs_any_more,
            holders::what_is_let_go_of_past_its_deadline_is_found_by_whoever_comes_next,
            holders::a_renewal_keeps_the_claim,
            holders::a_stale_token_is_refused_on_every_way_out,
            holders::who_waits_for_another_is_told_how_long,
            holders::a_claim_is_handed_out_once_however_short_its_lease,
            missing::join_whose_payload_is_missing_is_parked,
            missing::parked_join_says_which_input_cannot_be_read,
            parked::a_last_body_that_died_is_parked_by_whoever_finds_it,
            parked::what_cannot_be_decoded_is_parked_and_is_in_nobodys_way,
        );
    };
}
