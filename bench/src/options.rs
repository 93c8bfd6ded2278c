//! The command line.

use std::path::PathBuf;

use anyhow::{Result, bail};
use lexopt::{Arg, ValueExt};

use crate::{lockfree, op::Op, rebuild, suite, sweep};

const USAGE: &str = "\
usage: cargo xtask bench [OPTION…]

  --quick          tables of 64 KiB and 512 KiB only; of lockfree, fewer rounds
  --counts         instructions instead of times, by callgrind; small tables only
  --small-pages    ask for no huge pages
  --suite NAME     only this suite (table, set, map64, batch, probe, robin, robin-passes, sweep, lockfree, rebuild);
                   may be repeated
  --op NAME        only this operation (hit, miss, …, latency); may be repeated
  --peer NAME      beside ours only this peer, in lockfree; may be repeated
  --json FILE      write all cells to FILE, an array with one object per line";

/// What to measure.
pub(crate) struct Options {
    pub(crate) quick: bool,
    pub(crate) counts: bool,
    pub(crate) small_pages: bool,
    /// The names of the suites wanted; empty for all.
    pub(crate) suites: Vec<String>,
    /// The names of the operations wanted; empty for all.
    pub(crate) ops: Vec<String>,
    /// The names of the peers wanted in `lockfree`; empty for all.
    pub(crate) peers: Vec<String>,
    pub(crate) json: Option<PathBuf>,
}

impl Options {
    pub(crate) fn wants_suite(&self, name: &str) -> bool {
        wants(&self.suites, name)
    }

    pub(crate) fn wants_op(&self, name: &str) -> bool {
        wants(&self.ops, name)
    }

    pub(crate) fn wants_peer(&self, name: &str) -> bool {
        wants(&self.peers, name)
    }
}

/// Is `name` one of those wanted, or everything wanted?
fn wants(wanted: &[String], name: &str) -> bool {
    wanted.is_empty() || wanted.iter().any(|one| one == name)
}

/// Reads the command line; `None` if it asked for help and got it.
pub(crate) fn parse() -> Result<Option<Options>> {
    let mut options = Options {
        quick: false,
        counts: false,
        small_pages: false,
        suites: Vec::new(),
        ops: Vec::new(),
        peers: Vec::new(),
        json: None,
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("quick") => options.quick = true,
            Arg::Long("counts") => options.counts = true,
            Arg::Long("small-pages") => options.small_pages = true,
            Arg::Long("suite") => {
                let others = [sweep::SUITE, lockfree::SUITE, rebuild::SUITE];
                let names = suite::NAMES.into_iter().chain(others);
                options.suites.push(parse_name("suite", names, &parser.value()?.string()?)?);
            }
            Arg::Long("op") => {
                let names = Op::ALL.into_iter().map(Op::name).chain(lockfree::op_names());
                options.ops.push(parse_name("operation", names, &parser.value()?.string()?)?);
            }
            Arg::Long("peer") => {
                let names = lockfree::peer_names();
                options.peers.push(parse_name("peer", names, &parser.value()?.string()?)?);
            }
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

/// `name`, if it is one of `names`.
fn parse_name(what: &str, names: impl Iterator<Item = &'static str>, name: &str) -> Result<String> {
    let mut known: Vec<&str> = names.collect();
    if !known.contains(&name) {
        known.sort_unstable();
        known.dedup();
        bail!("there is no {what} `{name}`; there are: {}", known.join("; "));
    }
    Ok(name.into())
}
