//! The assembly routines keep the calling convention, and more: no FP or SIMD register changes, and
//! nothing is written below the stack pointer, but where a routine says so.
//!
//! A recorder in assembly (`abi/`) fills every register that a routine must leave alone, calls it
//! directly, and records them again. It is called for each way through each routine.

#![cfg(all(
    unix,
    feature = "asm",
    any(target_arch = "aarch64", target_arch = "riscv64", target_arch = "x86_64"),
    not(any(miri, target_vendor = "apple")),
))]

use core::arch::global_asm;
use core::cell::RefCell;
use core::ffi::c_void;
use core::{ptr, slice};

use fastrand::Rng;
use heptad::layout::{Geometry, Line, Tag};
use heptad::probe::{assembly, portable};
use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect};
use rustix::param::page_size;

#[cfg(target_arch = "aarch64")]
global_asm!(include_str!("abi/record_aarch64.S"), options(raw));
#[cfg(target_arch = "riscv64")]
global_asm!(include_str!("abi/record_riscv64.S"), options(raw));
#[cfg(target_arch = "x86_64")]
global_asm!(include_str!("abi/record_x86_64.S"), options(att_syntax, raw));

/// Registers by role; `abi/` has their names. The recorder knows the offsets.
#[derive(Clone, Debug, PartialEq, Eq)]
#[repr(C, align(16))]
struct Registers {
    vectors: [u128; 32],
    general: [u64; 11],
    flags: u64,
    scratch: [u64; 16],
    /// The stack pointer before and after the call.
    stack: [u64; 2],
    /// The platform's own register (x18, tp), which nobody may change, before and after the call.
    platform: [u64; 2],
    /// The twelfth general register, where there is one.
    more: [u64; 2],
}

impl Registers {
    fn filled_with(fill: u64) -> Registers {
        Registers {
            vectors: [u128::from(fill); 32],
            general: [fill; 11],
            flags: 0,
            scratch: [fill; 16],
            stack: [0; 2],
            platform: [0; 2],
            more: [fill; 2],
        }
    }
}

type Routine = *const c_void;

unsafe extern "C" {
    fn heptad_test_record(
        routine: Routine,
        arguments: *const [u64; 5],
        registers: *mut Registers,
    ) -> u64;

    fn heptad_test_vandal();

    // The routines themselves, not the Rust functions that call them.
    fn heptad_0_1_match_slots();
    fn heptad_0_1_free_slot();
    fn heptad_0_1_find_word();
    fn heptad_0_1_find_words();
}

/// How many words below the stack of a routine are recorded.
const SCRATCH: usize = if cfg!(target_arch = "x86_64") { 15 } else { 16 };
/// The direction flag: string instructions count upwards while it is clear. On RISC-V, has the global pointer changed?
const DIRECTION: u64 = 1 << 10;

/// What x86_64 saves on the stack; the other architectures have registers enough.
const STACK_WORDS_OF_FIND_WORDS: usize = if cfg!(target_arch = "x86_64") { 5 } else { 0 };

/// Calls `routine`, which uses no stack, and checks that it keeps registers of various contents.
fn check_call(routine: Routine, arguments: [u64; 4], expected: u64) {
    let [first, second, third, fourth] = arguments;
    check_registers(
        routine,
        || [first, second, third, fourth, 0],
        0,
        |answer| {
            assert_eq!(answer, expected);
        },
    );
}

