"""Symbolic execution of a routine, and the checks during it.

angr runs the code one instruction at a time; registers hold formulas over the inputs, and at a
branch that can go both ways the execution splits. The end of each path is compared with the
contract. On the way each load, each store, and each register read or written is checked.

**Innermost loops** are not unrolled. The start of one is a *cut*: execution stops there, and
restarts from a state in which only what is known at the cut is given (`known.py`). Each segment
ends at a cut, at the return, or as an error outside the code. A segment may lead back to the cut it
began at if it shrinks a set, and to later cuts, but to no earlier one. So all inputs are covered,
and the routine ends. Outer loops run for as many rounds as they take; where that number depends on
the inputs, the contract has to fix it.

**Memory** is not modelled as bytes: `memory.py` defines the value of a load from an address given
as a formula, and whether it is allowed. So tables are of any size, anywhere.
"""

import angr
import claripy

from machine.known import Known
from machine.loops import innermost_heads
from machine.memory import BitScratch, Forbidden, Memory
from machine.routine import instructions
from machine.solver import follows, model, number, show, value_in, variable

CODE = 0x40_0000
RETURN = 0x80_0000
SCRATCH = 0x1000_0000
BIT_SCANS = ("tzcnt", "bsf")
# The limit from one cut to the next. Exceeding it means an endless outer loop.
MOST_STEPS = 1000


class Wrong(Exception):
    """The routine does something that its contract does not allow."""


