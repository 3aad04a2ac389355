//! How often what may be done: one setting each.

use clap::Args;

use crate::limits::Rate;

/// The limits. `60/2s` is 60 at once, then one more each 2 s; `off` lifts a limit.
///
/// By address (an IPv6 address counts with its /64) what needs no login, by person all else. No
/// limit on log-ins by name: it would let anybody lock anybody out.
#[derive(Debug, Clone, Copy, Args)]
pub struct Rates {
    /// Log-ins from one address: a school logs in at eight o'clock behind one
    #[arg(
        long,
        env = "PARLOR_LIMIT_LOGINS",
        default_value = "60/2s",
        value_name = "N/TIME"
    )]
    pub limit_logins: Rate,

    /// Registrations from one address
    #[arg(
        long,
        env = "PARLOR_LIMIT_REGISTRATIONS",
        default_value = "30/10s",
        value_name = "N/TIME"
    )]
    pub limit_registrations: Rate,

    /// Password checks from one address: the page asks at every pause in typing
    #[arg(
        long,
        env = "PARLOR_LIMIT_PASSWORD_CHECKS",
        default_value = "60/500ms",
        value_name = "N/TIME"
    )]
    pub limit_password_checks: Rate,

    /// Refreshes of sessions from one address
    #[arg(
        long,
        env = "PARLOR_LIMIT_REFRESHES",
        default_value = "300/100ms",
        value_name = "N/TIME"
    )]
    pub limit_refreshes: Rate,

    /// REST calls and connections of one person
    #[arg(
        long,
        env = "PARLOR_LIMIT_REQUESTS",
        default_value = "1000/10ms",
        value_name = "N/TIME"
    )]
    pub limit_requests: Rate,

    /// Messages of one person, over any transport: who was offline sends many at once
    #[arg(
        long,
        env = "PARLOR_LIMIT_MESSAGES",
        default_value = "300/50ms",
        value_name = "N/TIME"
    )]
    pub limit_messages: Rate,

    /// Tickets of one person
    #[arg(
        long,
        env = "PARLOR_LIMIT_TICKETS",
        default_value = "60/1s",
        value_name = "N/TIME"
    )]
    pub limit_tickets: Rate,

    /// Typing notices of one person
    #[arg(
        long,
        env = "PARLOR_LIMIT_TYPING",
        default_value = "30/500ms",
        value_name = "N/TIME"
    )]
    pub limit_typing: Rate,

    /// Password changes of one person: whoever has a session may guess the password
    #[arg(
        long,
        env = "PARLOR_LIMIT_PASSWORD_CHANGES",
        default_value = "10/30s",
        value_name = "N/TIME"
    )]
    pub limit_password_changes: Rate,

    /// Frames of one connection; beyond it is closed with 4029
    #[arg(
        long,
        env = "PARLOR_LIMIT_FRAMES",
        default_value = "1000/5ms",
        value_name = "N/TIME"
    )]
    pub limit_frames: Rate,
}

impl Rates {
    /// Without any limit.
    pub const OFF: Self = Self {
        limit_logins: Rate::Off,
        limit_registrations: Rate::Off,
        limit_password_checks: Rate::Off,
        limit_refreshes: Rate::Off,
        limit_requests: Rate::Off,
        limit_messages: Rate::Off,
        limit_tickets: Rate::Off,
        limit_typing: Rate::Off,
        limit_password_changes: Rate::Off,
        limit_frames: Rate::Off,
    };
}
