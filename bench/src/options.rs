//! The command line.

use std::path::PathBuf;

use anyhow::{Result, bail};
use lexopt::{Arg, ValueExt};

use crate::{op::Op, suite};

const USAGE: &str = "\
usage: cargo xtask bench [OPTION…]

  --quick          tables of 64 KiB and 512 KiB only
  --counts         instructions instead of times, by callgrind; small tables only
  --small-pages    ask for no huge pages
  --suite NAME     only this suite (table, set, map64, batch, probe, robin, robin-passes); may be
                   repeated
  --op NAME        only this operation (hit, miss, …); may be repeated
  --json FILE      write all cells to FILE, an array with one object per line";

/// What to measure.
pub(crate) struct Options {
    pub(crate) quick: bool,
    pub(crate) counts: bool,
    pub(crate) small_pages: bool,
    /// The names of the suites wanted; empty for all.
    pub(crate) suites: Vec<String>,
    /// The operations wanted; empty for all.
    pub(crate) ops: Vec<Op>,
    pub(crate) json: Option<PathBuf>,
}

/// Reads the command line; `None` if it asked for help and got it.
pub(crate) fn parse() -> Result<Option<Options>> {
    let mut options = Options {
        quick: false,
        counts: false,
        small_pages: false,
        suites: Vec::new(),
        ops: Vec::new(),
        json: None,
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("quick") => options.quick = true,
            Arg::Long("counts") => options.counts = true,
            Arg::Long("small-pages") => options.small_pages = true,
            Arg::Long("suite") => options.suites.push(parse_suite(&parser.value()?.string()?)?),
            Arg::Long("op") => options.ops.push(parse_op(&parser.value()?.string()?)?),
            Arg::Long("json") => options.json = Some(parser.value()?.into()),
            Arg::Short('h') | Arg::Long("help") => {
                println!("{USAGE}");
                return Ok(None);
            }
            _ => bail!("{}\n{USAGE}", argument.unexpected()),
        }
    }
    Ok(Some(options))
}

fn parse_suite(name: &str) -> Result<String> {
    if !suite::NAMES.contains(&name) {
        bail!("there is no suite `{name}`; the suites are: {}", suite::NAMES.join(", "));
    }
    Ok(name.into())
}

fn parse_op(name: &str) -> Result<Op> {
    match Op::ALL.iter().find(|op| op.name() == name) {
        Some(op) => Ok(*op),
        None => bail!(
            "there is no operation `{name}`; the operations are: {}",
            Op::ALL.map(Op::name).join(", ")
        ),
    }
}
