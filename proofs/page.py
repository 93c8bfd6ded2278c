"""The two proofs of the StahlOS page on hash tables, repeated, judged and repaired.

The page estimates log2 of the groups a table needs as `64 - clz((3 * entries) >> 4)`, and finds a
free slot of a group, whose low metadata byte has one presence bit for each of the slots 1 to 7, as
`63 - clz(~(byte | ...ff01))`. For both it requests a counterexample from z3, and z3 finds none.

The first proof is sound, and claims too little: the page says "between 1 and 256", a lost
superscript of the 2^56 that it proves. The bound belongs to the proof, not to the estimate: beyond
it the *check* overflows. With exact numbers the estimate is right as long as 3 * entries does not
overflow.

The second proof is empty where it matters. For a full group the formula answers -1. The page's
helper that looks up the presence bit adds the constraint that the index is in range, which removes
the two full bytes from the check. Without that constraint nothing changes: out of range the helper
answers `false`, which the property takes for "free". So two flaws hide one wrong answer; after the
repair of only one of them it stays hidden. Also, the page's branch for slot 0 requires that *no*
slot be taken, which has no effect, since the formula never answers 0.
"""

import z3

from bits import all_of, bit, leading_zeros, number, wide, word

FREE_MASK = 0xFFFF_FFFF_FFFF_FF01


def estimate(entries):
    """The page's estimate, in the width of `entries`."""
    size = entries.size()
    return number(size, size) - leading_zeros(z3.LShR(entries * 3, 4))


def estimate_as_the_page_checks_it(entries, small_tables_apart=True):
    """Large enough, and not wastefully large; computed in 64 bits, signed where the page is."""
    capacity = ((number(1) << estimate(entries)) * 7 * 15) / 16
    thrifty = z3.ULT(capacity, entries * 4)
    if small_tables_apart:
        thrifty = z3.If(entries < 7, z3.ULT(capacity, entries + 8), thrifty)
    return z3.And(z3.ULE(entries, capacity), thrifty)


def exact_capacity(log2):
    """floor(7 * 2^log2 * 15 / 16), exactly."""
    return z3.LShR(number(7 * 15, 128) << log2, 4)


def estimate_is_least_or_one_more(entries, slack=2):
    """In exact numbers: the groups suffice, and `slack` doublings fewer would not."""
    log2 = wide(estimate(entries))
    return z3.And(
        z3.ULE(wide(entries), exact_capacity(log2)),
        z3.Or(z3.ULT(log2, slack), z3.ULT(exact_capacity(log2 - slack), wide(entries))),
    )


def prove_estimate(ledger):
    """The first proof."""
    n = word("n")
    page_domain = [z3.ULE(1, n), z3.ULT(n, 1 << 56)]
    ledger.theorem(
        "page: the estimate is right for 1 <= n < 2^56, as the page checks it",
        estimate_as_the_page_checks_it(n),
        page_domain,
        planted={
            "small tables are not checked apart": estimate_as_the_page_checks_it(n, False),
            "n < 2^60: the check itself overflows": (
                estimate_as_the_page_checks_it(n),
                [z3.ULE(1, n), z3.ULT(n, 1 << 60)],
            ),
        },
    )
    for bits in (64, 32):
        n = word("n", bits)
        largest = ((1 << bits) - 1) // 3
        ledger.theorem(
            f"page: in {bits} bits it is the least or one more, wherever 3 * n does not overflow",
            estimate_is_least_or_one_more(n),
            [z3.ULE(n, largest)],
            planted={
                "one entry further": (estimate_is_least_or_one_more(n), [z3.ULE(n, largest + 1)]),
                "it is always the least": estimate_is_least_or_one_more(n, slack=1),
            },
        )
    ledger.theorem(
        "page: the estimate for no entries is no doubling",
        estimate(number(0)) == 0,
        planted={"one doubling": estimate(number(0)) == 1},
    )
    share = percent_above_least(1 << 20)
    ledger.check(
        "page: it is one doubling too large for 30.7 % of 1 <= n <= 2^20",
        f"{share:.1f}" == "30.7",
        f"{share:.3f} %",
    )


