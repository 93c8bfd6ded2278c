"""rustc's code for the crate's arithmetic, against the formulas that the theorems are about.

The files in this folder's parent prove properties of formulas that were written down from the Rust
source. Here the source itself is compiled for both architectures, and each function's machine code
is proved equal to the formula for all arguments in its domain. So the theorems hold for the crate.
"""

import z3

import bits
import capacity
import geometry
import hashing
import page
import words
from machine import contract
from machine.solver import variable


def model_of(names, formula, domain=lambda *arguments: []):
    """A contract whose answer is a z3 formula over the named arguments."""
    arguments = [bits.word(name) for name in names]
    symbols = [variable(name) for name in names]
    return contract.Step(symbols, domain(*arguments), formula(*arguments))


def low_byte(value):
    """The byte that remains after a truncating cast."""
    return z3.Extract(7, 0, value)


def is_set(mask):
    """Does it have bits of slots only, and at least one?"""
    return [mask & ~bits.number(words.ALL_SLOTS) == 0, mask != 0]


def in_table(mask, *_):
    """Is it the mask of a table?"""
    return [geometry.is_mask(mask)]


def offset(mask, group):
    """The offset of a group by its number, with wrap-around."""
    return group << 6 & mask


def checked_estimate(entries):
    """layout::estimate_log2_groups, with all bits set for None."""
    overflows = z3.UGT(entries, (2**64 - 1) // 3)
    return z3.If(overflows, bits.number(2**64 - 1), page.estimate(entries))


def contracts(architecture, long):
    """The contract of each function of compiled.rs."""

    def a_class(_, class_number):
        return [z3.ULT(class_number, 8)]

    def a_slot(_, slot, byte):
        return [z3.ULE(1, slot), z3.ULE(slot, 7), z3.ULT(byte, 256)]

    def with_filter(word, class_number):
        return word | bits.number(1) << class_number

    contracts = {
        "match_slots": contract.match_slots(),
        "free_slot": contract.free_slot(),
        "lowest": model_of(["mask"], words.lowest, is_set),
        "rest": model_of(["mask"], lambda mask: mask & (mask - 1), is_set),
        "count": model_of(["mask"], bits.count_ones, is_set),
        "with_slot_byte": model_of(
            ["word", "slot", "byte"],
            lambda word, slot, byte: words.with_slot_byte(word, low_byte(slot), low_byte(byte)),
            a_slot,
        ),
        "with_filter": model_of(["word", "class"], with_filter, a_class),
        "with_filter_bit": model_of(
            ["word", "class", "set"],
            lambda word, class_number, bit: z3.If(
                bit == 1,
                with_filter(word, class_number),
                word & ~with_filter(bits.number(0), class_number),
            ),
            lambda word, class_number, _: a_class(word, class_number),
        ),
        "tag": model_of(["hash"], geometry.tag_of),
        "home": model_of(["mask", "hash"], lambda mask, hash: geometry.home(hash, mask), in_table),
        "alternate": model_of(
            ["mask", "group", "class"],
            lambda mask, group, class_number: geometry.alternate(
                offset(mask, group), mask, class_number & 7
            ),
            in_table,
        ),
        "after": model_of(
            ["mask", "group", "distance"],
            lambda mask, group, distance: offset(mask, group) + distance * 64 & mask,
            in_table,
        ),
        "max_entries": model_of(
            ["groups"],
            lambda groups: capacity.max_entries(z3.LShR(groups, 4), groups & 15, 15),
            lambda groups: [z3.ULE(groups, 1 << 58)],
        ),
        "hash_word": model_of(["seed", "word"], hashing.hash_word),
        "unhash_word": model_of(["seed", "hash"], hashing.unhash_word),
    }
    # On x86_64 the estimate uses the overflow of a product, which angr takes from the low half, and
    # the lookup is left out because it takes as long as all others together.
    if architecture.name == "aarch64":
        contracts["estimate"] = model_of(["entries"], checked_estimate)
    if long:
        contracts["find_word"] = contract.Lookup()
    return contracts
