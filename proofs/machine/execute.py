"""Symbolic execution of a routine, and what it is watched for.

angr runs the code one instruction at a time; registers hold formulas over the inputs, and at a branch
that can go both ways the execution splits. Each way it can end is compared with the contract. On the
way everything is watched: each load, each store, each register read or written.

**Loops** are not unrolled. A loop's head, the target of a branch backwards, is a *cut*: execution
stops there, and starts there afresh from a state of which only what is known at the cut is given
(`known.py`). Each segment ends at a cut, at the return, or wrongly outside the code; each way back to
a cut must shrink a set. So all inputs are covered, and the routine ends.

**Memory** is not modelled as bytes. The contract is asked what a load from an address, a formula,
gives, and when it is allowed. So tables are of any size, anywhere.

VEX, angr's intermediate language, has one oddity: x86_64's `bt` with two registers writes one of them
below the stack pointer and loads a byte of it. The real instruction touches no memory; the pair is
recognised by the instruction and answered from the value itself.
"""

import angr
import capstone
import claripy

from machine.known import Known
from machine.routine import instructions
from machine.solver import follows, holds_in, model, number, show, variable

CODE = 0x40_0000
RETURN = 0x80_0000
SCRATCH = 0x1000_0000


class Wrong(Exception):
    """The routine does something that its contract does not allow."""