def percent_above_least(most):
    """The percentage of 1..=most that get more groups than they need, by counting."""
    capacities = [7 * 15 * 2**log2 // 16 for log2 in range(64)]
    least = 0
    above = 0
    for entries in range(1, most + 1):
        while capacities[least] < entries:
            least += 1
        above += (3 * entries >> 4).bit_length() != least
    return 100 * above / most


def highest_free(presence):
    """The page's formula: the highest slot without its presence bit, as a signed number."""
    return number(63) - leading_zeros(~(presence | FREE_MASK))


def names_a_free_slot(presence, slot, out_of_range):
    """The page's property: slot 0 with no slot taken, or the presence bit of `slot` is clear.
    The lookup answers `out_of_range` for a slot without a presence bit. Presence bit 0 is never set.
    """
    taken = z3.BoolVal(out_of_range)
    for index in range(8):
        taken = z3.If(slot == index, bit(presence, index) if index else z3.BoolVal(False), taken)
    none_taken = presence & 0xFE == 0
    return z3.If(slot == 0, none_taken, z3.Not(taken))


def prove_free_slot(ledger):
    """The second proof: its flaws, and the repaired form."""
    presence = word("presence")
    slot = highest_free(presence)
    one_byte = [z3.ULT(presence, 256)]
    in_range = [slot >= 0, slot < 8]
    dishonest = names_a_free_slot(presence, slot, out_of_range=False)
    honest = names_a_free_slot(presence, slot, out_of_range=True)

    ledger.theorem(
        "page: with its own constraints the free slot formula has no counterexample",
        dishonest,
        one_byte + in_range,
        planted={
            "the slot below the answer": names_a_free_slot(presence, slot - 1, out_of_range=False)
        },
    )
    admitted = [byte for byte in range(256) if is_true_for(z3.And(*in_range), presence, byte)]
    ledger.check(
        "page: first flaw, the constraints admit all bytes but the two full ones",
        sorted(set(range(256)) - set(admitted)) == [0xFE, 0xFF],
        f"{len(admitted)} of 256",
    )
    ledger.theorem(
        "page: second flaw, without them there is no counterexample either",
        dishonest,
        one_byte,
        planted={"an index out of range counts as taken": honest},
    )
    ledger.theorem(
        "page: with the second flaw mended alone, the first still hides the full groups",
        honest,
        one_byte + in_range,
        planted={"the first is closed as well": (honest, one_byte)},
    )
    full = presence & 0xFE == 0xFE
    ledger.theorem(
        "page: a full group yields -1, never the 0 that is documented",
        z3.And(slot == -1, slot != 0),
        one_byte + [full],
        planted={"it yields 0": slot == 0},
    )
    ledger.theorem(
        "page: repaired, a full group has no free slot and any other has the one found",
        z3.If(full, z3.Not(found(presence)), z3.And(found(presence), is_highest(presence, slot))),
        one_byte,
        planted={
            "the formula is trusted for full groups": is_highest(presence, slot),
            "bit 0 is taken for a slot": z3.If(
                full, z3.Not(found(presence, 0xFFFF_FFFF_FFFF_FF00)), found(presence)
            ),
        },
    )


def found(presence, mask=FREE_MASK):
    """The repair: there is an answer unless no bit is left after masking."""
    return ~(presence | mask) != 0


def is_highest(presence, slot):
    """Is `slot` one of 1..=7, free, and every slot above it taken?"""
    free = [z3.Not(bit(presence, index)) for index in range(8)]
    return z3.Or(
        *(
            all_of([slot == index, free[index]] + [z3.Not(above) for above in free[index + 1 :]])
            for index in range(1, 8)
        )
    )


def is_true_for(claim, variable, value):
    """Does `claim`, whose only variable is `variable`, hold for `value`?"""
    claim = z3.substitute(claim, (variable, number(value, variable.size())))
    return z3.is_true(z3.simplify(claim))


def prove(ledger):
    """Both proofs."""
    prove_estimate(ledger)
    prove_free_slot(ledger)
