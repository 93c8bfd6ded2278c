"""The values of a routine's loads, and where it may store.

There are two kinds of memory. The **table** is only read: the contract names the relevant words of
it, and the condition under which each may be loaded. The **cells** are the routine's own: the stack
below its entry, and the areas that the contract provides. A cell is identified by its area and its
offset from the area's start, which must simplify to a number. Nothing overlaps: the caller
guarantees that.
"""

import claripy
import z3

from machine.solver import follows, holds_in, model, number, to_z3

STACK_BYTES = 128


class Forbidden(Exception):
    """The contract does not allow this access."""


class Memory:
    """The memory of one execution. The executor keeps the cells, as a dictionary."""

    def __init__(self, contract, stack_at_entry):
        self.contract = contract
        # Start, first and last offset, and whether stores are allowed.
        self.areas = {"stack": (stack_at_entry, -STACK_BYTES, -8, True)}
        for name, (start, size, writable) in contract.areas.items():
            self.areas[name] = (start, 0, size - 8, writable)

    def cell(self, address):
        """Area and offset of an address, or None if it is not in a cell."""
        for name, (start, first, last, _) in self.areas.items():
            offset = z3.simplify(to_z3(address) - to_z3(start))
            if z3.is_bv_value(offset) and first <= offset.as_signed_long() <= last:
                return name, offset.as_signed_long()
        return None

    def load(self, address, cells, constraints):
        """The word at an address."""
        cell = self.cell(address)
        if cell is None:
            return self.word_of_table(address, constraints)
        if cell not in cells:
            raise Forbidden("loads what was never stored")
        return cells[cell]

    def store(self, address, value, cells):
        """The cells after a store."""
        cell = self.cell(address)
        if cell is None or not self.areas[cell[0]][3] or cell[1] % 8 or value.size() != 64:
            raise Forbidden("stores what it must not")
        return {**cells, cell: value}

    def word_of_table(self, address, constraints):
        """The word at an address of the table; the contract must allow the load."""
        words = self.contract.words
        allowed = claripy.Or(*(claripy.And(address == here, when) for here, _, when in words))
        if not words or not follows(allowed, constraints):
            raise Forbidden("loads what it must not")
        sample = model(constraints)
        for here, word, _ in words:
            if holds_in(sample, address == here) and follows(address == here, constraints):
                return word
        value = words[0][1]
        for here, word, _ in words[1:]:
            value = claripy.If(address == here, word, value)
        return value


class BitScratch:
    """VEX's model of x86_64's `bt` and its relatives.

    With two registers it stores one of them below the stack pointer and works on a byte there. The
    real instructions touch no memory, so these accesses are handled separately, for the one
    instruction.
    """

    INSTRUCTIONS = ("bt", "bts", "btr", "btc")

    def __init__(self, address, value):
        self.address = address
        self.value = value

    def load(self, address, size):
        """Some bytes of the register, the word itself or one byte."""
        return claripy.LShR(self.value, 8 * (address - self.address))[8 * size - 1 : 0]

    def store(self, address, value):
        """The same register with a byte replaced."""
        shift = 8 * (address - self.address)
        window = number(2 ** value.size() - 1) << shift
        value = value.zero_extend(64 - value.size()) << shift
        return BitScratch(self.address, self.value & ~window | value)
