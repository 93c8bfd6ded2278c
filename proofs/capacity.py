"""layout::capacity: the capacity of a number of groups, and the groups that a capacity needs.

`max_entries` splits its product so that it cannot overflow; `log2_groups_for` starts one below the
StahlOS estimate and takes the first size that is large enough. Both are compared with the same
computation in exact numbers, at all three maximal loads and for 64-bit and 32-bit machines.
"""

import z3

from bits import number, wide, word
from page import estimate

SLOTS = 7
SIXTEENTHS = {"15/16": 15, "7/8": 14, "3/4": 12}
LINE_BITS = 6


def max_entries(sixteens, rest, sixteenths):
    """As in the crate, for `sixteens` * 16 + `rest` groups, in the width of the two."""
    parts = SLOTS * sixteenths
    return sixteens * parts + z3.LShR(rest * parts, 4)


def max_entries_in_one_product(sixteens, rest, sixteenths):
    """The result without the split."""
    return z3.LShR((sixteens * 16 + rest) * (SLOTS * sixteenths), 4)


def is_floor_of_load(entries, sixteens, rest, sixteenths):
    """Is `entries` the floor of the load's share of all slots, in exact numbers?"""
    share = (wide(sixteens) * 16 + wide(rest)) * (SLOTS * sixteenths)
    multiple = wide(entries) * 16
    return z3.And(z3.ULE(multiple, share), z3.ULT(share, multiple + 16))


def exact_max_entries(groups, sixteenths):
    """The same in exact numbers, without a split."""
    return z3.LShR(groups * (SLOTS * sixteenths), 4)


def enough(entries, log2, sixteenths):
    """Do 2^log2 groups have room for `entries`, exactly?"""
    return z3.ULE(wide(entries), exact_max_entries(number(1, 128) << wide(log2), sixteenths))


def search_is_exact(entries, sixteenths, tries):
    """From one below the estimate up, the first size that suffices is the least, and is reached soon."""
    size = entries.size()
    first = z3.If(estimate(entries) == 0, number(0, size), estimate(entries) - 1)
    log2 = z3.ZeroExt(size, first)
    return z3.And(
        z3.Or(log2 == 0, z3.Not(enough(entries, log2 - 1, sixteenths))),
        z3.Or(*(enough(entries, log2 + step, sixteenths) for step in range(tries))),
    )


def prove(ledger):
    """All theorems about capacities."""
    for bits in (64, 32):
        sixteens, rest = word("sixteens", bits), word("rest", bits)
        exist = [z3.ULE(sixteens, 1 << (bits - LINE_BITS - 4)), z3.ULT(rest, 16)]
        for load, sixteenths in SIXTEENTHS.items():
            parts = (sixteens, rest, sixteenths)
            ledger.theorem(
                f"capacity: max_entries is exact for all groups in {bits} bits, at {load}",
                is_floor_of_load(max_entries(*parts), *parts),
                exist,
                planted={
                    "one product": is_floor_of_load(max_entries_in_one_product(*parts), *parts)
                },
            )
    for bits in (64, 32):
        entries = word("entries", bits)
        no_overflow = [z3.ULE(entries, ((1 << bits) - 1) // 3)]
        # At 3/4 one more doubling than at 15/16 may be needed.
        for load, sixteenths in SIXTEENTHS.items():
            tries = 3 if load == "3/4" else 2
            ledger.theorem(
                f"capacity: log2_groups_for finds the least size in {tries} tries,"
                f" {bits} bits, at {load}",
                search_is_exact(entries, sixteenths, tries),
                no_overflow,
                planted={"one try less": search_is_exact(entries, sixteenths, tries - 1)},
            )
