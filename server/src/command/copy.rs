//! `parlor copy`.

use clap::Args;

use super::{CommandError, progress::Reporter, say};
use crate::store::{self, Kind, StoreUrl, Verified};

const COPY_HELP: &str = "\
Everything is copied but tickets: accounts, logins, rooms, members with their marks, bans, and every \
message with its numbers, and then compared record by record. The epoch is the same and so are the \
logs, so clients go on where they were; serve the one or the other from now on, never both. The \
secret that signs access tokens (in the data directory, or in MongoDB) is not copied: clients renew \
theirs and stay logged in.

No server may have either store open meanwhile. The target must be new, or a store in which nobody \
ever was. Until the end it is marked as unfinished and cannot be served; cut short, run the command \
again.

Examples:
  parlor copy --from sqlite:parlor-data/parlor.db --to mongodb://db.example.org/parlor
  parlor copy --from mongodb://db.example.org/parlor --to sqlite:new.db

Arguments can be seen by everybody on the machine: give an address with a password by the variable.";

#[derive(Debug, Args)]
#[command(after_help = COPY_HELP)]
pub(super) struct Copy {
    /// The store to copy
    #[arg(
        long,
        env = "PARLOR_COPY_FROM",
        hide_env_values = true,
        value_name = "URL"
    )]
    from: StoreUrl,
    /// Where to
    #[arg(
        long,
        env = "PARLOR_COPY_TO",
        hide_env_values = true,
        value_name = "URL"
    )]
    to: StoreUrl,
}

pub(super) async fn run(copy: &Copy) -> Result<(), CommandError> {
    let mut reporter = Reporter::default();
    let told = |progress| reporter.tell(progress);
    let Verified { counts, log_digest } = store::copy(&copy.from, &copy.to, told).await?;
    let counts: Vec<_> = counts
        .iter()
        .map(|(kind, count)| counted(*kind, *count))
        .collect();
    say(&format!("copied and compared {}", counts.join(", ")))?;
    say(&format!("sha256 of all logs: {log_digest}"))
}

fn counted(kind: Kind, count: u64) -> String {
    format!("{count} {}", kind.name())
}
