//! The command line.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;
use torture::{
    ground::{Scale, Setup, StoreKind},
    properties::{ALL, Property},
};

const HELP: &str = "\
Counts what Parlor loses, doubles and misorders while it is killed, cut off and starved.

Usage: cargo xtask torture [OPTIONS] [TEST…]

  TEST is R1, R2, … or a part of a test's name; none means all that the store has.

  --store sqlite|mongodb   where messages are kept [default: sqlite]
  --long                   minutes each, on the release binary; seconds otherwise
  --seed N                 repeats the choices of an earlier run
  --mongod PATH            a mongod of the tool's own, for the tests that stall and kill it

MongoDB is looked for at PARLOR_TEST_MONGODB_URI.";

/// What was asked for.
pub enum Task {
    Help(&'static str),
    Run(Setup, Vec<&'static Property>),
}

/// Reads this process's arguments. `PARLOR_BIN` names the server; xtask sets it.
pub fn parse() -> Result<Task> {
    let mut parser = lexopt::Parser::from_env();
    let (mut store, mut mongod, mut scale) = ("sqlite".to_owned(), None, Scale::Short);
    let mut seed = fastrand::u64(..u64::from(u32::MAX));
    let mut named: Vec<&'static Property> = Vec::new();
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Task::Help(HELP)),
            Long("store") => store = parser.value()?.string()?,
            Long("long") => scale = Scale::Long,
            Long("seed") => seed = parser.value()?.parse()?,
            Long("mongod") => mongod = Some(PathBuf::from(parser.value()?)),
            Value(name) => {
                let name = name.string()?;
                let before = named.len();
                named.extend(ALL.iter().filter(|property| {
                    property.id.eq_ignore_ascii_case(&name) || property.name.contains(&name)
                }));
                if named.len() == before {
                    bail!("there is no test `{name}`; --help says what there is");
                }
            }
            unexpected => return Err(unexpected.unexpected().into()),
        }
    }
    let store = match store.as_str() {
        "sqlite" => StoreKind::Sqlite,
        "mongodb" => StoreKind::MongoDb(std::env::var("PARLOR_TEST_MONGODB_URI").context(
            "PARLOR_TEST_MONGODB_URI names no server: start one and set it, or use --store sqlite",
        )?),
        other => bail!("there is no store `{other}`; there are sqlite and mongodb"),
    };
    let binary = std::env::var_os("PARLOR_BIN").map(PathBuf::from);
    let setup = Setup {
        binary: binary.context("PARLOR_BIN names no server: use cargo xtask torture")?,
        store,
        mongod,
        scale,
        seed,
    };
    let properties = if named.is_empty() {
        ALL.iter().collect()
    } else {
        named
    };
    Ok(Task::Run(setup, properties))
}
