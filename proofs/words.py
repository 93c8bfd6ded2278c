"""layout::word, and the steps of probe: sets of slots, by arithmetic on eight bytes at once.

What a routine computes with a few instructions on the whole metadata word is compared with its
meaning, slot by slot. The exact match is exact for all words and bytes. The cheaper match, in which
borrows propagate, is shown to err, and where: only on a byte that is the wanted one with bit 0
flipped. That is why the displaced bit of a slot byte is bit 0: such a byte belongs to a resident
with the same tag, and comparing it decides. With the flag in bit 7 it could be a free slot that
still holds a removed key. The same bytes make the cheap match wrong for free and for stashed slots,
which differ in bit 0.
"""

import z3

from bits import all_of, bit, byte, count_ones, number, trailing_zeros, word
from source import constant

ALL_SLOTS = constant("src/layout/word.rs", "ALL")
LANES = constant("src/probe/portable.rs", "LANES")
LOW_SEVEN = constant("src/probe/portable.rs", "LOW_SEVEN")
SLOTS = range(1, 8)
FREE = 0x00
STASHED = 0x01


def set_of(holds):
    """The slot mask, slot by slot: bit 8 * s + 7 where `holds(s)`."""
    return sum(z3.If(holds(slot), number(1 << (8 * slot + 7)), number(0)) for slot in SLOTS)


def in_set(mask, slot):
    """Is `slot` in the set?"""
    return bit(mask, 8 * slot + 7)


def exact_match(metadata, slot_byte, low_seven=LOW_SEVEN):
    """probe::portable::match_slots."""
    differing = metadata ^ (z3.ZeroExt(56, slot_byte) * LANES)
    carried = (differing & low_seven) + low_seven
    return ~(carried | differing | low_seven) & ALL_SLOTS


def cheap_match(metadata, slot_byte):
    """probe::portable::match_tag: the shorter test for zero bytes, whose borrows reach the next byte."""
    differing = metadata ^ (z3.ZeroExt(56, slot_byte) * LANES)
    return (differing - LANES) & ~differing & ALL_SLOTS


def lowest(mask, shift=3):
    """SlotMask::lowest, of a set that is not empty."""
    return z3.LShR(trailing_zeros(mask), shift)


def is_lowest(slot_number, holds):
    """Is `slot_number` the lowest slot for which `holds`?"""
    return z3.Or(
        *(
            all_of(
                [slot_number == slot, holds(slot)]
                + [z3.Not(holds(below)) for below in range(1, slot)]
            )
            for slot in SLOTS
        )
    )


def prove_matches(ledger):
    """The exact match, and the errors of the cheap one."""
    metadata, wanted = word("metadata"), word("wanted", 8)
    exact = exact_match(metadata, wanted)
    cheap = cheap_match(metadata, wanted)
    meaning = set_of(lambda slot: byte(metadata, slot) == wanted)
    ledger.theorem(
        "words: match_slots is exact for all words and all bytes",
        exact == meaning,
        planted={
            "the low six bits are added": exact_match(metadata, wanted, LOW_SEVEN - LANES)
            == meaning,
            "borrows may run": cheap == meaning,
        },
    )
    ledger.theorem(
        "words: the cheap match misses no slot",
        cheap & meaning == meaning,
        planted={"and adds none": meaning & cheap == cheap},
    )

    def errs(slot):
        return z3.And(in_set(cheap, slot), byte(metadata, slot) != wanted)

    ledger.theorem(
        "words: it errs only on the wanted byte with bit 0 flipped",
        all_of(z3.Implies(errs(slot), byte(metadata, slot) == wanted ^ 1) for slot in SLOTS),
        planted={
            "it never errs": all_of(z3.Not(errs(slot)) for slot in SLOTS),
            "bit 7 flipped": all_of(
                z3.Implies(errs(slot), byte(metadata, slot) == wanted ^ 0x80) for slot in SLOTS
            ),
        },
    )

    def errs_on_a_resident(slot):
        return z3.Implies(errs(slot), z3.UGT(byte(metadata, slot), STASHED))

    residents_only = all_of(errs_on_a_resident(slot) for slot in SLOTS)
    ledger.theorem(
        "words: with the flag in bit 0 it never errs on a free or a stashed slot",
        residents_only,
        [z3.UGE(wanted, 2)],  # a tag of 1..=127 above the flag
        planted={
            "the flag is in bit 7, above the tag": (residents_only, [wanted & 0x7F != 0]),
            "a stashed slot is wanted": (residents_only, [wanted == STASHED]),
            "a free slot is wanted": (residents_only, [wanted == FREE]),
        },
    )


def prove_free_slot(ledger):
    """The three forms of free_slot: in portable Rust, and as the two assembly routines have it."""
    metadata = word("metadata")

    def free(slot):
        return byte(metadata, slot) == FREE

    full = all_of(z3.Not(free(slot)) for slot in SLOTS)
    portable = exact_match(metadata, number(FREE, 8))
    borrow = (metadata - (LANES << 8) % 2**64) & ~metadata
    ledger.theorem(
        "words: free_slot is the lowest free slot, and 0 for a full group",
        z3.If(full, portable == 0, is_lowest(lowest(portable), free)),
        planted={
            "a count of bits instead of bytes": z3.If(
                full, portable == 0, is_lowest(lowest(portable, shift=4), free)
            )
        },
    )
    ledger.theorem(
        "words: so is the lowest slot of the borrowing form, though others may be wrong",
        z3.If(full, borrow & ALL_SLOTS == 0, is_lowest(lowest(borrow & ALL_SLOTS), free)),
        planted={
            "all of them are right": borrow & ALL_SLOTS == set_of(free),
            "byte 0 is not left out": z3.If(
                full,
                borrow & (ALL_SLOTS | 0x80) == 0,
                is_lowest(lowest(((metadata - LANES) & ~metadata) & (ALL_SLOTS | 0x80)), free),
            ),
        },
    )


