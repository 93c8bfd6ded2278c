"""What is known at a loop's head, found by striking out what is not.

The first arrival suggests all that may be true (this is the Houdini of Flanagan and Leino): that a
register holds the formula it holds now, if that is over the inputs alone; that a register holds one
of the contract's sets; each of the contract's statements. What does not hold at that arrival is
struck out at once; what does not hold at a later one, then. Whoever strikes something out executes
the loop again, with less known. What is left in the end holds at every arrival, and so is true.

Nothing here depends on which register plays which role, or on how the routine goes about its loop.
A wrong suggestion costs time only; one that is missing makes a proof fail, never succeed.
"""

import claripy

from machine.solver import follows, holds_in, model


class Known:
    """The knowledge at one cut."""

    def __init__(self, contract, registers, more_inputs):
        self.contract = contract
        self.registers = registers
        self.inputs = frozenset(contract.inputs | {symbol.args[0] for symbol in more_inputs})
        self.reached = False
        self.equal = {}
        self.sets = set()
        self.statements = set()

    def arrive(self, values, constraints):
        """Keeps what holds for an arrival with these register values. Is anything new?"""
        if not self.reached:
            self.reached = True
            self.suggest(values)
            self.strike(values, constraints)
            return True
        return self.strike(values, constraints)

    def suggest(self, values):
        """Everything that may be true."""
        for register, value in values.items():
            if value.variables <= self.inputs:
                self.equal[register] = value
            if value.symbolic:
                self.sets.update((register, name) for name in self.contract.sets)
        self.statements.update(self.contract.statements)

    def strike(self, values, constraints):
        """Strikes out what does not follow from the constraints. Was there anything?"""
        # One model refutes most of what is wrong, for the price of one question.
        sample = model(constraints)

        def fails(formula):
            return not holds_in(sample, formula) or not follows(formula, constraints)

        struck = [
            register
            for register, formula in self.equal.items()
            if values[register] is not formula and fails(values[register] == formula)
        ]
        for register in struck:
            del self.equal[register]
        sets = {(r, name) for r, name in self.sets if fails(self.contract.sets[name](values[r]))}
        statements = {name for name in self.statements if fails(self.contract.statements[name])}
        self.sets -= sets
        self.statements -= statements
        return bool(struck or sets or statements)

    def describe(self):
        """Registers whose values are known, and constraints, for a fresh start at the cut."""
        given = dict(self.equal)
        constraints = [self.contract.statements[name] for name in self.statements]
        for register, name in self.sets:
            if register not in given:
                given[register] = claripy.BVS(f"{register}_{name}", 64)
            constraints.append(self.contract.sets[name](given[register]))
        return given, constraints

    def shrinks(self, before, after, constraints):
        """Is one of the sets now a proper subset of what it was at the start?"""
        return any(
            follows(
                claripy.And(after[register] & ~before[register] == 0, after[register] != before[register]),
                constraints,
            )
            for register, _ in self.sets
        )
