"""The contract of the probe routines as formulas, written from its text, slot by slot.

The text is at the top of src/probe/mod.rs. Nothing here is shared with a backend, or with the other
theorems of this folder.

A contract has the arguments, the assumptions about them, and the answers that it denies. For memory
it has the words of the table that may be loaded, as triples of an address, the content, and a
condition; and the areas that it provides, with the initial content of their cells. For loops it has
candidates for what is known at their heads: `sets`, tests of a value, and `statements` about the
inputs.
"""

import functools
import itertools
import operator

import claripy
import z3

from machine.solver import number, to_z3, variable
from source import constant

SLOTS = range(1, 8)
GOLDEN = constant("src/layout/geometry.rs", "GOLDEN")


def byte(word, index):
    """Byte `index` of a word."""
    return word[8 * index + 7 : 8 * index]


def both(*claims):
    """All claims hold."""
    return claripy.And(*claims)


class Wrong(Exception):
    """A routine does something that its contract does not allow."""


class Contract:
    """Defaults: most contracts have none of these."""

    inputs = frozenset()
    words = []
    areas = {}
    cells = {}
    sets = {}
    statements = {}
    # The cell of the answer; None means the result register.
    answer_cell = None


class Step(Contract):
    """A routine without loops and without memory: one answer."""

    def __init__(self, arguments, assumptions, answer):
        self.arguments = arguments
        self.symbols = arguments
        self.assumptions = assumptions
        self.answer = answer

    def denies(self, answer):
        """When is `answer` wrong?"""
        # Sorted operands make equal products of equal sums one term, which z3 need not solve.
        return z3.simplify(to_z3(answer) != to_z3(self.answer), bv_sort_ac=True)


def match_slots():
    """Bit 8 * s + 7 for each slot s whose byte is the wanted one."""
    word, slot_byte = variable("word"), variable("slot_byte")
    answer = number(0)
    for slot in SLOTS:
        matches = byte(word, slot) == slot_byte[7:0]
        answer |= claripy.If(matches, number(1 << (8 * slot + 7)), number(0))
    return Step([word, slot_byte], [claripy.ULT(slot_byte, 256)], answer)


def free_slot():
    """The lowest slot whose byte is zero, or 0."""
    word = variable("word")
    answer = number(0)
    for slot in reversed(SLOTS):
        answer = claripy.If(byte(word, slot) == 0, number(slot), answer)
    return Step([word], [], answer)


