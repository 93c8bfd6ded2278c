"""layout::geometry and layout::tag: which groups a hash leads to.

The mask is a variable here: every table size is covered at once, up to all of the address space,
for 64-bit and 32-bit machines. The properties of the eight golden rotations are shown with exact
numbers: as multiples of 64 they are odd, so an alternate has the other parity; there are only four
odd residues modulo 8 groups, so the eight alternates of a group are distinct only from some larger
size on, which the theorem states. Two classes differ by 2 modulo 4 groups, which is enough to
connect a table of any size by moves. With XOR in place of subtraction the table falls apart into
components of at most 256 groups.
"""

import itertools

import z3

from bits import all_of, bit, number, word
from source import constant

GOLDEN = constant("src/layout/geometry.rs", "GOLDEN")
LINE_BYTES = constant("src/layout/line.rs", "LINE_BYTES")
CLASSES = range(8)
TAG_SHIFT = 57


def turned(class_number):
    """The golden constant, rotated right by the class, as a Python number."""
    return (GOLDEN >> class_number | GOLDEN << (64 - class_number)) % 2**64


def rotation(class_number):
    """The constant of a class: odd in units of groups."""
    return turned(class_number) | LINE_BYTES


def is_mask(mask):
    """Is it (groups - 1) * 64 for a power of two of groups?"""
    groups_less_one = z3.LShR(mask, 6)
    return z3.And(mask & 63 == 0, groups_less_one & (groups_less_one + 1) == 0)


def is_offset(here, mask):
    """Is it the offset of a group of the table?"""
    return here & ~mask == 0


def home(hash_value, mask):
    """Geometry::home, cut to the width of the mask as `usize` is."""
    return z3.Extract(mask.size() - 1, 0, hash_value << 6) & mask


def by_class(class_number, values, bits):
    """The value of a class given as a variable."""
    answer = number(values[0] % 2**bits, bits)
    for value in CLASSES[1:]:
        answer = z3.If(class_number == value, number(values[value] % 2**bits, bits), answer)
    return answer


def alternate(here, mask, class_number, odd=LINE_BYTES):
    """Geometry::alternate."""
    constants = [turned(value) | odd for value in CLASSES]
    return (by_class(class_number, constants, mask.size()) - here) & mask


def prove_home(ledger):
    """Homes and tags: two independent parts of the hash."""
    hash_value, other = word("hash"), word("other")
    mask = word("mask")
    at = home(hash_value, mask)

    def is_remainder(offset):
        return all_of(
            z3.Implies(
                mask == number(((1 << log2) - 1) << 6),
                z3.LShR(offset, 6) == z3.URem(hash_value, number(1 << log2)),
            )
            for log2 in range(59)
        )

    ledger.theorem(
        "geometry: the home is hash modulo groups, at all 59 sizes",
        z3.And(is_remainder(at), is_offset(at, mask)),
        [is_mask(mask)],
        planted={"the hash is shifted by 7": is_remainder(home(hash_value << 1, mask))},
    )
    tag = tag_of(hash_value)
    high = z3.UDiv(hash_value, number(2**TAG_SHIFT))
    ledger.theorem(
        "tag: it is hash / 2^57, with 0 taken as 1, and one of 1..=127",
        z3.And(
            tag == z3.If(high == 0, number(1), high),
            z3.ULE(1, tag),
            z3.ULE(tag, 127),
        ),
        planted={"0 stays 0": z3.ULE(1, z3.LShR(hash_value, TAG_SHIFT))},
    )
    tag_bits = number(2**64 - 2**TAG_SHIFT)
    ledger.theorem(
        "tag: up to 2^57 groups home and tag depend on different bits of the hash",
        z3.And(
            at == home(hash_value ^ (other & tag_bits), mask),
            tag == tag_of(hash_value ^ (other & ~tag_bits)),
        ),
        [is_mask(mask), z3.ULT(z3.LShR(mask, 6), 1 << 57)],
        planted={
            "2^58 groups": (
                at == home(hash_value ^ (other & tag_bits), mask),
                [is_mask(mask), z3.ULT(z3.LShR(mask, 6), 1 << 58)],
            )
        },
    )


def tag_of(hash_value):
    """Tag::of."""
    high = z3.LShR(hash_value, TAG_SHIFT)
    return high + z3.If(high == 0, number(1), number(0))


def prove_slot_bytes(ledger):
    """SlotByte: 127 tags and 8 classes, encoded and decoded."""

    def holds(tag, class_of=lambda slot_byte: slot_byte >> 1 & 7):
        at_home, displaced = tag << 1, tag << 1 | 1
        return (
            at_home ^ 1 == displaced
            and displaced ^ 1 == at_home
            and class_of(at_home) == class_of(displaced) == tag % 8
            and 1 < at_home < displaced < 256
        )

    ledger.for_all(
        "tag: slot bytes of all tags are neither free nor stashed, moves keep the class",
        range(1, 128),
        holds,
        planted={
            "the class is taken without the flag's shift": lambda tag: holds(
                tag, lambda slot_byte: slot_byte & 7
            )
        },
    )


