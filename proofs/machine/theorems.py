"""The theorems about machine code, and their planted errors.

For each routine one theorem states everything at once, for all inputs: it returns the answer of its
contract; it loads only what the contract allows, and stores only to its own memory; it uses general
registers only; registers that its banner does not name, and the stack pointer, have the same values at
the return as at the call.

The planted errors are systematic. Each instruction in turn is replaced by one that does nothing, and
the theorem has to fail, by a counterexample or by a broken promise. A needless instruction would be
detected here. Also, an instruction is added to a correct routine that does not change the answer and
breaks one of the promises.
"""

import logging
import multiprocessing
import tempfile

from machine import compiled, contract, emulated
from machine.contract import Wrong
from machine.execute import CODE, Execution
from machine.routine import (
    ARCHITECTURES,
    assemble_instruction,
    assemble_with_gnu,
    compile_unit,
    compile_with_crate,
)

CONTRACTS = {
    "match_slots": contract.match_slots,
    "free_slot": contract.free_slot,
    "find_word": contract.Lookup,
    "find_words": contract.Batch,
}
# The domain of contracts that do not cover all inputs.
DOMAINS = {"find_words": "for a batch of one"}
# Instructions that can be left out in a batch of one entry: prefetches, the computation of their
# addresses, and the step from one entry to the next. `asm-check` changes them all, and runs longer
# batches.
OF_LONGER_BATCHES = {
    ("aarch64", "find_words"): [
        "+0x14 (and x13, x13, #0xf)",
        "+0x18 (ldr x8, [x3, x13, lsl #3])",
        "+0x1c (and x9, x1, x8, lsl #6)",
        "+0x20 (prfm pldl1keep, [x0, x9])",
        "+0x28 (b.hs #0x400018)",
        # The one entry's hash, home and tag are still in the registers where they were needed before.
        "+0x34 (ldr x8, [x3, x5, lsl #3])",
        "+0x38 (and x9, x1, x8, lsl #6)",
        "+0x8c (cbnz x5, #0x400034)",
        "+0xac (and x10, x8, #0x7f)",
        "+0xf8 (cbnz x6, #0x400094)",
        "+0x100 (sub x5, x4, #1)",
        "+0x104 (and x5, x5, #0xf)",
        "+0x174 (prfm pldl1keep, [x0, x11])",
    ],
    ("x86_64", "find_words"): [
        "+0x26 (test r8, r8)",
        "+0x2f (and rbx, 0xf)",
        "+0x33 (mov rbp, qword ptr [r14 + rbx*8])",
        "+0x37 (shl rbp, 6)",
        "+0x3b (and rbp, rsi)",
        "+0x3e (prefetcht0 byte ptr [rdi + rbp])",
        "+0x46 (jae 0x400033)",
        "+0xb8 (jne 0x400054)",
        # The one entry's tag is still in the register where it was needed before.
        "+0xd4 (mov rbx, rbp)",
        "+0x128 (test r12, r12)",
        "+0x12b (jne 0x4000bf)",
        "+0x132 (lea r9, [r8 - 1])",
        "+0x136 (and r9, 0xf)",
        "+0x18c (prefetcht0 byte ptr [rdi + r13])",
    ],
    ("riscv64", "find_words"): [
        "+0x2c (andi t3, t3, 15)",
        "+0x30 (slli t3, t3, 3)",
        "+0x38 (ld t6, 0(t3))",
        "+0x3c (slli t1, t6, 6)",
        "+0x40 (and t1, t1, a1)",
        "+0x44 (add t1, a0, t1)",
        "+0x48 (ori zero, t1, 1)",
        "+0x50 (bgeu t3, a3, .-24)",
        # The one entry's hash and tag are still in the registers where they were needed before.
        "+0x5c (ld t6, 0(a5))",
        "+0xd0 (bne a5, a3, .-116)",
        "+0xf4 (srli t2, t6, 57)",
        "+0x14c (bne a6, zero, .-116)",
        "+0x158 (andi t3, t3, 15)",
        "+0x168 (addi a5, a3, 0)",
        "+0x1d0 (add t4, a0, t6)",
        "+0x1d4 (ori zero, t4, 1)",
        "+0x1e0 (add t3, t3, a6)",
    ],
    ("riscv64+zbb", "find_words"): [
        "+0x28 (andi t3, t3, 15)",
        "+0x2c (slli t3, t3, 3)",
        "+0x34 (ld t6, 0(t3))",
        "+0x38 (slli t1, t6, 6)",
        "+0x3c (and t1, t1, a1)",
        "+0x40 (add t1, a0, t1)",
        "+0x44 (ori zero, t1, 1)",
        "+0x4c (bgeu t3, a3, .-24)",
        "+0x58 (ld t6, 0(a5))",
        "+0xb0 (bne a5, a3, .-88)",
        "+0xd4 (srli t2, t6, 57)",
        "+0x110 (bne a6, zero, .-88)",
        "+0x11c (andi t3, t3, 15)",
        "+0x12c (addi a5, a3, 0)",
        "+0x194 (add t4, a0, t6)",
        "+0x198 (ori zero, t4, 1)",
        "+0x1a4 (add t3, t3, a6)",
    ],
}
# An instruction that breaks each promise, inserted at the start of match_slots, and the expected
# complaint.
PROMISES = {
    "aarch64": {
        "fmov d0, x0": "touches",
        "mrs x2, fpcr": "touches",
        "str x0, [x1]": "stores",
        "ldr x2, [x1]": "loads",
        "cmp x0, x1": "changes the flags",
        "mov x19, x0": "returns with another x19",
        "mov x5, x0": "returns with another x5",
        "sub sp, sp, #16": "returns with another xsp",
        "mov x30, x0": "jumps",
        "b .": "may never end",
    },
    "x86_64": {
        "movq %rdi, %xmm0": "touches",
        "emms": "touches",
        "mov %rdi, (%rsi)": "stores",
        "mov (%rsi), %rax": "loads",
        "std": "touches",
        "mov %rdi, %rbx": "returns with another rbx",
        "mov %rdi, %r8": "returns with another r8",
        "push %rdi": "takes its return address from elsewhere",
        "pop %rax": "loads",
        "jmp .": "may never end",
    },
    "riscv64": {
        "fmv.d.x fa0, a0": "cannot be executed",
        "csrr a2, cycle": "cannot be executed",
        ".option rvc; c.mv a2, a0; c.nop": "cannot be executed",
        "sd a0, (a1)": "stores",
        "ld a2, (a1)": "loads",
        "mv s1, a0": "returns with another s1",
        "mv a5, a0": "returns with another a5",
        "mv gp, a0": "returns with another gp",
        "addi sp, sp, -16": "returns with another sp",
        "mv ra, a0": "jumps",
        "j .": "may never end",
    },
}
# Routines that the quick run omits.
LONG = ["find_words"]
# For a routine with loops the quick run leaves out one instruction in this many.
QUICK_STRIDE = 25


