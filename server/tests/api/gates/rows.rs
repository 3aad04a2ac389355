//! What is expected, one row for each route and frame. Without a row, nothing is assumed: the
//! matrix fails.

use shared::ErrorCode::{self, Forbidden};

/// Who may try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// Anybody.
    Open,
    /// Who has the session's refresh cookie.
    Cookie,
    /// Who is signed in. It is about no room.
    Person,
    /// Who is signed in; a room that they cannot see is not there. In a public room, what becomes
    /// of the outsider's, the former member's and the banned person's try.
    Room([Result<(), ErrorCode>; RIGHTS]),
    /// Who is signed in, by token or ticket.
    Upgrade,
}

/// Outsider, former member, banned.
pub const RIGHTS: usize = 3;

const MEMBERS_ONLY: Gate = Gate::Room([Err(Forbidden); RIGHTS]);

#[rustfmt::skip]
pub const ROUTES: [(&str, Gate); 47] = [
    ("users_register", Gate::Open),
    ("users_check_password", Gate::Open),
    ("users_list", Gate::Person),
    ("users_read", Gate::Person),
    ("users_update", Gate::Person),
    ("users_change_password", Gate::Person),
    ("users_delete_user", Gate::Person),

    ("invitations_registration", Gate::Open),
    ("invitations_invite", Gate::Person),
    ("invitations_list", Gate::Person),
    ("invitations_take_back", Gate::Person),

    ("sessions_log_in", Gate::Open),
    ("sessions_refresh", Gate::Cookie),
    ("sessions_list", Gate::Person),
    ("sessions_log_out", Gate::Person),
    ("sessions_log_out_everywhere", Gate::Person),
    ("sessions_make_ticket", Gate::Person),

    ("rooms_create", Gate::Person),
    ("rooms_list", Gate::Person),
    ("rooms_direct", Gate::Person),
    // Its settings anybody signed in may read.
    ("rooms_read", Gate::Room([Ok(()), Ok(()), Ok(())])),
    ("rooms_update", MEMBERS_ONLY),
    ("rooms_delete_room", MEMBERS_ONLY),

    ("members_list", MEMBERS_ONLY),
    // Anybody may join who is not banned.
    ("members_add", Gate::Room([Ok(()), Ok(()), Err(Forbidden)])),
    ("members_set_role", MEMBERS_ONLY),
    ("members_remove", MEMBERS_ONLY),
    ("members_bans", MEMBERS_ONLY),
    ("members_ban", MEMBERS_ONLY),
    ("members_unban", MEMBERS_ONLY),

    ("messages_page", MEMBERS_ONLY),
    ("messages_post_message", MEMBERS_ONLY),
    ("messages_read", MEMBERS_ONLY),
    ("messages_edit", MEMBERS_ONLY),
    ("messages_delete_message", MEMBERS_ONLY),
    ("messages_changes", MEMBERS_ONLY),
    ("messages_marks", MEMBERS_ONLY),

    ("live_socket", Gate::Upgrade),
    ("live_events", Gate::Upgrade),

    ("probes_health", Gate::Open),
    ("probes_ready", Gate::Open),
    ("metrics_metrics", Gate::Open),
    ("documents_openapi_json", Gate::Open),
    ("documents_asyncapi_json", Gate::Open),
    ("documents_frames_json", Gate::Open),
    ("documents_viewer", Gate::Open),
    ("documents_viewer_file", Gate::Open),
];

/// The row of a route.
pub fn gate(id: &str) -> Gate {
    let row = ROUTES.iter().find(|(of, _)| *of == id);
    row.unwrap_or_else(|| panic!("{id} has no row in server/tests/api/gates/rows.rs"))
        .1
}

/// What a frame is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The connection or its person.
    Oneself,
    /// A room, and it is refused by `error` who is not in it.
    Room,
    /// Rooms, and each that one is not in is answered by `reset` with reason `gone`.
    Cursors,
}

pub const FRAMES: [(&str, Reach); 7] = [
    ("resume", Reach::Cursors),
    ("send_message", Reach::Room),
    ("mark", Reach::Room),
    ("typing", Reach::Room),
    ("set_presence", Reach::Oneself),
    ("renew", Reach::Oneself),
    ("ping", Reach::Oneself),
];