def prove_alternate(ledger):
    """The alternate group, for every size, group and class."""
    for bits in (64, 32):
        mask, here, class_number = word("mask", bits), word("here", bits), word("class", bits)
        table = [is_mask(mask), is_offset(here, mask), z3.ULT(class_number, 8)]
        there = alternate(here, mask, class_number)
        constants = [rotation(value) for value in CLASSES]
        added = (by_class(class_number, constants, bits) + here) & mask
        ledger.theorem(
            f"geometry: the alternate of the alternate is the group itself, {bits} bits",
            z3.And(is_offset(there, mask), alternate(there, mask, class_number) == here),
            table,
            planted={
                "addition instead of subtraction": (by_class(class_number, constants, bits) + added)
                & mask
                == here
            },
        )
        ledger.theorem(
            f"geometry: it has the other parity, so it is another group, {bits} bits",
            z3.Implies(mask != 0, bit(there, 6) != bit(here, 6)),
            table,
            planted={
                "the constants are not made odd": z3.Implies(
                    mask != 0,
                    alternate(here, mask, class_number, odd=0) != here,
                ),
                "a single group too": there != here,
            },
        )


def prove_after(ledger):
    """The groups following a group, with wrap-around."""
    mask, here, distance = word("mask"), word("here"), word("distance")
    after = (here + distance * LINE_BYTES) & mask

    def is_count(bytes_per_group):
        at = z3.LShR(here + distance * bytes_per_group & mask, 6)
        return at == (z3.LShR(here, 6) + distance) & z3.LShR(mask, 6)

    ledger.theorem(
        "geometry: after counts groups round the end",
        z3.And(is_count(LINE_BYTES), is_offset(after, mask)),
        [is_mask(mask), is_offset(here, mask)],
        planted={"in steps of 32 bytes": is_count(32)},
    )


def prove_places(ledger):
    """swiss::view::Place: group and slot in one number of bytes."""
    mask, here, slot = word("mask"), word("here"), word("slot")
    place = here + slot * 8

    def apart(slot_bits):
        return z3.And(place & mask == here, place & slot_bits == slot * 8)

    ledger.theorem(
        "geometry: group and slot follow from a place in bytes",
        apart(0x38),
        [is_mask(mask), is_offset(here, mask), z3.ULE(1, slot), z3.ULE(slot, 7)],
        planted={"the slot in two bits": apart(0x30)},
    )


def prove_rotations(ledger):
    """The eight constants as numbers of groups."""
    steps = [rotation(value) // LINE_BYTES for value in CLASSES]

    def distinct(log2):
        return len({step % 2**log2 for step in steps}) == len(steps)

    least = next(log2 for log2 in range(64) if distinct(log2))
    ledger.for_all(
        f"geometry: the eight alternates of a group are distinct from {2**least} groups on",
        range(least, 59),
        distinct,
        planted={f"from {2 ** (least - 1)} on": lambda log2: distinct(log2 - 1)},
    )
    apart = [(a, b) for a, b in itertools.combinations(steps, 2) if (a - b) % 4 == 2]
    ledger.check(
        "geometry: some two classes differ by 2 modulo 4 groups: moves connect all sizes",
        bool(apart) and all(step % 2 == 1 for step in steps),
        f"{len(apart)} pairs",
    )
    ledger.for_all(
        "geometry: and so they do, group by group",
        range(13),
        lambda log2: component(log2, lambda here, step: step - here) == 2**log2,
        planted={"XOR": lambda log2: component(log2, lambda here, step: step ^ here) == 2**log2},
    )
    ledger.for_all(
        "geometry: with XOR no component has more than 256 groups",
        range(13),
        lambda log2: component(log2, lambda here, step: step ^ here) <= 256,
        planted={"with subtraction": lambda log2: component(log2, lambda h, s: s - h) <= 256},
    )


def component(log2, move):
    """The number of groups among 2^log2 that moves reach from the first."""
    groups = 2**log2
    steps = [rotation(value) // LINE_BYTES for value in CLASSES]
    reached, waiting = {0}, [0]
    while waiting:
        here = waiting.pop()
        for there in {move(here, step) % groups for step in steps} - reached:
            reached.add(there)
            waiting.append(there)
    return len(reached)


def prove(ledger):
    """All theorems about groups and tags."""
    prove_home(ledger)
    prove_slot_bytes(ledger)
    prove_alternate(ledger)
    prove_after(ledger)
    prove_places(ledger)
    prove_rotations(ledger)
