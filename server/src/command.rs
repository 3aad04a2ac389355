//! `parlor` and its commands.

mod backup;
mod copy;
mod progress;
mod seed;
mod serve;
mod user;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use tracing_subscriber::filter::LevelFilter;

use crate::{
    app::StartError,
    config::{Place, ServeConfig},
    http::Page,
    logging,
    store::MoveError,
};

/// Parlor: a chat for your family, class or company, in one command.
///
/// Start it with `parlor serve`, open the address it prints, register, and talk. Everything it
/// keeps lies in one directory; every flag can also be set by the variable beside it.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// How much is logged, on standard error
    #[arg(
        long,
        global = true,
        env = "PARLOR_LOG",
        default_value = "info",
        value_name = "off|error|warn|info|debug"
    )]
    log: LevelFilter,
}

const SERVE_EXAMPLES: &str = "\
Examples:
  parlor serve
  parlor serve --listen 0.0.0.0:8080 --data-dir /var/lib/parlor
  PARLOR_PUBLIC_URL=https://chat.example.org parlor serve";

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the page and the API (what `parlor` alone does, too)
    #[command(after_help = SERVE_EXAMPLES)]
    Serve(Box<ServeConfig>),

    /// Fill an empty store with demo people, rooms and talk, and print their logins
    Seed(Place),

    /// Copy the store into one file, while the server runs or not
    Backup(backup::Backup),

    /// Put a backup in the store's place, with the server stopped
    Restore(backup::Restore),

    /// Copy a whole store into an empty one, of another kind perhaps, with the server stopped
    Copy(copy::Copy),

    /// Make and change accounts, as the operator
    #[command(subcommand)]
    User(user::UserCommand),
}

/// Why a command did not do its work.
#[derive(Debug, thiserror::Error)]
enum CommandError {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("{}", crate::error::chain(.0))]
    Refused(#[from] crate::Error),
    #[error(transparent)]
    Move(#[from] MoveError),
    #[error("{0}")]
    Usage(String),
    #[error("cannot read or write: {0}")]
    Io(#[from] io::Error),
}

/// Runs the command that the arguments name, with the page to serve.
pub fn run(page: Page) -> ExitCode {
    let mut arguments: Vec<_> = std::env::args_os().collect();
    if arguments.len() == 1 {
        arguments.push("serve".into());
    }
    let cli = Cli::parse_from(arguments);
    logging::start_on_stderr(cli.log);
    let result = actix_web::rt::System::new().block_on(async {
        match cli.command {
            Command::Serve(config) => serve::run(&config, page).await,
            Command::Seed(place) => seed::run(&place).await,
            Command::Backup(backup) => backup::back_up(&backup),
            Command::Restore(restore) => backup::restore(&restore),
            Command::Copy(copy) => copy::run(&copy).await,
            Command::User(command) => user::run(command).await,
        }
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line, whatever the log level: it is the answer to the command.
            let _ = writeln!(io::stderr(), "parlor: {error}");
            ExitCode::FAILURE
        }
    }
}

/// A line for the person who gave the command.
fn say(line: &str) -> Result<(), CommandError> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()?;
    Ok(())
}
