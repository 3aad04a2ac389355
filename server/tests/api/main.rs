//! The API over real sockets: every route and every frame, happy and refused.
//!
//! What people asked for, and the tests that promise it:
//!
//! 1. Register with e-mail, gender, strong password and valid username, then straight into the
//!    chat; passwords are hashed.
//!    `accounts::somebody_registers_with_email_gender_password_and_username`,
//!    `accounts::a_field_that_breaks_its_rule_is_named`,
//!    `accounts::who_registers_goes_straight_into_the_lobby`,
//!    `accounts::a_password_is_kept_as_its_hash_and_shown_to_nobody`
//! 2. Log in with username and password; log out.
//!    `login::a_login_answers_with_session_user_token_and_cookie`,
//!    `login::an_unknown_name_and_a_wrong_password_are_answered_alike`,
//!    `login::a_logged_out_token_is_dead_at_once`
//! 3. An access token for an hour, refresh for a day, then log in again; what is logged out is dead
//!    at once.
//!    `refresh::an_access_token_is_good_for_an_hour`,
//!    `refresh::a_session_ends_a_day_after_its_login_however_often_it_is_refreshed`,
//!    `refresh::a_replayed_value_ends_the_session_and_its_socket`,
//!    `login::logging_out_closes_the_live_socket_within_a_second`
//! 4. A token to send, to read users, to read history, and on the socket's handshake.
//!    `login::everything_but_the_doors_needs_a_token`,
//!    `tickets::a_ticket_opens_a_socket_or_a_stream_once`
//! 5. Users created openly, and read, changed and deleted with a token.
//!    `users::everybody_is_read_and_what_is_private_only_by_oneself_and_admins`,
//!    `users::people_are_listed_by_name_and_found_by_a_part_of_it`,
//!    `users::one_changes_ones_own_account`,
//!    `deletion::of_a_deleted_person_the_messages_stay_and_the_name_stays_taken`
//! 6. Live delivery to everybody in the room and to both sides of a private conversation; the
//!    sender's own line is known as such.
//!    `delivery::a_message_reaches_everybody_in_the_room_and_nobody_else`,
//!    `delivery::the_sending_socket_hears_the_acceptance_before_the_message`,
//!    `direct::two_have_one_conversation_whoever_asks_for_it`
//! 7. A notice to the others, not to oneself, when somebody comes and goes; the list of people,
//!    updated live.
//!    `presence::an_arrival_is_announced_to_the_others_and_not_to_oneself`,
//!    `presence::a_second_tab_is_not_a_second_arrival`,
//!    `presence::logging_out_is_leaving_at_once`,
//!    `presence::people_and_members_are_shown_with_their_presence`
//! 8. Own and others' messages told apart, sent from one box: the page's business; what it draws
//!    from is `messages::a_message_is_posted_once_however_often_it_is_sent`
//! 9. Users and messages are kept; history on entry, with what happened while away.
//!    `history::history_is_there_for_who_joins_later_and_after_a_restart`,
//!    `resume::who_comes_back_hears_what_was_posted_edited_and_deleted_meanwhile`,
//!    `resume_stress::nothing_is_missed_or_heard_twice_however_often_one_is_cut_off`
//! 10. No session, no chat: the page's business; `page::the_page_answers_for_every_path_of_its_own`
//!     lets it come back to where one was.
//! 11. Write to one person only; several rooms with admins; join by id or name; one room for
//!     everybody; private rooms.
//!     `direct::nobody_else_sees_a_private_conversation`,
//!     `rooms::a_public_room_is_found_and_joined_by_its_id_or_name`,
//!     `room_doors::a_private_room_is_not_there_for_outsiders_on_any_route`,
//!     `rooms::the_lobby_is_neither_deleted_nor_hidden`,
//!     `members::nobody_acts_on_the_owner_and_only_the_owner_on_admins`
//! 12. One tick when the server has it, two when everybody has.
//!     `messages::a_retry_over_another_transport_gets_the_same_message`,
//!     `marks::a_mark_said_over_a_socket_reaches_the_members`,
//!     `marks::a_large_room_hears_its_lowest_marks`
//! 13. Scrolling back without end, liveness from the socket, active conversations and those of the
//!     last hour.
//!     `history::pages_go_both_ways_and_around_a_message`,
//!     `socket_edges::a_ping_is_answered_and_the_server_pings`,
//!     `rooms::ones_rooms_come_newest_activity_first_and_can_be_filtered_by_it`
//! 14. Several people in one browser; a stream that stays open when idle; demo people.
//!     `login::several_people_are_logged_in_beside_each_other`,
//!     `refresh::the_cookie_is_for_its_own_session_and_no_script`,
//!     `sse::an_idle_stream_says_that_it_lives`,
//!     `operator::a_seeded_store_has_people_and_talk_and_is_seeded_once`
//! 15. Changes made by another server process reach the connected people. A SQLite store has one
//!     server, so a second one is kept out:
//!     `operator::a_second_server_on_the_same_data_is_told_in_one_line`

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod accounts;
mod backup;
mod bans;
mod copy;
mod copy_mongodb;
#[path = "../support/database.rs"]
mod database;
mod deletion;
mod delivery;
mod direct;
mod documents;
mod errors;
mod frames;
mod gates;
mod handshake;
mod harness;
mod history;
mod injection;
mod limits;
mod login;
mod logs;
mod marks;
mod members;
mod messages;
mod metrics;
mod names;
mod operator;
mod origins;
mod page;
mod peers;
mod presence;
mod refresh;
mod registration;
mod resume;
mod resume_stress;
mod revocation;
mod room_doors;
mod rooms;
mod rules;
mod shutdown;
mod slow;
mod socket_edges;
mod sse;
mod tickets;
mod tls;
mod typing;
mod users;
mod wire;
