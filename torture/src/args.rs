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

  --store sqlite|mongodb|mongodb-standalone
                           where messages are kept [default: sqlite]
  --long                   minutes each, on the release binary; seconds otherwise
  --seed N                 repeats the choices of an earlier run

With mongodb every test has a one-node replica set of its own, with mongodb-standalone a server that is none; it is
found on the PATH or fetched.";

/// What was asked for.
pub enum Task {
    Help(&'static str),
    Run(Setup, Vec<&'static Property>),
}

/// Reads this process's arguments. `PARLOR_BIN` names the server; xtask sets it.
pub fn parse() -> Result<Task> {
    let mut parser = lexopt::Parser::from_env();
    let (mut store, mut scale) = (StoreKind::Sqlite, Scale::Short);
    let mut seed = fastrand::u64(..u64::from(u32::MAX));
    let mut named: Vec<&'static Property> = Vec::new();
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Task::Help(HELP)),
            Long("store") => {
                store = match parser.value()?.string()?.as_str() {
                    "sqlite" => StoreKind::Sqlite,
                    "mongodb" => StoreKind::MongoDb,
                    "mongodb-standalone" => StoreKind::MongoDbStandalone,
                    other => bail!(
                        "there is no store `{other}`; there are sqlite, mongodb and mongodb-standalone"
                    ),
                }
            }
            Long("long") => scale = Scale::Long,
            Long("seed") => seed = parser.value()?.parse()?,
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
    let binary = std::env::var_os("PARLOR_BIN").map(PathBuf::from);
    let setup = Setup {
        binary: binary.context("PARLOR_BIN names no server: use cargo xtask torture")?,
        store,
        scale,
        seed,
    };
    let properties = if named.is_empty() {
        ALL.iter()
            .filter(|property| property.is_for(store))
            .collect()
    } else {
        named
    };
    Ok(Task::Run(setup, properties))
}
