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

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser};
    use uuid::Uuid;

    use super::*;
    use crate::limits::{ByAddress, ByPerson, Limits};

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        rates: Rates,
    }

    #[test]
    fn the_operators_page_has_the_defaults() {
        let page = include_str!("../../../docs/operating.md");
        let command = Command::command();
        let mut found = 0;
        for argument in command.get_arguments() {
            let (Some(env), Some(long)) = (argument.get_env(), argument.get_long()) else {
                continue;
            };
            let (env, default) = (env.to_string_lossy(), &argument.get_default_values()[0]);
            let row = format!("| `{env}` | `--{long}` | `{}` |", default.to_string_lossy());
            assert!(page.contains(&row), "docs/operating.md has no row {row}");
            found += 1;
        }
        assert_eq!(found, 10);
    }

    #[test]
    fn each_default_trips_at_its_number() {
        let rates = Command::parse_from(["parlor"]).rates;
        let passes = |check: &dyn Fn(&Limits) -> bool| {
            let limits = Limits::new(Some(&rates));
            (0..5_000).take_while(|_| check(&limits)).count()
        };
        let address = "192.0.2.1".parse().unwrap();
        let user = shared::UserId::from_uuid(Uuid::from_u128(1));
        let by_address =
            |action| passes(&|limits: &Limits| limits.check_address(action, address).is_ok());
        let by_person =
            |action| passes(&|limits: &Limits| limits.check_person(action, user).is_ok());
        for (passed, number) in [
            (by_address(ByAddress::LogIn), 60),
            (by_address(ByAddress::Register), 30),
            (by_address(ByAddress::CheckPassword), 60),
            (by_address(ByAddress::Refresh), 300),
            (by_person(ByPerson::Request), 1_000),
            (by_person(ByPerson::Message), 300),
            (by_person(ByPerson::Ticket), 60),
            (by_person(ByPerson::Typing), 30),
            (by_person(ByPerson::ChangePassword), 10),
        ] {
            // Some come back while a busy machine counts to a thousand.
            assert!(
                (number..=number + 50).contains(&passed),
                "{passed} of {number}"
            );
        }
    }
}
