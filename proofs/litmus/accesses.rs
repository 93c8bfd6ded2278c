//! The accesses that the tests are about, as Rust has them. `cargo xtask verify litmus` compiles this and compares
//! the instructions with the lines above each function: on AArch64 with single instructions for exchanges and with
//! pairs of exclusive loads and stores, and on RISC-V.

#![no_std]

use core::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use core::sync::atomic::{AtomicPtr, AtomicU64, fence};

/// A commit; `first` and `oldest` move on; a bucket is migrated.
/// single: casal
/// pair: ldaxr; stlxr
/// riscv: lr.d.aqrl; sc.d.rl
#[unsafe(no_mangle)]
pub fn commit(word: &AtomicU64, now: u64, new: u64) -> bool {
    word.compare_exchange(now, new, SeqCst, Relaxed).is_ok()
}

/// Reserving in a header, claiming in a group, freezing.
/// single: casa
/// pair: ldaxr; stxr
/// riscv: lr.d.aq; sc.d
#[unsafe(no_mangle)]
pub fn reserve(word: &AtomicU64, now: u64, new: u64) -> bool {
    word.compare_exchange(now, new, Acquire, Relaxed).is_ok()
}

/// Releasing a reservation in a header.
/// single: casl
/// pair: ldxr; stlxr
/// riscv: lr.d; sc.d.rl
#[unsafe(no_mangle)]
pub fn release(word: &AtomicU64, now: u64, new: u64) -> bool {
    word.compare_exchange(now, new, Release, Relaxed).is_ok()
}

/// Giving a claimed slot of a group back.
/// single: ldclrl
/// pair: ldxr; stlxr
/// riscv: amoand.d.rl
#[unsafe(no_mangle)]
pub fn unclaim(claims: &AtomicU64, slots: u64) {
    claims.fetch_and(!slots, Release);
}

/// An operation enters.
/// single: ldaddal
/// pair: ldaxr; stlxr
/// riscv: amoadd.d.aqrl
#[unsafe(no_mangle)]
pub fn enter(entered: &AtomicU64) {
    entered.fetch_add(1, SeqCst);
}

/// An operation leaves; a range of a growing table is done.
/// single: ldaddl
/// pair: ldxr; stlxr
/// riscv: amoadd.d.rl
#[unsafe(no_mangle)]
pub fn leave(left: &AtomicU64) {
    left.fetch_add(1, Release);
}

/// A first look; a look at `first`, at a counter, at names. Never `ldapr`.
/// single: ldar
/// pair: ldar
/// riscv: fence rw,rw; ld; fence r,rw
#[unsafe(no_mangle)]
pub fn look(word: &AtomicU64) -> u64 {
    word.load(SeqCst)
}

/// What follows the link to the next table, the watermark: `ldapr` where the processor has it, which orders what
/// comes after it as `ldar` does.
/// single: ldapr
/// pair: ldar
/// riscv: ld; fence r,rw
#[unsafe(no_mangle)]
pub fn follow(link: &AtomicPtr<u64>) -> *mut u64 {
    link.load(Acquire)
}

/// A name of a member.
/// single: stlr
/// pair: stlr
/// riscv: fence rw,w; sd; fence rw,rw
#[unsafe(no_mangle)]
pub fn name(word: &AtomicU64, thing: u64) {
    word.store(thing, SeqCst);
}

/// The link to the next table, the watermark.
/// single: stlr
/// pair: stlr
/// riscv: fence rw,w; sd
#[unsafe(no_mangle)]
pub fn link(link: &AtomicPtr<u64>, table: *mut u64) {
    link.store(table, Release);
}

/// The fence of a writer.
/// single: dmb ish
/// pair: dmb ish
/// riscv: fence rw,w
#[unsafe(no_mangle)]
pub fn before_filling() {
    fence(Release);
}

/// The fence of a reader.
/// single: dmb ishld
/// pair: dmb ishld
/// riscv: fence r,rw
#[unsafe(no_mangle)]
pub fn before_the_second_look() {
    fence(Acquire);
}
