//! What heptad's tables cost, beside others: the single-owner tables beside hashbrown's, documented here, and
//! the shared map beside its peers, documented in [`lockfree`], [`preempted`](lockfree::preempted), [`stopped`] and
//! [`rebuild`].
//!
//! Run it as `cargo xtask bench`; `--help` lists the options.
//!
//! # What is compared with hashbrown
//!
//! | suite | ours | peers |
//! |---|---|---|
//! | table | `Table<u64>` | `HashTable<u64>` of both hashbrowns |
//! | set | `Set<u64>` | `HashSet<u64>` of both |
//! | map64 | `Map<u64, u64>` | `HashMap<u64, u64>` of both |
//! | batch | `Set<u64>`, many keys at once | `HashSet<u64>` of both, and our own, key by key |
//! | robin | `robin_hood::Set` | the sets above, `BTreeSet`, a sorted `Vec` |
//! | robin-passes | growing, merging | copies, and the same sets: see [`robin`] |
//! | sweep | `Set<u64>`, grown from empty to sizes over two octaves ([`sweep`]) | `HashSet<u64>` of both |
//! | curves | sets and maps, against bytes per key ([`curves`]) | both hashbrowns, `BTreeSet`, `BTreeMap`, indexmap, heapless |
//! | worst | single insertions of sets, and of the shared map ([`worst`]) | the same, papaya, scc, dashmap |
//! | dependent | `Map<u64, u64>`, lookups that wait for each other ([`dependent`]) | `HashMap<u64, u64>` of both, `BTreeMap` |
//! | keys | `Set<u64>` with keys as kernels have them ([`keys`]) | `HashSet<u64>` of both |
//! | probe | the lookup as the tables inline it | the whole lookups of `heptad::probe`: portable, assembly |
//!
//! The two hashbrowns are its default build, with a group of sixteen bytes where SSE2 is available, and the
//! build with the group of eight bytes that a kernel without SIMD registers compiles. Both are in this one
//! program; `eight_byte_group.sh` shows how. They are two versions with the same algorithm, and the program
//! does not start unless each has its group.
//!
//! # What is the same for all
//!
//! The hash (`heptad::hash::hash_word`, computed for each operation), the keys and their order, the number of
//! entries, the memory advice ([`memory`]), the compiler flags, the loop around the operation ([`adapter`]).
//! The load is *not* the same: it is chosen for heptad, and hashbrown rounds the same number of entries up to
//! its own power of two. Each section prints both loads and both sizes.
//!
//! # How it is measured
//!
//! The contenders take turns: each round does the same portion of work with every one of them, starting with
//! another one each time ([`rounds`]). The report has the median over rounds. Neighbours on the machine
//! change medians by some ten percent; instructions (`--counts`, [`gauge`]) repeat exactly, but say nothing
//! about cache misses.
//!
//! | op | one operation is |
//! |---|---|
//! | hit | finding one entry drawn at random; lookups do not wait for each other |
//! | miss | not finding a key that was never in the table |
//! | mixed | one lookup of either kind, at random |
//! | iterate | one entry of a walk over all with `for`; also in a sparse table, at load 1/16 |
//! | fold | the same with `fold`, on which `sum` and `for_each` rest |
//! | insert | one of the insertions that fill a table with enough memory, from empty to the load |
//! | remove | one of the removals that empty it again, in random order |
//! | churn | removing the oldest entry and inserting a new one, after one turnover of the table |
//! | grow | one of the insertions that fill a table that starts without memory |
//! | dependent-hit | finding one entry whose key is computed from the entry found before |
//!
//! Tables have from 64 KiB to 256 MiB and loads of 3/4, 7/8 and 15/16; in the largest, operations that write
//! are measured at 15/16 only. Memory for 15/16 is requested at every load, from the peers too, so that only
//! the number of entries differs.
//!
//! Churn may make hashbrown double its table, when removed entries have used up its free places; the report
//! says when that happened.

use std::process::ExitCode;

use anyhow::{Result, ensure};

use gauge::Gauge;
use op::Op;
use options::{Known, Options};
use report::Report;

mod adapter;
mod batches;
mod curves;
mod dependent;
mod draws;
#[path = "../../counts/src/emulated.rs"]
mod emulated;
mod gauge;
mod keys;
mod lockfree;
mod memory;
mod op;
mod options;
mod ours;
mod peers;
mod probes;
mod processors;
mod progress;
mod rebuild;
mod report;
mod robin;
mod rounds;
mod stopped;
mod suite;
mod sweep;
mod workload;
mod worst;

#[global_allocator]
static ALLOCATOR: memory::Advised = memory::Advised;

fn main() -> Result<ExitCode> {
    let known = Known {
        suites: suite::NAMES
            .into_iter()
            .chain([
                sweep::SUITE,
                curves::SUITE,
                worst::SUITE,
                dependent::SUITE,
                keys::SUITE,
                lockfree::SUITE,
                lockfree::preempted::SUITE,
                stopped::SUITE,
                rebuild::SUITE,
            ])
            .collect(),
        ops: Op::ALL
            .into_iter()
            .chain([Op::DependentHit])
            .map(Op::name)
            .chain(worst::OPS)
            .chain(lockfree::op_names())
            .collect(),
        peers: lockfree::peer_names().collect(),
    };
    let Some(options) = options::parse(&known)? else { return Ok(ExitCode::SUCCESS) };
    ensure!(
        ours::have_their_groups(),
        "hashbrown 0.16 was compiled with the wrong group: please run `cargo xtask bench`"
    );
    memory::use_small_pages(options.small_pages);
    lockfree::serve_if_worker()?;
    let gauge = if options.counts {
        match gauge::Counter::attach()? {
            Some(counter) => Gauge::Instructions(counter),
            None => return gauge::run_again_under_callgrind(),
        }
    } else {
        Gauge::Nanoseconds
    };
    measure(&options, gauge)?;
    Ok(ExitCode::SUCCESS)
}

/// Measures everything that is selected, and prints how heptad compares.
fn measure(options: &Options, mut gauge: Gauge) -> Result<()> {
    let mut report = Report::default();
    suite::run(options, &mut gauge, &mut report)?;
    sweep::run(options, &mut gauge, &mut report)?;
    curves::run(options, &mut gauge, &mut report)?;
    worst::run(options, &mut gauge, &mut report)?;
    dependent::run(options, &mut gauge, &mut report)?;
    keys::run(options, &mut gauge, &mut report)?;
    lockfree::run(options, &mut gauge, &mut report)?;
    lockfree::preempted::run(options, &mut report);
    stopped::run(options, &mut report)?;
    rebuild::run(options, &mut report);
    report.close();
    let lines = report::json_lines(&report.cells)?;
    options.json.as_deref().map_or(Ok(()), |path| report::write_json(path, &lines))
}