/// Calls `routine` with registers of various contents, and checks that it keeps them and uses
/// `stack_words` words of stack at the most. The arguments are made anew for each call.
fn check_registers(
    routine: Routine,
    mut arguments: impl FnMut() -> [u64; 5],
    stack_words: usize,
    mut check_answer: impl FnMut(u64),
) {
    let mut rng = Rng::with_seed(9);
    for fill in [0, u64::MAX, rng.u64(..)] {
        let mut before = Registers::filled_with(fill);
        before.vectors.fill_with(|| rng.u128(..));
        before.general.fill_with(|| rng.u64(..) ^ fill);
        before.more.fill_with(|| rng.u64(..) ^ fill);
        let mut after = before.clone();
        // SAFETY: the routine takes at most five words, the caller knows what they point to, and
        // the recorder gives every register that it fills its own value back.
        let answer = unsafe { heptad_test_record(routine, &arguments(), &mut after) };

        check_answer(answer);
        assert_eq!(after.stack[0], after.stack[1], "the stack pointer");
        assert_eq!(after.stack[0] % 16, 0, "the recorder keeps the stack aligned");
        assert_eq!(after.platform[0], after.platform[1], "the platform register");
        assert_eq!(after.flags & DIRECTION, 0);
        // The words that the stack grows into first are the last ones.
        let used = SCRATCH - stack_words..SCRATCH;
        after.scratch[used.clone()].copy_from_slice(&before.scratch[used]);
        let Registers { flags, stack, platform, .. } = after;
        assert_eq!(after, Registers { flags, stack, platform, ..before });
    }
}

#[test]
fn s9_match_slots_keeps_every_register() {
    let word = 0x0403_0401_ff80_0400;
    check_call(heptad_0_1_match_slots as Routine, [word, 4, 0, 0], assembly::match_slots(word, 4));
    check_call(heptad_0_1_match_slots as Routine, [word, 5, 0, 0], 0);
}

#[test]
fn s9_free_slot_keeps_every_register() {
    check_call(heptad_0_1_free_slot as Routine, [0x0102_0304_0006_0700, 0, 0, 0], 3);
    check_call(heptad_0_1_free_slot as Routine, [u64::MAX, 0, 0, 0], 0);
}

#[test]
fn s9_find_word_keeps_every_register() {
    #[repr(align(64))]
    struct Groups([[u64; 8]; 4]);

    let geometry = Geometry::largest_within(4).unwrap();
    let mut rng = Rng::with_seed(99);
    for hash in [0, u64::MAX, rng.u64(..), rng.u64(..)] {
        let wanted = rng.u64(..);
        let tag = Tag::of(hash);
        let (home, alternate) = geometry.pair(hash);
        let mut groups = Groups([[0; 8]; 4]);
        let base = (&raw const groups) as u64;
        let check = |groups: &Groups, expected| {
            let arguments =
                [groups as *const Groups as u64, geometry.mask_bytes() as u64, hash, wanted];
            check_call(heptad_0_1_find_word as Routine, arguments, expected);
        };
        let slots_of = |byte: u8| u64::from_le_bytes([0, byte, byte, 0, 0, 0, 0, 0]);

        check(&groups, 0);
        // At home, after a false match.
        groups.0[home.group()][0] = slots_of(tag.at_home().0);
        groups.0[home.group()][2] = wanted;
        groups.0[home.group()][1] = !wanted;
        check(&groups, base + home.bytes() as u64 + 16);
        // Nowhere, after false matches in both groups.
        groups.0[home.group()][2] = !wanted;
        check(&groups, 0);
        groups.0[home.group()][0] |= 0xff;
        check(&groups, 1);
        groups.0[alternate.group()][0] = slots_of(tag.displaced().0);
        check(&groups, 1);
        // In the alternate, after a false match.
        groups.0[alternate.group()][2] = wanted;
        check(&groups, base + alternate.bytes() as u64 + 16);
    }
}

