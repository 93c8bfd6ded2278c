"""A machine of our own for RISC-V, which executes one instruction at a time on formulas.

It is what `lifted.py` is for the other architectures. No flags, no stack, no partial registers:
little is needed.
"""

from machine.contract import Wrong
from machine.riscv import REGISTERS, decode
from machine.solver import number

RETURN_MASK = -2


class State:
    """Registers and cells, the branches taken, and what the execution notes about them."""

    def __init__(self, addr, registers, cells, constraints):
        self.addr = addr
        self.registers = registers
        self.constraints = constraints
        self.globals = {"cells": cells}

    def at(self, addr, registers=None, cells=None, condition=None):
        """The state that follows at an address, with these changes."""
        more = [] if condition is None else [condition]
        after = State(
            addr, registers or self.registers, self.globals["cells"], [*self.constraints, *more]
        )
        after.globals = dict(self.globals)
        if cells is not None:
            after.globals["cells"] = cells
        return after


class Interpreted:
    """The machine for one routine. `checks` answers loads and stores, or refuses them."""

    def __init__(self, routine, address, checks):
        self.checks = checks
        code = routine.code
        words = [int.from_bytes(code[at : at + 4], "little") for at in range(0, len(code), 4)]
        self.code = {}
        for place, word in enumerate(words):
            self.code[address + 4 * place] = decode(word, address + 4 * place)

    def start(self, address, given, constraints):
        """A state that has what is given, the rest of it cells."""
        registers = {name: given.pop(name) for name in REGISTERS[1:]}
        return State(address, registers, given, constraints)

    @staticmethod
    def constraints(state):
        """The branches taken, and what was known at the start."""
        return state.constraints

    @staticmethod
    def registers(state):
        """The formula in each register."""
        return state.registers

    def step(self, state):
        """The states that can follow after one instruction."""
        instruction = self.code[state.addr]
        after = state.addr + instruction.size
        one, other = (self.operand(state, instruction, part) for part in ("one", "other"))
        match instruction.kind:
            case "compute":
                value = instruction.formula(one, other)
                return [state.at(after, self.with_register(state, instruction, value))]
            case "load":
                value = self.checks.load(state, one + instruction.immediate, 8)
                return [state.at(after, self.with_register(state, instruction, value))]
            case "store":
                cells = self.checks.store(state, one + instruction.immediate, other)
                return [state.at(after, cells=cells)]
            case "branch":
                taken = instruction.formula(one, other)
                ways = [(instruction.target, taken), (after, ~taken)]
                return [state.at(to, condition=when) for to, when in ways if not when.is_false()]
            case "jump":
                registers = self.with_register(state, instruction, number(after))
                return [state.at(instruction.target, registers)]
            case "jump to register":
                target = one + instruction.immediate & RETURN_MASK
                if target.symbolic:
                    raise Wrong(f"jumps anywhere at {self.checks.place(state)}")
                registers = self.with_register(state, instruction, number(after))
                return [state.at(target.concrete_value, registers)]
        raise Wrong(f"cannot be executed at {self.checks.place(state)}")

    @staticmethod
    def operand(state, instruction, part):
        """The value of an operand; the immediate if the second one is no register."""
        register = getattr(instruction, part)
        if register is None:
            return number(instruction.immediate or 0)
        return number(0) if register == 0 else state.registers[REGISTERS[register]]

    @staticmethod
    def with_register(state, instruction, value):
        """The registers after a result. What is written to `zero` is gone."""
        if instruction.destination == 0:
            return state.registers
        return {**state.registers, REGISTERS[instruction.destination]: value}
