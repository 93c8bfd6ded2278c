//! The command line.

use std::path::PathBuf;

use anyhow::{Result, bail};
use lexopt::{Arg, ValueExt};

const USAGE: &str = "\
usage: cargo xtask bench [--target NAME] [OPTION…]

  --target NAME    run emulated, for x86_64, aarch64 or riscv64, by QEMU's user mode; only --counts mean something there
  --quick          tables of 64 KiB and 512 KiB only; of lockfree, fewer rounds
  --counts         instructions instead of times, by callgrind, or by QEMU with --target; small tables only
  --small-pages    request no huge pages
  --suite NAME     only this suite; may be repeated
  --op NAME        only this operation (hit, miss, …); may be repeated
  --peer NAME      beside ours only this peer, in lockfree and preempted; may be repeated
  --json FILE      write all cells to FILE, an array with one object per line

What each suite is for:

  sweep            tables as programs have them: grown, over all sizes between two doublings
  curves           cost against bytes per key, at rest, after ten turnovers, and in equal memory
  worst            the worst single insertion while tables fill and turn over; of maps that threads share too
  dependent        how long one lookup takes, where each key comes from the answer before
  batch            many keys at once
  lockfree         the maps that threads share
  preempted        single operations, with more threads than processors
  stopped          how others get on while one thread is stopped in its operation
  rebuild          operations while the shared map moves
  robin, robin-passes   sorted tables, and their growth and merges
  table, set, map64     tables filled to a load, operation by operation
  keys             Zipf's law, numbers in order, pages, symbols, inodes, hashes of strings
  probe            inlined lookups beside called ones

`cargo xtask sizes` weighs the code of each table.";

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

/// Is `name` selected, explicitly or because nothing is?
fn wants(wanted: &[String], name: &str) -> bool {
    wanted.is_empty() || wanted.iter().any(|one| one == name)
}

/// The names that the command line accepts.
pub(crate) struct Known {
    pub(crate) suites: Vec<&'static str>,
    pub(crate) ops: Vec<&'static str>,
    pub(crate) peers: Vec<&'static str>,
}

/// Parses the command line; `None` if it requested the help text, which is printed.
pub(crate) fn parse(known: &Known) -> Result<Option<Options>> {
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
                let name = parser.value()?.string()?;
                options.suites.push(parse_name("suite", &known.suites, name)?);
            }
            Arg::Long("op") => {
                let name = parser.value()?.string()?;
                options.ops.push(parse_name("operation", &known.ops, name)?);
            }
            Arg::Long("peer") => {
                let name = parser.value()?.string()?;
                options.peers.push(parse_name("peer", &known.peers, name)?);
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

/// `name`, if it is one of `known`.
fn parse_name(what: &str, known: &[&str], name: String) -> Result<String> {
    if !known.contains(&name.as_str()) {
        let mut known = known.to_vec();
        known.sort_unstable();
        known.dedup();
        bail!("there is no {what} `{name}`; there are: {}", known.join("; "));
    }
    Ok(name)
}