#[test]
fn s9_find_words_keeps_every_register() {
    #[repr(align(64))]
    struct Groups([[u64; 8]; 4]);

    let geometry = Geometry::largest_within(4).unwrap();
    let mut rng = Rng::with_seed(999);
    for count in [0, 1, 2, 15, 16, 17, 40] {
        // A few tags, and filter bits everywhere: every way to end comes up.
        let tag_bits = rng.u64(..) & 0x7f << 57;
        let hashes: Vec<u64> = (0..count).map(|_| tag_bits | rng.u64(..1 << 57)).collect();
        let words: Vec<u64> = (0..count).map(|_| rng.u64(..6)).collect();
        let tag = Tag::of(tag_bits);
        let (at_home, displaced) = (tag.at_home().0, tag.displaced().0);
        let word =
            u64::from_le_bytes([rng.u8(..), at_home, 0, displaced, at_home, displaced, 1, at_home]);
        let mut groups = Groups([[word; 8]; 4]);
        for group in &mut groups.0 {
            group[0] ^= rng.u64(..256);
            group[1..].fill_with(|| rng.u64(..6));
        }
        let base = &raw const groups;
        let mask_bytes = geometry.mask_bytes();

        let mut expected = hashes.clone();
        let (from, to) = (words.as_ptr(), expected.as_mut_ptr());
        // SAFETY: four groups, and `count` words and answers.
        unsafe { portable::find_words(base.cast(), mask_bytes, from, to, count) };
        let answers = RefCell::new(hashes.clone());
        let arguments = || {
            let mut answers = answers.borrow_mut();
            answers.copy_from_slice(&hashes);
            let to = answers.as_mut_ptr() as u64;
            [base as u64, mask_bytes as u64, words.as_ptr() as u64, to, count as u64]
        };
        let check = |_| assert_eq!(*answers.borrow(), expected);
        check_registers(
            heptad_0_1_find_words as Routine,
            arguments,
            STACK_WORDS_OF_FIND_WORDS,
            check,
        );
    }
}

/// The answers end where readable memory does: whatever the registers held before, nothing after
/// them is taken for a hash.
#[test]
fn s9_find_words_reads_no_answers_behind_the_last() {
    let page = page_size();
    let access = ProtFlags::READ | ProtFlags::WRITE;
    // SAFETY: no other mapping is replaced.
    let pages = unsafe { mmap_anonymous(ptr::null_mut(), 2 * page, access, MapFlags::PRIVATE) };
    let end = pages.expect("there is memory").wrapping_byte_add(page);
    // SAFETY: a page of our own, to which there are no references.
    unsafe { mprotect(end, page, MprotectFlags::empty()) }.expect("pages can be protected");
    let group = Line::EMPTY;
    for count in 1..=16 {
        let words = [0u64; 16];
        let answers = end.cast::<u64>().wrapping_sub(count);
        let arguments = || {
            // SAFETY: `count` words of our own page.
            unsafe { slice::from_raw_parts_mut(answers, count) }.fill(u64::MAX);
            let base = (&raw const group) as u64;
            [base, 0, words.as_ptr() as u64, answers as u64, count as u64]
        };
        let routine = heptad_0_1_find_words as Routine;
        check_registers(routine, arguments, STACK_WORDS_OF_FIND_WORDS, |_| {
            // SAFETY: as above; initialised there.
            let answers = unsafe { slice::from_raw_parts(answers, count) };
            assert!(answers.iter().all(|answer| *answer == 0), "an empty table has nothing");
        });
    }
}

#[test]
fn s9_the_recorder_sees_every_change() {
    assert_eq!(core::mem::offset_of!(Registers, general), 512);
    assert_eq!(core::mem::offset_of!(Registers, flags), 600);
    assert_eq!(core::mem::offset_of!(Registers, scratch), 608);
    assert_eq!(core::mem::offset_of!(Registers, stack), 736);
    assert_eq!(core::mem::offset_of!(Registers, platform), 752);
    assert_eq!(core::mem::offset_of!(Registers, more), 768);

    let mut registers = Registers::filled_with(0);
    // SAFETY: the vandal changes only registers that the recorder restores, and memory below the
    // stack pointer.
    unsafe { heptad_test_record(heptad_test_vandal as Routine, &[0; 5], &mut registers) };
    let (vectors, vector, general, more) = if cfg!(target_arch = "aarch64") {
        (32, u128::MAX, 11, 0)
    } else if cfg!(target_arch = "riscv64") {
        (32, u64::MAX.into(), 11, 1)
    } else {
        (16, u128::MAX, 6, 0)
    };
    assert_eq!(registers.vectors[..vectors], [vector; 32][..vectors]);
    assert_eq!(registers.general[..general], [u64::MAX; 11][..general]);
    assert_eq!(registers.more[..more], [u64::MAX; 2][..more]);
    assert_eq!(registers.scratch[..SCRATCH], [u64::MAX; 16][..SCRATCH]);
    assert_eq!(registers.flags & DIRECTION != 0, cfg!(not(target_arch = "aarch64")));
}
