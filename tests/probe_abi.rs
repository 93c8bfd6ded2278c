//! The assembly routines keep the calling convention, and more: no FP or SIMD register changes, and
//! nothing is written below the stack pointer.
//!
//! A recorder in assembly (`abi/`) fills every register that a routine must leave alone, calls it
//! directly, and records them again. It is called for each way through each routine.

#![cfg(all(
    unix,
    feature = "asm",
    any(target_arch = "aarch64", target_arch = "x86_64"),
    not(any(miri, target_vendor = "apple")),
))]

use core::arch::global_asm;
use core::ffi::c_void;

use fastrand::Rng;
use heptad::layout::{Geometry, Tag};
use heptad::probe::assembly;

#[cfg(target_arch = "aarch64")]
global_asm!(include_str!("abi/record_aarch64.S"), options(raw));
#[cfg(target_arch = "x86_64")]
global_asm!(include_str!("abi/record_x86_64.S"), options(att_syntax, raw));

/// Registers by role; which ones they are is told in `abi/`. The recorder knows the offsets.
#[derive(Clone, Debug, PartialEq, Eq)]
#[repr(C, align(16))]
struct Registers {
    vectors: [u128; 32],
    general: [u64; 11],
    flags: u64,
    scratch: [u64; 16],
    /// The stack pointer before and after the call.
    stack: [u64; 2],
    /// The platform's own register (x18), which nobody may change, before and after the call.
    platform: [u64; 2],
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
        }
    }
}

type Routine = *const c_void;

unsafe extern "C" {
    fn heptad_test_record(
        routine: Routine,
        arguments: *const [u64; 4],
        registers: *mut Registers,
    ) -> u64;

    fn heptad_test_vandal();

    // The routines themselves, not the Rust functions that call them.
    fn heptad_0_1_match_slots();
    fn heptad_0_1_free_slot();
    fn heptad_0_1_find_word();
}

/// The direction flag: string instructions count upwards while it is clear.
const DIRECTION: u64 = 1 << 10;

/// Calls `routine` with registers of various contents and checks that they keep them.
fn check_call(routine: Routine, arguments: [u64; 4], expected: u64) {
    let mut rng = Rng::with_seed(9);
    for fill in [0, u64::MAX, rng.u64(..)] {
        let mut before = Registers::filled_with(fill);
        before.vectors.fill_with(|| rng.u128(..));
        before.general.fill_with(|| rng.u64(..) ^ fill);
        let mut after = before.clone();
        // SAFETY: the routine takes at most four words and only reads what they point to, and the
        // recorder gives every register that it fills its own value back.
        let answer = unsafe { heptad_test_record(routine, &arguments, &mut after) };

        assert_eq!(answer, expected);
        assert_eq!(after.stack[0], after.stack[1], "the stack pointer");
        assert_eq!(after.stack[0] % 16, 0, "the recorder keeps the stack aligned");
        assert_eq!(after.platform[0], after.platform[1], "the platform register");
        assert_eq!(after.flags & DIRECTION, 0);
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
        groups.0[alternate.group()][0] = slots_of(tag.away().0);
        check(&groups, 1);
        // In the alternate, after a false match.
        groups.0[alternate.group()][2] = wanted;
        check(&groups, base + alternate.bytes() as u64 + 16);
    }
}

#[test]
fn s9_the_recorder_sees_every_change() {
    assert_eq!(core::mem::offset_of!(Registers, general), 512);
    assert_eq!(core::mem::offset_of!(Registers, flags), 600);
    assert_eq!(core::mem::offset_of!(Registers, scratch), 608);
    assert_eq!(core::mem::offset_of!(Registers, stack), 736);
    assert_eq!(core::mem::offset_of!(Registers, platform), 752);

    let mut registers = Registers::filled_with(0);
    // SAFETY: the vandal changes only registers that the recorder gives back, and memory below the
    // stack pointer.
    unsafe { heptad_test_record(heptad_test_vandal as Routine, &[0; 4], &mut registers) };
    let (vectors, general, scratch) =
        if cfg!(target_arch = "aarch64") { (32, 11, 16) } else { (16, 6, 15) };
    assert_eq!(registers.vectors[..vectors], [u128::MAX; 32][..vectors]);
    assert_eq!(registers.general[..general], [u64::MAX; 11][..general]);
    assert_eq!(registers.scratch[..scratch], [u64::MAX; 16][..scratch]);
    assert_eq!(registers.flags & DIRECTION != 0, cfg!(target_arch = "x86_64"));
}