class Execution:
    """One routine, executed from its first instruction and from each of its cuts."""

    def __init__(self, routine, contract, promised):
        """`promised` are the registers that the routine may change, in VEX's names."""
        self.routine = routine
        self.architecture = routine.architecture
        self.contract = contract
        self.promised = promised
        self.project = angr.load_shellcode(
            routine.code, arch=self.architecture.angr, load_address=CODE
        )
        self.code = {
            instruction.address: instruction
            for instruction in instructions(routine, self.project, CODE)
        }
        self.registers = [*self.architecture.registers, self.architecture.stack]
        self.at_entry = {name: variable(f"{name}_at_entry") for name in self.registers}
        self.stack_at_entry = self.at_entry[self.architecture.stack]
        self.memory = Memory(contract, self.stack_at_entry)
        self.known = {}
        for head in innermost_heads(self.code, CODE):
            self.known[head] = Known(contract, self.at_entry.values())
        self.paths = 0

    def run(self):
        """Executes all reachable code. Raises `Wrong` for what is not allowed."""
        waiting = [CODE]
        while waiting:
            start = waiting.pop()
            for end in self.segment(start):
                self.paths += 1
                if end.addr == RETURN:
                    self.compare_return(end)
                elif self.arrive(start, end) and end.addr not in waiting:
                    waiting.append(end.addr)

    # From a start to the next cuts and returns

    def segment(self, start):
        """The states in which execution from `start` next reaches a cut or the return."""
        states = [self.state_at(start)]
        while states:
            state = states.pop()
            for after in self.step(state):
                if after.addr == RETURN or after.addr in self.known:
                    yield after
                elif after.addr not in self.code:
                    raise Wrong(f"leaves its code at {self.place(state)}")
                else:
                    states.append(after)

    def step(self, state):
        """The states that can follow after one instruction."""
        state.globals["steps"] += 1
        if state.globals["steps"] > MOST_STEPS:
            raise Wrong(f"goes on for {MOST_STEPS} instructions, to {self.place(state)}")
        try:
            successors = self.project.factory.successors(state, num_inst=1, opt_level=0)
        except angr.errors.AngrError as error:
            raise Wrong(f"cannot be executed at {self.place(state)}: {error}") from error
        if successors.unconstrained_successors:
            raise Wrong(f"jumps anywhere at {self.place(state)}")
        found = successors.flat_successors
        for after in found:
            self.blur_bit_scan(state, after)
        if len(found) > 1:
            found = [after for after in found if model(self.constraints(after)) is not None]
        return found

    def blur_bit_scan(self, before, after):
        """Replaces the results of a bit scan that depend on the processor.

        `rep bsf` is `tzcnt` on some processors and `bsf` on others. They differ in the answer for
        0, and in the flags: code that relies on neither stays right with any value there.
        """
        instruction = self.code[before.addr]
        if instruction.mnemonic in BIT_SCANS:
            answer, scanned = instruction.op_str.split(", ")
            value = claripy.If(
                self.register(before, scanned) == 0,
                claripy.BVS("scan_of_0", 64),
                self.register(after, answer),
            )
            setattr(after.regs, answer, value)
            self.forget_flags(after)

    def forget_flags(self, state):
        """Makes the flags arbitrary: VEX's kind 0 means that the first operand contains them."""
        state.regs.cc_op = 0
        for operand in self.architecture.flags[1:]:
            setattr(state.regs, operand, claripy.BVS(operand, 64))

    def state_at(self, start):
        """A state that has exactly what is known whenever execution starts there."""
        state = self.project.factory.blank_state(
            addr=start,
            add_options={
                angr.options.SYMBOL_FILL_UNCONSTRAINED_REGISTERS,
                angr.options.LAZY_SOLVES,
            },
        )
        if start == CODE:
            given = self.at_entry | self.contract.cells
            given |= zip(self.architecture.arguments, self.contract.arguments)
            if self.architecture.link:
                given[self.architecture.link] = number(RETURN)
        else:
            given, constraints = self.known[start].describe()
            state.solver.add(*constraints)
        for name in self.registers:
            setattr(state.regs, name, given.pop(name))
        self.forget_flags(state)
        state.globals["cells"] = given
        state.globals["bits"] = None
        state.globals["steps"] = 0
        state.globals["start"] = self.values(state)
        for event, action in (
            ("mem_read", self.on_load),
            ("mem_write", self.on_store),
            ("reg_read", self.on_register_read),
            ("reg_write", self.on_register_write),
        ):
            state.inspect.b(event, when=angr.BP_BEFORE, action=action)
        return state

    def constraints(self, state):
        """What holds in a state: the assumptions, and the branches taken."""
        return [*self.contract.assumptions, *state.solver.constraints]

    def values(self, state):
        """The formulas in all registers and cells."""
        registers = {name: self.register(state, name) for name in self.registers}
        return registers | state.globals["cells"]

    @staticmethod
    def register(state, name):
        """The formula in a register."""
        return state.registers.load(name, inspect=False, disable_actions=True)

    # Checks during execution

    def on_load(self, state):
        """Answers a load from memory, or of the return address."""
        address = state.inspect.mem_read_address
        size = state.inspect.mem_read_length
        mnemonic = self.code[state.addr].mnemonic
        if mnemonic == "ret":
            if not follows(address == self.stack_at_entry, self.constraints(state)):
                raise Wrong("takes its return address from elsewhere")
            value = number(RETURN)
        elif mnemonic in BitScratch.INSTRUCTIONS:
            value = state.globals["bits"].load(address, size)
        else:
            cells = state.globals["cells"]
            try:
                value = self.memory.load(address, cells, self.constraints(state))
            except Forbidden as error:
                raise Wrong(f"{error} at {self.place(state)}") from error
            value = value[8 * size - 1 : 0]
        # angr loads from a concrete address that holds the answer, and resolves no address itself.
        state.memory.store(
            SCRATCH,
            value,
            inspect=False,
            disable_actions=True,
            endness=self.project.arch.memory_endness,
        )
        state.inspect.mem_read_address = number(SCRATCH)

    def on_store(self, state):
        """Stores to a cell."""
        address, value = state.inspect.mem_write_address, state.inspect.mem_write_expr
        if self.code[state.addr].mnemonic in BitScratch.INSTRUCTIONS:
            if value.size() > 8:
                state.globals["bits"] = BitScratch(address, value.zero_extend(64 - value.size()))
            else:
                state.globals["bits"] = state.globals["bits"].store(address, value)
        else:
            try:
                cells = self.memory.store(address, value, state.globals["cells"])
            except Forbidden as error:
                raise Wrong(f"{error} at {self.place(state)}") from error
            state.globals["cells"] = cells
        state.inspect.mem_write_address = number(SCRATCH)

    def on_register_read(self, state):
        """Allows reads of general registers and flags only."""
        self.touch(state, state.inspect.reg_read_offset, state.inspect.reg_read_length)

    def on_register_write(self, state):
        """The same for writes; flags may be changed only if that is promised."""
        offset, size = state.inspect.reg_write_offset, state.inspect.reg_write_length
        name = self.touch(state, offset, size)
        flags = self.architecture.flags
        if name in flags and name not in self.promised:
            raise Wrong(f"changes the flags at {self.place(state)}, against its banner")

    def touch(self, state, offset, size):
        """The name of the register at an offset of VEX's guest state, which must be allowed."""
        offset = offset if isinstance(offset, int) else offset.concrete_value
        architecture = self.project.arch
        base = architecture.get_base_register(offset, size)
        name = architecture.register_names.get(base[0] if base else offset, f"register {offset}")
        allowed = (*self.registers, self.architecture.counter, *self.architecture.flags)
        if name not in allowed:
            raise Wrong(f"touches {name} at {self.place(state)}")
        return name

    def place(self, state):
        """The next instruction, for display."""
        instruction = self.code[state.addr]
        text = f"{instruction.mnemonic} {instruction.op_str}".strip()
        return f"+{state.addr - CODE:#x} ({text})"

    # Checks at the ends

    def compare_return(self, state):
        """The answer is the contract's, and everything that the caller relies on is unchanged."""
        constraints = self.constraints(state)
        values = self.values(state)
        answer = values[self.contract.answer_cell or self.architecture.result]
        counter = model([*constraints, self.contract.denies(answer)])
        if counter is not None:
            raise Wrong(
                f"answers {value_in(counter, answer):#x}"
                f" for {show(counter, self.contract.symbols)}"
            )
        kept = dict(self.at_entry)
        if self.architecture.link:
            kept[self.architecture.link] = number(RETURN)
        else:
            kept[self.architecture.stack] += 8
        kept |= zip(self.architecture.arguments, self.contract.arguments)
        for name, before in kept.items():
            if name not in self.promised and not self.is_same(values[name], before, constraints):
                raise Wrong(f"returns with another {name}, against its banner")

    @staticmethod
    def is_same(one, other, constraints):
        """Are two formulas equal? Identical formulas need no solver."""
        return one is other or follows(one == other, constraints)

    def arrive(self, start, state):
        """Records an arrival at a cut. Is less known there than before?"""
        values = self.values(state)
        known = self.known[state.addr]
        constraints = self.constraints(state)
        before = state.globals["start"]
        if state.addr < start:
            raise Wrong(f"may never end: goes back to an earlier loop, at {self.place(state)}")
        if state.addr == start and not known.shrinks(before, values, constraints):
            raise Wrong(f"may never end: back at {self.place(state)} with nothing done")
        return known.arrive(values, constraints)
