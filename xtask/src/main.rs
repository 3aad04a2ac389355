//! The developer's commands, all behind `cargo xtask`: what the README says and what CI runs.
//!
//! Not part of the product: nothing here is linked into the server or the page.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command's output is its product"
)]

mod args;
mod bench;
mod browser;
mod client;
mod command;
mod lint;
mod mongo;
mod node;
mod parlor;
mod schemathesis;
mod server;
mod size;
mod tests;
mod torture;
mod wasm_target;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;

use crate::args::Task;
use crate::workspace::Workspace;

fn main() -> ExitCode {
    match args::parse().and_then(perform) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> Result<()> {
    if let Task::Help(text) = task {
        println!("{text}");
        return Ok(());
    }
    let workspace = Workspace::find()?;
    match task {
        Task::Help(_) => Ok(()),
        Task::Client => client::build(&workspace),
        Task::Build => server::build(&workspace),
        Task::Run(args) => server::run(&workspace, &args),
        Task::Test { filter, browser } => tests::run(&workspace, filter.as_deref(), browser),
        Task::Mongod => mongo::run(),
        Task::E2e { name } => browser::test(&workspace, name.as_deref()),
        Task::Screenshots { directory } => browser::screenshots(&workspace, &directory),
        Task::Lint => lint::run(&workspace),
        Task::Size => size::run(&workspace),
        Task::Bench(args) => bench::run(&workspace, &args),
        Task::Schemathesis { long } => schemathesis::run(&workspace, long),
        Task::Torture(args) => torture::run(&workspace, &args),
    }
}
