//! The numbers that both sides keep to, each with its reason where it has one.

/// Largest JSON request body and largest inbound WebSocket message, in bytes.
///
/// A 16 KiB inbound frame makes a connection keep about 67 KiB of buffers for life; history and
/// snapshots go over HTTP, so nothing needs more.
pub const MAX_JSON_BYTES: usize = 16 * 1024;

/// Most messages in one page of history or changes.
pub const MAX_PAGE: u32 = 100;
/// Messages in a page when the request names no limit.
pub const DEFAULT_PAGE: u32 = 50;

/// Most rooms in one `resume` frame; it may be repeated.
pub const MAX_RESUME_ROOMS: usize = 200;
/// Above this many changes in a room the server answers `resume` with `behind`.
pub const MAX_RESUME_CHANGES: u32 = 1_000;

/// Unread is counted up to here; a client shows "999+".
pub const MAX_UNREAD: u32 = 1_000;

/// Rooms with more members than this get `ticks_changed` in place of `marks_changed`.
pub const MAX_MARKED_MEMBERS: u32 = 32;

/// Most people in `ready.online`; beyond it the field is absent.
pub const MAX_READY_ONLINE: usize = 500;

/// Rooms one person may be in, private conversations not counted.
pub const MAX_ROOMS_PER_USER: u32 = 500;

/// How long an access token is good for.
pub const ACCESS_TOKEN_MS: i64 = 60 * 60 * 1_000;
/// How long a session lives from its login, however often it is refreshed.
pub const SESSION_MS: i64 = 24 * 60 * 60 * 1_000;
/// How long a refresh value that was just replaced still gets the same new value again.
pub const REFRESH_GRACE_MS: i64 = 10_000;
/// How long a ticket is good for.
pub const TICKET_MS: i64 = 30_000;

/// Most people who may register with one invitation.
pub const MAX_INVITATION_USES: u32 = 1_000;
/// Longest life of an invitation: a year.
pub const MAX_INVITATION_MS: i64 = 365 * 24 * 60 * 60 * 1_000;

/// The server pings every so often; a client that saw nothing for so long sends `ping`.
pub const HEARTBEAT_MS: u32 = 25_000;
/// A client whose `ping` stays unanswered for so long reconnects.
pub const PONG_TIMEOUT_MS: u32 = 5_000;
/// A socket that said nothing for so long is closed and its person offline at once.
pub const SILENCE_MS: u64 = 60_000;
/// A person whose last socket closed is offline after so long: a blip announces nothing.
pub const PRESENCE_GRACE_MS: u64 = 5_000;
/// A client that saw no input for so long says `away`.
pub const AWAY_AFTER_MS: u32 = 5 * 60 * 1_000;
/// A typing notice is shown for so long, or until the message comes.
pub const TYPING_SHOWN_MS: u32 = 5_000;
/// A client says `typing` at most once in so long per room.
pub const TYPING_EVERY_MS: u32 = 3_000;
