"""The machine of `interpreted.py`, compared with others that were written from the manual.

- GNU as makes the same words of the text of each decoded instruction of the routines. So each was
  decoded as what it is, with its registers, offsets and numbers.
- QEMU computes the same from the same operands, for each kind of instruction that computes or
  branches.

Each has planted errors.
"""

import dataclasses
import itertools
import pathlib
import random
import subprocess

import claripy

from machine import riscv
from machine.execute import CODE
from machine.interpreted import Interpreted, State
from machine.routine import Routine, assemble, link, section_text
from machine.solver import number

CORNERS = [0, 1, 7, 63, 64, 0xFF, 0x8000_0000, 2**63 - 1, 2**63, 0x0101_0101_0101_0100, 2**64 - 1]
RANDOM_WORDS = 64
# The operands that are part of an instruction.
IMMEDIATES = [0, 1, 7, 63, -1, -2048, 2047, 0x101]
DISTANCES = [0, 1, 7, 32, 57, 63]
UPPER = [0, 1, 0x1010, 0x7FFFF, 0x80000, 0xFFFFF]
# Formulas that are almost right.
PLANTED = {
    "srl": claripy.LShR,
    "sltiu": lambda one, other: riscv.if_true(claripy.SLT(one, other), 1, 0),
    "bgeu": claripy.SGE,
    "ctz": lambda one, _: claripy.If(one == 0, number(0), riscv.trailing_zeros(one, None)),
    "orc.b": lambda one, _: one | one << 1,
    "andn": lambda one, other: ~one & other,
}


def compare(ledger, architecture, routines, folder):
    """Both comparisons, as checks."""
    found = [i for routine in routines for i in Interpreted(routine, CODE, None).code.values()]
    words = b"".join(routine.code for routine in routines)
    texts = [str(instruction) for instruction in found]
    ledger.check(
        f"{architecture.name}: GNU as makes the same words of what was decoded",
        assembled(architecture, texts, folder) == words,
        f"{len(texts)} instructions",
    )
    wrong = assembled(architecture, [*texts[:-1], "addi zero, zero, 1"], folder)
    ledger.check("  planted: another last instruction", wrong != words)

    kinds = {i.mnemonic for i in found if i.kind in ("compute", "branch")} - {"auipc"}
    cases = [*cases_of(sorted(kinds))]
    answers = emulate(architecture, cases, folder)
    texts = [*dict.fromkeys(text for text, _ in cases)]
    code = assembled(architecture, texts, folder)
    machine = Interpreted(Routine(architecture, "cases", code), CODE, None)
    places = dict(zip(texts, machine.code))

    def first_difference(of_kind=lambda _: True):
        for (text, operands), answer in zip(cases, answers, strict=True):
            if of_kind(text.split(maxsplit=1)[0]):
                computed = compute(machine, places[text], operands)
                if computed != answer:
                    one, other = operands
                    return f"{text} of {one:#x} and {other:#x}: {answer:#x}, not {computed:#x}"
        return None

    difference = first_difference()
    ledger.check(
        f"{architecture.name}: QEMU computes what the formulas say",
        difference is None,
        difference or f"{len(kinds)} instructions, {len(cases)} cases",
    )
    right = machine.code
    for name, formula in PLANTED.items():
        if name in kinds:
            machine.code = {
                place: dataclasses.replace(i, formula=formula) for place, i in right.items()
            }
            difference = first_difference(lambda kind, name=name: kind == name)
            ledger.check(f"  planted: another {name}", difference is not None, difference)


def cases_of(kinds):
    """The text of an instruction on a1 and a2, and their values, for each kind many times."""
    one_of = {name for name, _ in riscv.OF_ONE.values()}
    shifts = {name for name, _ in riscv.SHIFTS.values()}
    numbers = {name for name, _ in riscv.OF_IMMEDIATE.values()}
    branches = {name for name, _ in riscv.BRANCHES.values()}
    # With a fixed seed, so that they are the same in each run.
    draw = random.Random(1)
    some = [draw.getrandbits(64) >> draw.randrange(64) for _ in range(RANDOM_WORDS)]
    pairs = [*itertools.product(CORNERS, CORNERS), *itertools.pairwise(some)]
    words = [(word, 0) for word in [*CORNERS, *some]]
    for name in kinds:
        if name == "lui":
            yield from ((f"lui a0, {upper:#x}", (0, 0)) for upper in UPPER)
        elif name in one_of:
            yield from ((f"{name} a0, a1", word) for word in words)
        elif name in shifts | numbers:
            seconds = DISTANCES if name in shifts else IMMEDIATES
            texts = [f"{name} a0, a1, {second}" for second in seconds]
            yield from itertools.product(texts, words)
        else:
            text = f"{name} a1, a2, .+8" if name in branches else f"{name} a0, a1, a2"
            yield from ((text, pair) for pair in pairs)


def assembled(architecture, texts, folder):
    """The words that GNU as makes of some instructions."""
    return section_text(assemble(architecture, "\n".join([*architecture.directives, *texts, ""]), folder))


def compute(machine, place, operands):
    """What the machine has in a0 after an instruction; of a branch, whether it is not taken."""
    registers = {name: number(0) for name in riscv.REGISTERS[1:]}
    registers |= zip(("a1", "a2"), map(number, operands))
    [after] = machine.step(State(place, registers, {}, []))
    if machine.code[place].kind == "branch":
        return int(after.addr != machine.code[place].target)
    return after.registers["a0"].concrete_value


def emulate(architecture, cases, folder):
    """The same in QEMU, for each case."""
    lines = [*architecture.directives, ".globl _start", "_start:", "la s0, results", "la s1, operands"]
    for text, _ in cases:
        # What is not computed stays 0. A branch skips the instruction after it.
        lines += ["ld a1, 0(s1)", "ld a2, 8(s1)", "addi s1, s1, 16", "li a0, 0", text]
        lines += ["li a0, 1"] if text.startswith("b") else []
        lines += ["sd a0, 0(s0)", "addi s0, s0, 8"]
    # write(1, results, …), exit(0)
    lines += ["li a0, 1", "la a1, results", f"li a2, {8 * len(cases)}", "li a7, 64", "ecall"]
    lines += ["li a0, 0", "li a7, 93", "ecall", ".data", ".balign 8", "operands:"]
    lines += [f".dword {one:#x}, {other:#x}" for _, (one, other) in cases]
    lines += [".bss", ".balign 8", "results:", f".zero {8 * len(cases)}", ""]
    program = pathlib.Path(folder) / "cases"
    link(architecture, assemble(architecture, "\n".join(lines), folder), program, "_start")
    output = subprocess.run(["qemu-riscv64", program], check=True, stdout=subprocess.PIPE).stdout
    return [int.from_bytes(output[at : at + 8], "little") for at in range(0, len(output), 8)]