def prove_sets(ledger):
    """SlotMask: its numbers, its members in order, and its size."""
    mask = word("mask")
    legal = [mask & ~number(ALL_SLOTS) == 0]
    not_empty = legal + [mask != 0]
    rest = mask & (mask - 1)

    def member(slot):
        return in_set(mask, slot)

    ledger.theorem(
        "words: the number of the lowest slot of a set is its trailing zeros / 8",
        is_lowest(lowest(mask), member),
        not_empty,
        planted={"of any word": (is_lowest(lowest(mask), member), [mask != 0])},
    )
    entry_bytes = trailing_zeros(mask) & 0x38
    ledger.theorem(
        "words: its entry is at byte trailing zeros & 0x38 of the line",
        is_lowest(z3.LShR(entry_bytes, 3), member),
        not_empty,
        planted={"& 0x18": is_lowest(z3.LShR(entry_bytes & 0x18, 3), member)},
    )
    ledger.theorem(
        "words: iterating takes exactly that slot away",
        rest == set_of(lambda slot: z3.And(member(slot), lowest(mask) != slot)),
        not_empty,
        planted={"it takes all": rest == 0},
    )
    members = sum(z3.If(member(slot), number(1), number(0)) for slot in SLOTS)
    ledger.theorem(
        "words: a set has as many slots as bits",
        count_ones(mask) == members,
        legal,
        planted={"in any word": (count_ones(mask) == members, [])},
    )


def with_slot_byte(metadata, slot, slot_byte, window=0xFF):
    """Word::with_slot_byte."""
    shift = z3.ZeroExt(56, slot) * 8
    return (metadata & ~(number(window) << shift)) | (z3.ZeroExt(56, slot_byte) << shift)


def prove_updates(ledger):
    """Word: one byte or one bit changes, and nothing else."""
    metadata, slot, new = word("metadata"), word("slot", 8), word("new", 8)
    a_slot = [z3.ULE(1, slot), z3.ULE(slot, 7)]

    def replaced(after):
        return all_of(
            byte(after, index) == z3.If(slot == index, new, byte(metadata, index))
            for index in range(8)
        )

    ledger.theorem(
        "words: with_slot_byte replaces one byte and leaves seven",
        replaced(with_slot_byte(metadata, slot, new)),
        a_slot,
        planted={
            "the window is a bit short": replaced(with_slot_byte(metadata, slot, new, window=0x7F)),
        },
    )
    class_number = word("class")
    one = number(1) << class_number
    set_one, cleared = metadata | one, metadata & ~one

    def filter_is(after, value):
        return all_of(
            bit(after, index) == z3.If(class_number == index, value, bit(metadata, index))
            for index in range(64)
        )

    ledger.theorem(
        "words: a filter bit is set or cleared alone",
        z3.And(filter_is(set_one, z3.BoolVal(True)), filter_is(cleared, z3.BoolVal(False))),
        [z3.ULT(class_number, 8)],
        planted={"setting by adding": filter_is(metadata + one, z3.BoolVal(True))},
    )
    ledger.theorem(
        "words: setting and clearing filter bits touches no slot byte",
        z3.And(set_one >> 8 == metadata >> 8, cleared >> 8 == metadata >> 8),
        [z3.ULT(class_number, 8)],
        planted={"a ninth class": (set_one >> 8 == metadata >> 8, [z3.ULE(class_number, 8)])},
    )


def prove_displaced(ledger):
    """swiss::displace::displaced_of: one addition to the low nibbles finds a whole class."""
    metadata, class_number = word("metadata"), word("class", 8)
    displaced_byte = class_number << 1 | 1
    stashed = exact_match(metadata, number(STASHED, 8))

    def displaced_like(nibble):
        """layout::Word::displaced_like."""
        differing = (metadata & nibble * LANES) ^ (z3.ZeroExt(56, displaced_byte) * LANES)
        return ~(differing + 0x7F * LANES) & ALL_SLOTS

    def displaced(slot):
        tag = z3.LShR(byte(metadata, slot), 1)
        is_displaced = bit(byte(metadata, slot), 0)
        return z3.And(byte(metadata, slot) != STASHED, is_displaced, tag & 7 == class_number)

    ledger.theorem(
        "words: displaced_of finds the displaced residents of a class, and no others",
        displaced_like(0x0F) & ~stashed == set_of(displaced),
        [z3.ULT(class_number, 8)],
        planted={
            "stashed slots stay in": displaced_like(0x0F) == set_of(displaced),
            "three bits of each byte": displaced_like(0x07) & ~stashed == set_of(displaced),
            "whole bytes, which carry": displaced_like(0xFF) & ~stashed == set_of(displaced),
        },
    )


def prove(ledger):
    """All theorems about metadata words."""
    prove_matches(ledger)
    prove_free_slot(ledger)
    prove_sets(ledger)
    prove_updates(ledger)
    prove_displaced(ledger)