class Execution:
    """One routine, executed from its first instruction and from each of its cuts."""

    def __init__(self, routine, contract, cut_loops=True):
        self.routine = routine
        self.architecture = routine.architecture
        self.contract = contract
        self.project = angr.load_shellcode(
            routine.code, arch=self.architecture.angr, load_address=CODE
        )
        self.code = {
            instruction.address: instruction
            for instruction in instructions(routine, self.project, CODE)
        }
        self.stack_at_entry = variable("stack_pointer")
        self.registers = [*self.architecture.registers, self.architecture.stack]
        self.may_touch = {*self.registers, self.architecture.counter, *self.architecture.flags}
        self.known = {}
        if cut_loops:
            for address in self.targets_of_branches_backwards():
                self.known[address] = Known(contract, self.registers, [self.stack_at_entry])
        self.written = set()
        self.paths = 0

    def targets_of_branches_backwards(self):
        """Where loops begin."""
        for address, instruction in self.code.items():
            if instruction.group(capstone.CS_GRP_JUMP):
                operand = instruction.operands[-1]
                if operand.type == capstone.CS_OP_IMM and operand.imm <= address:
                    yield operand.imm

    def run(self):
        """Executes everything that can be reached. Raises `Wrong` for what is not allowed."""
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
                elif after.addr in self.code:
                    states.append(after)
                else:
                    raise Wrong(f"leaves its code at {self.place(state)}")

    def step(self, state):
        """The states that can follow after one instruction."""
        try:
            successors = self.project.factory.successors(state, num_inst=1, opt_level=0)
        except angr.errors.AngrError as error:
            raise Wrong(f"cannot be executed at {self.place(state)}: {error}") from error
        if successors.unconstrained_successors:
            raise Wrong(f"jumps anywhere at {self.place(state)}")
        found = successors.flat_successors
        if len(found) > 1:
            found = [after for after in found if model(after.solver.constraints) is not None]
        return found

    def state_at(self, start):
        """The state of which all is known that holds whenever execution starts there."""
        state = self.project.factory.blank_state(
            addr=start,
            add_options={
                angr.options.SYMBOL_FILL_UNCONSTRAINED_REGISTERS,
                angr.options.LAZY_SOLVES,
            },
        )
        if start == CODE:
            given = dict(zip(self.architecture.arguments, self.contract.arguments))
            given[self.architecture.stack] = self.stack_at_entry
            if self.architecture.link:
                given[self.architecture.link] = number(RETURN)
            constraints = []
        else:
            given, constraints = self.known[start].describe()
        for register in self.registers:
            unknown = claripy.BVS(f"{register}_at_{start - CODE:x}", 64)
            setattr(state.regs, register, given.get(register, unknown))
        state.solver.add(*self.contract.assumptions, *constraints)
        state.globals["start"] = {name: self.register(state, name) for name in self.registers}
        state.globals["bt"] = None
        for event, action in (
            ("mem_read", self.on_load),
            ("mem_write", self.on_store),
            ("reg_read", self.on_register_read),
            ("reg_write", self.on_register_write),
        ):
            state.inspect.b(event, when=angr.BP_BEFORE, action=action)
        return state

    @staticmethod
    def register(state, name):
        """The formula that a register holds."""
        return state.registers.load(name, inspect=False, disable_actions=True)

    # What is watched

    def on_load(self, state):
        """Answers a load from the contract's memory, or with the return address."""
        address = state.inspect.mem_read_address
        size = state.inspect.mem_read_length
        constraints = state.solver.constraints
        mnemonic = self.code[state.addr].mnemonic
        if mnemonic == "ret":
            if not follows(address == self.stack_at_entry, constraints):
                raise Wrong("takes its return address from elsewhere")
            value = number(RETURN)
        elif state.globals["bt"] is not None and mnemonic == "bt":
            stored_at, stored = state.globals["bt"]
            value = claripy.LShR(stored, 8 * (address - stored_at))[8 * size - 1 : 0]
        else:
            value = self.word_at(address, state)[8 * size - 1 : 0]
        # angr loads from a concrete place that holds the answer, and decides no address itself.
        state.memory.store(
            SCRATCH,
            value,
            inspect=False,
            disable_actions=True,
            endness=self.project.arch.memory_endness,
        )
        state.inspect.mem_read_address = number(SCRATCH)

    def word_at(self, address, state):
        """The word of memory at an address, which the contract must allow to load."""
        constraints = state.solver.constraints
        words = self.contract.words
        allowed = claripy.Or(*(claripy.And(address == here, when) for here, _, when in words))
        if not words or not follows(allowed, constraints):
            raise Wrong(f"loads what it must not at {self.place(state)}")
        sample = model(constraints)
        for here, word, _ in words:
            if holds_in(sample, address == here) and follows(address == here, constraints):
                return word
        value = words[0][1]
        for here, word, _ in words[1:]:
            value = claripy.If(address == here, word, value)
        return value

    def on_store(self, state):
        """Nothing may be stored, but for VEX's way of `bt`."""
        if self.code[state.addr].mnemonic != "bt":
            raise Wrong(f"stores at {self.place(state)}")
        state.globals["bt"] = (state.inspect.mem_write_address, state.inspect.mem_write_expr)
        state.inspect.mem_write_address = number(SCRATCH)

    def on_register_read(self, state):
        """Only general registers and flags may be read."""
        self.touch(state, state.inspect.reg_read_offset, state.inspect.reg_read_length)

    def on_register_write(self, state):
        """The same for writes, which are also noted."""
        offset, size = state.inspect.reg_write_offset, state.inspect.reg_write_length
        self.written.add(self.touch(state, offset, size))

    def touch(self, state, offset, size):
        """The name of the register at an offset of VEX's guest state, which must be allowed."""
        offset = offset if isinstance(offset, int) else offset.concrete_value
        architecture = self.project.arch
        base = architecture.get_base_register(offset, size)
        name = architecture.register_names.get(base[0] if base else offset, f"register {offset}")
        if name not in self.may_touch:
            raise Wrong(f"touches {name} at {self.place(state)}")
        return name

    def place(self, state):
        """The instruction about to run, for people."""
        instruction = self.code[state.addr]
        offset = state.addr - CODE
        return f"+{offset:#x} ({instruction.mnemonic} {instruction.op_str})"

    # What is demanded at the ends

    def compare_return(self, state):
        """The answer is the contract's, and the stack is as it was."""
        constraints = state.solver.constraints
        answer = self.register(state, self.architecture.result)
        for condition, value in self.contract.cases:
            counter = model([*constraints, condition, answer != value])
            if counter is not None:
                raise Wrong(
                    f"answers {show(counter, {'': answer})} for {show(counter, self.contract.symbols)}"
                )
        stack = self.register(state, self.architecture.stack)
        popped = 0 if self.architecture.link else 8
        if not follows(stack == self.stack_at_entry + popped, constraints):
            raise Wrong("returns with another stack pointer")

    def arrive(self, start, state):
        """Takes an arrival at a cut into account. Is less known there than before?"""
        values = {name: self.register(state, name) for name in self.registers}
        known = self.known[state.addr]
        if state.addr <= start and not known.shrinks(
            state.globals["start"], values, state.solver.constraints
        ):
            raise Wrong(f"may never end: back at {self.place(state)} with nothing done")
        return known.arrive(values, state.solver.constraints)
