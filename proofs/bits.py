"""Bits as z3 formulas: the few operations that the theorems share.

Each is written from its definition, one bit or byte at a time, and not as a processor or a library
would compute it.
"""

import z3


def word(name, bits=64):
    """A variable of `bits` bits."""
    return z3.BitVec(name, bits)


def number(value, bits=64):
    """A constant of `bits` bits."""
    return z3.BitVecVal(value, bits)


def wide(value, bits=128):
    """`value` extended with zeros, so that sums and products of it are exact."""
    return z3.ZeroExt(bits - value.size(), value)


def bit(value, index):
    """Is bit `index` set?"""
    return z3.Extract(index, index, value) == 1


def byte(value, index):
    """Byte `index`; the lowest is 0."""
    return z3.Extract(8 * index + 7, 8 * index, value)


def leading_zeros(value):
    """How many bits above the highest set one are clear; all of them for 0."""
    size = value.size()
    answer = number(size, size)
    for index in range(size):
        answer = z3.If(bit(value, index), number(size - 1 - index, size), answer)
    return answer


def trailing_zeros(value):
    """How many bits below the lowest set one are clear; all of them for 0."""
    size = value.size()
    answer = number(size, size)
    for index in reversed(range(size)):
        answer = z3.If(bit(value, index), number(index, size), answer)
    return answer


def count_ones(value):
    """How many bits are set."""
    size = value.size()
    return sum(z3.ZeroExt(size - 1, z3.Extract(index, index, value)) for index in range(size))


def all_of(claims):
    """Do all claims hold?"""
    return z3.And(*claims)
