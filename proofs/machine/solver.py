"""Queries about formulas, answered by z3 with the strategy that suits bit vectors.

A formula is angr's (claripy) or z3's own: variables of the same name are one variable in both.
"""

import claripy
import z3

# A query that z3 does not answer within this time counts as a failure.
PATIENCE_MILLISECONDS = 300_000
BACKEND = claripy.backends.z3


def number(value, bits=64):
    """A number as a formula."""
    return claripy.BVV(value % 2**bits, bits)


def variable(name, bits=64):
    """A variable of exactly this name."""
    return claripy.BVS(name, bits, explicit_name=True)


def to_z3(formula):
    """The same formula in z3's form."""
    return formula if z3.is_expr(formula) else BACKEND.convert(formula)


def model(constraints):
    """A model of all constraints, or None if there is none."""
    solver = z3.SolverFor("QF_BV")
    solver.set("timeout", PATIENCE_MILLISECONDS)
    solver.add(*map(to_z3, constraints))
    answer = solver.check()
    if answer == z3.unknown:
        raise TimeoutError(f"z3 gave up: {solver.reason_unknown()}")
    return solver.model() if answer == z3.sat else None


def follows(formula, constraints):
    """Does `formula` hold wherever all constraints do?"""
    return model([*constraints, z3.Not(to_z3(formula))]) is None


def holds_in(model_found, formula):
    """Is `formula` true in this model?"""
    return z3.is_true(model_found.eval(to_z3(formula), model_completion=True))


def value_in(model_found, formula):
    """The value of a formula in this model."""
    return model_found.eval(to_z3(formula), model_completion=True).as_long()


def show(model_found, variables):
    """The values of some variables in a model, in one line."""
    return ", ".join(
        f"{symbol.args[0]} = {value_in(model_found, symbol):#x}" for symbol in variables
    )