def contract_of(routine):
    """The contract of an assembly routine, for tables of this architecture."""
    found = CONTRACTS[routine.name]()
    if isinstance(found, contract.Lookup):
        found.assume_table_below(routine.architecture.table_bits)
    return found


def complaint(routine, of_contract, promised):
    """The complaint about a routine, or None; and the execution that showed it."""
    execution = Execution(routine, of_contract, promised)
    try:
        execution.run()
    except (Wrong, TimeoutError) as error:
        return str(error), execution
    return None, execution


def complaint_alone(routine):
    """The complaint about an assembly routine, or None."""
    return complaint(routine, contract_of(routine), by_banner(routine))[0]


def by_banner(routine):
    """The registers that the banner lets a routine change, in VEX's names."""
    architecture = routine.architecture
    names = routine.clobbers()
    kept = names - {"flags", *architecture.volatile}
    if kept:
        raise ValueError(f"{routine.path()} clobbers {kept}, which callers rely on")
    if "flags" in names:
        names = names - {"flags"} | set(architecture.flags)
    return names | {architecture.result}


def by_convention(architecture):
    """The registers that any function may change."""
    return {*architecture.volatile, *architecture.flags}


def without_each_instruction(routine, execution, stride=1):
    """The routine with every `stride`-th instruction made a no-op, and that instruction."""
    code = [i for i in execution.code.values() if not i.is_landing_pad()]
    for instruction in code[::stride]:
        start = instruction.address - CODE
        end = start + instruction.size
        nops = routine.architecture.nop * (instruction.size // len(routine.architecture.nop))
        without = routine.code[:start] + nops + routine.code[end:]
        yield f"+{start:#x} ({instruction})", routine.with_code(without)


def prove_routine(ledger, routine, long):
    """One assembly routine, and its planted errors."""
    name = f"{routine.architecture.name} {routine.name}"
    wrong, execution = complaint(routine, contract_of(routine), by_banner(routine))
    domain = DOMAINS.get(routine.name, "for all inputs")
    size = f"{len(routine.code)} bytes, {execution.paths} paths"
    ledger.check(f"{name}: is its contract, {domain}", wrong is None, wrong or size)

    stride = QUICK_STRIDE if execution.known and not long else 1
    planted = dict(without_each_instruction(routine, execution, stride))
    # Each runs in a separate process: with loops one takes seconds.
    with multiprocessing.get_context("fork").Pool() as pool:
        complaints = dict(zip(planted, pool.map(complaint_alone, planted.values(), chunksize=1)))
    not_missed = [instruction for instruction, wrong in complaints.items() if wrong is None]
    expected = OF_LONGER_BATCHES.get((routine.architecture.name, routine.name), [])
    expected = [instruction for instruction in expected if instruction in planted]
    surprises = sorted({*not_missed} ^ {*expected})
    first = next(iter(complaints))
    of_longer_batches = f", {len(expected)} of which are for longer batches" if expected else ""
    ledger.check(
        f"  planted: {len(complaints)} instructions, each left out alone{of_longer_batches}",
        not surprises,
        (
            f"missed or not, against what is written: {', '.join(surprises)}"
            if surprises
            else f"{first}: it {complaints[first]}"
        ),
    )


def prove_promises(ledger, routine, folder):
    """Each kind of broken promise is found."""
    architecture = routine.architecture
    pad = 4  # bytes of the landing pad
    for instruction, expected in PROMISES[architecture.folder].items():
        added = assemble_instruction(architecture, instruction, folder)
        code = routine.code[:pad] + added + routine.code[pad:]
        wrong, _ = complaint(routine.with_code(code), contract_of(routine), by_banner(routine))
        found = wrong is not None and wrong.startswith(expected)
        ledger.check(f"  planted: {instruction}", found, f"it {wrong}")


def prove_compiled(ledger, architecture, folder, long):
    """The crate's arithmetic as rustc compiles it."""
    promised = by_convention(architecture)
    routines = compile_with_crate(architecture, "compiled", folder)
    for name, of_contract in compiled.contracts(architecture, long).items():
        routine = routines[name]
        wrong, execution = complaint(routine, of_contract, promised)
        ledger.check(
            f"{architecture.name} rustc's {name}: is the formula, for all arguments",
            wrong is None,
            wrong or f"{len(routine.code)} bytes, {execution.paths} paths",
        )
        # rustc does not know the assumptions, so some instructions may be left out.
        for instruction, without in reversed([*without_each_instruction(routine, execution)]):
            wrong, _ = complaint(without, of_contract, promised)
            if wrong is not None:
                break
        ledger.check(
            "  planted: an instruction left out", wrong is not None, f"{instruction}: it {wrong}"
        )


def prove(ledger, long):
    """All theorems about machine code."""
    # angr logs what it finds remarkable, such as a register that was never set.
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        for architecture in ARCHITECTURES:
            routines = compile_unit(architecture, "text", folder)
            ledger.check(
                f"{architecture.name}: the routines are those with a contract",
                routines.keys() == CONTRACTS.keys(),
                ", ".join(sorted(routines)),
            )
            for name in CONTRACTS:
                if name in LONG and not long:
                    continue
                routine = routines[name]
                ledger.check(
                    f"{architecture.name} {name}: GNU as makes the same bytes",
                    assemble_with_gnu(routine, folder).code == routine.code,
                )
                prove_routine(ledger, routine, long)
                if name == "match_slots":
                    prove_promises(ledger, routine, folder)
            if architecture.angr:
                prove_compiled(ledger, architecture, folder, long)
            else:
                emulated.compare(ledger, architecture, routines.values(), folder)
