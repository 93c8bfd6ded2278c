"""The instructions of RISC-V that the routines use: decoded, and as formulas over their operands.

VEX knows none of them, and Ghidra's description, which angr can take instead, has no `ctz`. So they
are written down here, from the manual. Nothing rests on that alone: `emulated.py` compares each with
what QEMU does, and GNU as makes the same words of the text of each decoded instruction. A word that
is not here cannot be executed.
"""

import dataclasses
import operator

import claripy

from machine.instruction import Instruction
from machine.solver import number

REGISTERS = (
    "zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7"
    " s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6"
).split()
BYTES = range(8)


def shift_left(value, distance):
    """Only six bits of the distance count."""
    return value << (distance & 63)


def shift_right(value, distance):
    """The same to the right, with zeros from the left."""
    return claripy.LShR(value, distance & 63)


def if_true(condition, yes, no):
    """One of two numbers."""
    return claripy.If(condition, number(yes), number(no))


def trailing_zeros(value, _):
    """The number of zeros below the lowest one; 64 if there is none."""
    count = number(64)
    for bit in reversed(range(64)):
        count = claripy.If(value[bit:bit] == 1, number(bit), count)
    return count


def bytes_not_zero(value, _):
    """All bits of each byte that has one."""
    parts = [value[8 * byte + 7 : 8 * byte] for byte in reversed(BYTES)]
    return claripy.Concat(
        *(claripy.If(part == 0, claripy.BVV(0, 8), claripy.BVV(0xFF, 8)) for part in parts)
    )


# Of two registers: by function 3 and function 7.
OF_REGISTERS = {
    (0, 0x00): ("add", operator.add),
    (0, 0x20): ("sub", operator.sub),
    (0, 0x01): ("mul", operator.mul),
    (4, 0x00): ("xor", operator.xor),
    (5, 0x00): ("srl", shift_right),
    (6, 0x00): ("or", operator.or_),
    (7, 0x00): ("and", operator.and_),
    (7, 0x20): ("andn", lambda one, other: one & ~other),
}
# Of a register and a number: by function 3.
OF_IMMEDIATE = {
    0: ("addi", operator.add),
    3: ("sltiu", lambda one, other: if_true(claripy.ULT(one, other), 1, 0)),
    4: ("xori", operator.xor),
    6: ("ori", operator.or_),
    7: ("andi", operator.and_),
}
# By function 3; the six highest bits are zero.
SHIFTS = {1: ("slli", shift_left), 5: ("srli", shift_right)}
# Of one register: by function 3 and the twelve highest bits.
OF_ONE = {(1, 0x601): ("ctz", trailing_zeros), (5, 0x287): ("orc.b", bytes_not_zero)}
# By function 3.
BRANCHES = {
    0: ("beq", operator.eq),
    1: ("bne", operator.ne),
    6: ("bltu", claripy.ULT),
    7: ("bgeu", claripy.UGE),
}


@dataclasses.dataclass(frozen=True)
class Decoded(Instruction):
    """An instruction with its parts. A register is a number; a missing part is None."""

    # "compute", "load", "store", "branch", "jump", "jump to register", "unknown".
    kind: str
    destination: int | None = None
    one: int | None = None
    other: int | None = None
    immediate: int | None = None
    # The result of a computation, or the condition of a branch, from two operands.
    formula: object = None


def decode(word, address):
    """The instruction of a word; its kind is "unknown" if it is not one of those here."""

    def made(mnemonic, op_str, kind, target=None, goes_on=True, **parts):
        return Decoded(address, 4, mnemonic, op_str, target, goes_on, kind, **parts)

    unknown = made(".word", f"{word:#010x}", "unknown")
    opcode, function = word & 0x7F, word >> 12 & 7
    destination, one, other = (word >> at & 31 for at in (7, 15, 20))
    to, of, and_of = REGISTERS[destination], REGISTERS[one], REGISTERS[other]
    immediate = signed(word >> 20, 12)
    if opcode == 0x33 and (function, word >> 25) in OF_REGISTERS:
        name, formula = OF_REGISTERS[function, word >> 25]
        parts = {"destination": destination, "one": one, "other": other, "formula": formula}
        return made(name, f"{to}, {of}, {and_of}", "compute", **parts)
    if opcode == 0x13:
        parts = {"destination": destination, "one": one}
        if (function, word >> 20) in OF_ONE:
            name, formula = OF_ONE[function, word >> 20]
            return made(name, f"{to}, {of}", "compute", immediate=0, formula=formula, **parts)
        if function in SHIFTS:
            if word >> 26:
                return unknown
            name, formula = SHIFTS[function]
        elif function in OF_IMMEDIATE:
            name, formula = OF_IMMEDIATE[function]
        else:
            return unknown
        text = f"{to}, {of}, {immediate}"
        return made(name, text, "compute", immediate=immediate, formula=formula, **parts)
    if opcode == 0x37:
        upper = word >> 12
        parts = {"one": 0, "immediate": signed(upper, 20) << 12, "formula": operator.add}
        return made("lui", f"{to}, {upper:#x}", "compute", destination=destination, **parts)
    if opcode == 0x17 and destination == 0:
        # The landing pad. With another destination it would be the address of something.
        parts = {"one": 0, "immediate": 0, "formula": operator.add}
        return made("auipc", f"zero, {word >> 12:#x}", "compute", destination=0, **parts)
    if opcode == 0x03 and function == 3:
        parts = {"destination": destination, "one": one, "immediate": immediate}
        return made("ld", f"{to}, {immediate}({of})", "load", **parts)
    if opcode == 0x23 and function == 3:
        offset = signed(word >> 25 << 5 | destination, 12)
        parts = {"one": one, "other": other, "immediate": offset}
        return made("sd", f"{and_of}, {offset}({of})", "store", **parts)
    if opcode == 0x63 and function in BRANCHES:
        name, formula = BRANCHES[function]
        offset = pieces(word, (31, 1, 12), (7, 1, 11), (25, 6, 5), (8, 4, 1))
        parts = {"one": one, "other": other, "formula": formula}
        offset = signed(offset, 13)
        text = f"{of}, {and_of}, .{offset:+d}"
        return made(name, text, "branch", target=address + offset, **parts)
    if opcode == 0x6F:
        offset = pieces(word, (31, 1, 20), (12, 8, 12), (20, 1, 11), (21, 10, 1))
        offset = signed(offset, 21)
        parts = {"target": address + offset, "goes_on": False, "destination": destination}
        return made("jal", f"{to}, .{offset:+d}", "jump", **parts)
    if opcode == 0x67 and function == 0:
        parts = {"goes_on": False, "destination": destination, "one": one, "immediate": immediate}
        return made("jalr", f"{to}, {immediate}({of})", "jump to register", **parts)
    return unknown


def pieces(word, *moves):
    """A number put together from pieces: each is its lowest bit, its length, and its place."""
    return sum((word >> at & (1 << length) - 1) << place for at, length, place in moves)


def signed(value, bits):
    """A number of this many bits with its sign."""
    return value - (value >> bits - 1 << bits)