class Lookup(Contract):
    """find_word, for tables of any size anywhere, any words in them, any hash and any entry.

    Memory is an arbitrary function of addresses, of which only two groups of words matter: a load
    from elsewhere is not allowed.
    """

    def __init__(self):
        base, mask, hash_value, wanted = map(variable, ("base", "mask_bytes", "hash", "wanted"))
        self.arguments = [base, mask, hash_value, wanted]
        groups_less_one = claripy.LShR(mask, 6)
        self.assumptions = [
            mask & 63 == 0,
            groups_less_one & (groups_less_one + 1) == 0,
            base & 63 == 0,
            claripy.UGE(base + mask + 63, base),
        ]

        high = claripy.LShR(hash_value, 57)
        tag = claripy.If(high == 0, number(1), high)[7:0]
        self.class_number = (tag & 7).zero_extend(56)
        home_offset = (hash_value << 6) & mask
        rotated = number(GOLDEN)
        for value in range(1, 8):
            turned = number(GOLDEN >> value | GOLDEN << (64 - value))
            rotated = claripy.If(self.class_number == value, turned, rotated)
        home = base + home_offset
        other = base + ((rotated | 64) - home_offset & mask)

        self.home_words = [variable(f"home_{index}") for index in range(8)]
        other_words = [variable(f"other_{index}") for index in range(8)]
        self.symbols = [*self.arguments, *self.home_words, *other_words]
        self.inputs = frozenset(symbol.args[0] for symbol in self.symbols)
        # The two groups can be one, and then hold the same words.
        other_words = [
            claripy.If(other == home, here, there)
            for here, there in zip(self.home_words, other_words)
        ]
        self.groups = {
            "home": (home, self.home_words, tag << 1),
            "other": (other, other_words, tag << 1 | 1),
        }
        self.define_answer(wanted)

    def assume_table_below(self, bits):
        """Assumes that the table has fewer bytes than this power of two."""
        if bits < 64:
            mask = self.arguments[1]
            self.assumptions.append(mask[63:bits] == 0)

    def define_answer(self, wanted):
        """The cases, and what may become known at the heads of loops."""

        def matches(group, slot):
            _, words, slot_byte = self.groups[group]
            return byte(words[0], slot) == slot_byte

        def equals(group, slot):
            _, words, _ = self.groups[group]
            return both(matches(group, slot), words[slot] == wanted)

        def none_equals(group, slots=SLOTS):
            return both(*(claripy.Not(equals(group, slot)) for slot in slots))

        def found(group, before):
            """One case for each slot in which the entry can be found."""
            address, _, _ = self.groups[group]
            for slot in SLOTS:
                first = both(before, equals(group, slot), none_equals(group, range(1, slot)))
                yield first, address + 8 * slot

        filter_bit = claripy.LShR(self.home_words[0], self.class_number)[0:0]
        not_home = none_equals("home")
        go_on = both(not_home, filter_bit == 1)
        # Exactly one of these conditions holds for any input.
        self.cases = [
            *found("home", claripy.true()),
            (both(not_home, filter_bit == 0), number(0)),
            *found("other", go_on),
            (both(go_on, none_equals("other")), number(1)),
        ]
        self.sets = {}
        self.statements = {"not at home": not_home, "the filter has the class": filter_bit == 1}
        self.words = []
        for group, when in (("home", claripy.true()), ("other", go_on)):
            address, words, _ = self.groups[group]
            self.words.append((address, words[0], when))
            for slot in SLOTS:
                place = address + 8 * slot
                self.words.append((place, words[slot], both(when, matches(group, slot))))

        def rest_of(group, member, others, may_be_empty):
            """Is a value the set of the matching slots that are still to be compared?

            `member` says whether it contains a slot; the bits of `others` are clear. A matching
            slot that is not in the set does not equal the entry.
            """

            def test(value):
                parts = [value & others == 0]
                if not may_be_empty:
                    parts.append(value != 0)
                for slot in SLOTS:
                    inside = member(value, slot)
                    parts.append(claripy.Or(claripy.Not(inside), matches(group, slot)))
                    parts.append(claripy.Or(inside, claripy.Not(equals(group, slot))))
                return both(*parts)

            return test

        for group in self.groups:
            for at, may_be_empty in itertools.product((0, 7), (False, True)):
                bits = {slot: number(1 << (8 * slot + at)) for slot in SLOTS}
                self.sets[group, at, may_be_empty] = rest_of(
                    group,
                    lambda value, slot, bits=bits: value & bits[slot] != 0,
                    ~functools.reduce(operator.or_, bits.values()),
                    may_be_empty,
                )
            self.sets[group, "bytes"] = rest_of(
                group, lambda value, slot: byte(value, slot) == 0xFF, number(0), True
            )

    def denies(self, answer):
        """When is `answer` not the answer of the case?"""
        return claripy.Or(*(both(case, answer != right) for case, right in self.cases))


class Batch(Lookup):
    """find_words for one entry: the answer replaces the hash."""

    answer_cell = ("answers", 0)

    def __init__(self):
        super().__init__()
        base, mask, hash_value, wanted = self.arguments
        words, answers = variable("words"), variable("answers")
        self.arguments = [base, mask, words, answers, number(1)]
        self.symbols += [words, answers]
        self.inputs |= {"words", "answers"}
        # No object is larger than half of the address space; each is aligned, and none is at 0.
        self.assumptions += [mask[63:63] == 0, answers & 7 == 0, answers != 0]
        self.areas = {"words": (words, 8, False), "answers": (answers, 8, True)}
        self.cells = {("words", 0): wanted, ("answers", 0): hash_value}
