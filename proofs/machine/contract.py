"""The contract of the probe routines, as formulas: written from its text, slot by slot.

The text is at the top of src/probe/mod.rs. Nothing here is shared with a backend, nor with the other
theorems of this folder.

A contract has the arguments, what may be assumed of them, the cases of the answer, and the words of
memory that may be loaded. `cases` are pairs of a condition and an answer; exactly one condition holds
for any input. `words` are triples of an address, what is there, and when it may be loaded. For loops
there is also what may turn out to be known at their heads: `sets`, tests of a register's value, and
`statements` about the inputs.
"""

import claripy

from machine.solver import number, variable
from source import constant

SLOTS = range(1, 8)
GOLDEN = constant("src/layout/geometry.rs", "GOLDEN")


def byte(word, index):
    """Byte `index` of a word."""
    return word[8 * index + 7 : 8 * index]


def both(*claims):
    """All claims hold."""
    return claripy.And(*claims)


class Step:
    """A routine without loops and without memory: one answer."""

    inputs = frozenset()
    words = []
    sets = {}
    statements = {}

    def __init__(self, arguments, assumptions, answer):
        self.arguments = arguments
        self.symbols = arguments
        self.assumptions = assumptions
        self.cases = [(claripy.true(), answer)]

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


class Lookup:
    """find_word, for tables of any size anywhere, any words in them, any hash and any entry.

    Memory is an arbitrary function of addresses, of which only two groups of words can matter: a load
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

    def define_answer(self, wanted):
        """The cases, and what may be known on the way."""

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
        self.cases = [
            *found("home", claripy.true()),
            (both(not_home, filter_bit == 0), number(0)),
            *found("other", go_on),
            (both(go_on, none_equals("other")), number(1)),
        ]
        self.statements = {"not at home": not_home, "the filter has the class": filter_bit == 1}
        self.words = [
            (address + 8 * index, words[index], both(when, *[matches(group, s) for s in [index] if s]))
            for group, when in (("home", claripy.true()), ("other", go_on))
            for address, words, _ in [self.groups[group]]
            for index in range(8)
        ]

        def rest_of(group, bit):
            """Is a value the set of the matching slots that are still to be compared?

            Slot s is bit 8 * s + `bit`. The set is not empty; what matches and is not in it does
            not equal the entry.
            """
            _, words, _ = self.groups[group]
            others = number(~sum(1 << (8 * slot + bit) for slot in SLOTS))

            def test(value):
                parts = [value != 0, value & others == 0]
                for slot in SLOTS:
                    member = value[8 * slot + bit : 8 * slot + bit] == 1
                    parts.append(claripy.Or(claripy.Not(member), matches(group, slot)))
                    parts.append(claripy.Or(member, claripy.Not(equals(group, slot))))
                return both(*parts)

            return test

        self.sets = {
            f"rest of {group}, bit {bit}": rest_of(group, bit)
            for group in self.groups
            for bit in (0, 7)
        }
