//! The store contract: every sentence of the traits' docs has a case here, and every case runs on
//! every backend. What only the embedded store promises is in `files`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, and one of them is a program that prints"
)]

mod accounts;
mod activity;
mod archive;
mod bans;
mod cast;
mod copies;
#[path = "../support/database.rs"]
mod database;
mod direct;
mod feed;
mod files;
mod hot_room;
mod invitations;
mod log;
mod logins;
mod marks;
mod members;
mod mine;
mod pages;
mod plans;
mod profiles;
mod rooms;
mod settings;
mod upgrades;

use cast::TestStore;

/// Runs every case on one backend. The only list there is, so that no backend can miss one.
macro_rules! every_case {
    ($backend:ident, $open:expr) => {
        every_case! { $backend, $open,
            accounts {
                an_account_is_kept_as_it_was_made,
                an_absent_account_is_none,
                registering_puts_one_into_the_lobby,
                usernames_are_unique,
                the_username_of_a_deleted_account_stays_taken,
                email_addresses_are_unique_ignoring_case,
                a_taken_username_is_told_before_a_taken_address,
                a_refused_account_leaves_nothing,
                of_concurrent_accounts_with_one_name_one_is_made,
                of_concurrent_accounts_with_one_address_one_is_made,
                many_accounts_are_found_at_once,
                accounts_are_listed_by_username_page_by_page,
                deleted_accounts_are_not_listed,
                accounts_are_searched_by_plain_text,
                names_that_look_alike_are_one,
                a_hash_is_replaced_where_it_is_the_old_one,
            }
            invitations {
                an_invitation_lets_so_many_register,
                an_invitation_that_ran_out_or_was_taken_back_is_none,
                a_refused_account_uses_up_no_invitation,
                of_concurrent_accounts_with_one_invitation_one_is_made,
                invitations_are_listed_newest_first,
            }
            profiles {
                an_update_changes_what_it_names_and_nothing_else,
                an_update_takes_no_address_of_another,
                only_a_live_account_can_be_changed,
                a_new_password_ends_the_other_sessions,
                a_deleted_account_keeps_its_name_and_nothing_else,
                the_address_of_a_deleted_account_is_free,
                a_deleted_account_leaves_rooms_but_not_private_conversations,
                last_seen_only_moves_forward,
            }
            logins {
                a_login_is_kept_as_it_was_made,
                only_a_live_account_can_log_in,
                an_expired_login_counts_as_ended,
                logins_are_listed_by_last_use_then_id,
                the_current_refresh_value_rotates,
                the_value_just_replaced_is_repeated_within_the_grace,
                a_replay_after_the_grace_ends_the_session,
                a_value_replaced_earlier_is_a_replay_even_within_the_grace,
                a_value_it_never_had_changes_nothing,
                of_concurrent_rotations_one_rotates_and_the_others_repeat,
                many_logins_are_found_at_once_in_the_order_asked,
                people_who_come_are_read_with_their_logins_and_rooms,
                ending_a_session_twice_ends_it_once,
                nobody_ends_the_session_of_another,
                all_sessions_but_one_end,
                a_ticket_is_taken_once,
                of_concurrent_takers_one_gets_the_ticket,
                a_late_ticket_is_worth_nothing,
                what_expired_is_thrown_away_silently,
            }
            rooms {
                a_new_store_has_a_public_lobby_without_owner,
                the_lobby_is_never_deleted,
                a_room_is_kept_as_it_was_made,
                empty_texts_are_none,
                room_names_are_unique_among_public_rooms,
                of_concurrent_public_rooms_with_one_name_one_is_made,
                only_a_live_account_owns_a_room,
                nobody_is_in_more_rooms_than_one_may_be,
                access_tells_the_room_and_what_one_is_to_it,
                only_public_rooms_are_found_by_name,
                joinable_are_public_rooms_one_is_neither_in_nor_banned_from,
                joinable_rooms_are_searched_by_plain_text,
            }
            settings {
                an_update_changes_the_settings_it_names,
                a_room_takes_no_name_of_another_public_room,
                only_a_room_with_a_name_is_changed_or_deleted,
                a_deleted_room_is_gone_with_everything_in_it,
            }
            direct {
                a_private_conversation_has_two_plain_members,
                two_people_have_one_conversation_whoever_asks,
                concurrent_calls_get_the_same_conversation,
                a_conversation_needs_two_live_people_to_begin,
                a_conversation_with_a_deleted_account_stays,
            }
            members {
                who_joins_begins_at_the_head,
                joining_twice_changes_nothing,
                only_a_live_account_joins_a_room_with_a_name,
                who_leaves_is_gone,
                only_who_is_below_is_removed,
                nobody_leaves_a_private_conversation,
                the_oldest_admin_follows_an_owner_who_leaves,
                without_an_admin_the_oldest_member_follows,
                an_empty_room_is_deleted,
                roles_go_between_member_and_admin,
                members_are_listed_by_username_page_by_page,
                members_are_listed_among_or_except_some,
                one_member_is_found_with_their_account,
            }
            bans {
                who_is_banned_is_out_and_cannot_join,
                an_outsider_can_be_banned_ahead,
                banning_again_changes_nothing,
                who_is_not_below_is_neither_banned_nor_removed,
                a_ban_needs_a_room_with_a_name_and_an_account,
                a_lifted_ban_lets_one_join_again,
                bans_are_listed_newest_first_then_by_id,
            }
            mine {
                my_rooms_come_newest_activity_first,
                my_rooms_are_those_one_is_in,
                active_rooms_have_a_message_since_that_very_millisecond,
                a_room_of_mine_tells_its_last_message,
                unread_are_live_messages_by_others_above_the_mark,
                unread_is_counted_no_further_than_shown,
                only_large_rooms_of_mine_have_ticks,
                room_heads_are_the_counters,
                the_rooms_of_many_people_are_found_at_once,
                many_places_are_looked_up_at_once_in_the_order_asked,
            }
            marks {
                marks_never_go_back,
                reading_is_having_got,
                marks_are_cut_to_the_head,
                many_marks_are_answered_in_the_order_asked,
                only_marks_that_moved_are_announced,
                ticks_are_the_lowest_marks,
                of_equal_marks_the_smallest_id_is_named,
                alone_there_are_no_ticks,
            }
            log {
                a_message_is_kept_as_written,
                numbers_begin_at_one_in_each_room,
                of_two_posts_in_a_row_the_first_comes_first,
                a_post_that_nobody_waits_for_is_kept,
                only_members_post,
                posting_again_answers_with_the_message_as_it_is,
                of_concurrent_posts_with_one_client_id_one_is_made,
                a_client_id_is_good_for_one_room_and_one_author,
                a_reply_names_a_message_of_the_room,
                what_a_post_is_refused_for_comes_in_order,
                an_edit_takes_the_next_number,
                a_deleted_message_leaves_a_tombstone,
                saying_the_same_and_deleting_twice_take_no_number,
                a_tombstone_cannot_be_edited,
                a_message_is_found_in_its_room_only,
                failures_leave_no_hole,
                numbers_are_dense_whoever_writes_at_once,
            }
            pages {
                a_page_of_an_empty_room_is_empty,
                the_end_is_the_newest_oldest_first,
                before_is_the_newest_below,
                after_is_the_oldest_above,
                around_has_half_below_itself_and_half_above,
                a_page_may_lie_at_a_seq_that_does_not_exist,
                pages_hold_tombstones_and_the_order_of_seq,
                only_members_read,
                a_deleted_room_has_no_pages,
                changes_come_by_rev_in_their_current_state,
                a_page_and_its_head_are_one_snapshot,
            }
            archive {
                records_come_by_key_page_by_page,
                an_archive_of_a_new_store_is_its_lobby,
                an_archive_has_what_no_other_answer_tells,
            }
            copies {
                a_copy_is_equal_in_everything,
                a_copy_goes_on_where_the_store_was,
                a_copy_is_a_store_only_when_it_is_whole,
                a_copy_goes_into_an_empty_store_only,
                a_copy_that_differs_is_given_up,
                a_copy_of_many_pages_is_whole,
            }
            feed {
                messages_and_their_changes_are_fed,
                what_changed_nothing_is_not_fed,
                what_was_refused_is_not_fed,
                rooms_and_members_are_fed,
                a_deleted_room_is_fed_once,
                both_people_of_a_private_conversation_are_fed,
                a_ban_is_fed_as_leaving,
                sessions_that_end_early_are_fed,
                a_deleted_account_is_fed_as_leaving_its_rooms,
                a_changed_account_is_fed_in_its_new_state,
                the_feed_has_every_change_in_commit_order,
                after_close_everything_is_unavailable,
                closing_finishes_what_was_accepted,
            }
            activity {
                what_was_answered_is_counted,
                pages_of_changes_are_counted_as_they_are_read,
            }
        }
    };
    ($backend:ident, $open:expr, $($trait:ident { $($case:ident,)* })*) => {
        mod $backend {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    crate::run($open, crate::$trait::$case).await;
                }
            )*)*
        }
    };
}

every_case!(sqlite_memory, crate::TestStore::in_memory());
every_case!(sqlite_file, crate::TestStore::in_file());
every_case!(mongodb_replica_set, crate::TestStore::on_replica_set());
every_case!(mongodb_standalone, crate::TestStore::on_standalone());

async fn run(open: impl Future<Output = TestStore>, case: impl AsyncFnOnce(&TestStore)) {
    let store = open.await;
    case(&store).await;
    store.end().await;
}
