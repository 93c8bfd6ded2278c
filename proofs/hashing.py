"""hash: `hash_word` is a bijection of words for each seed, and `unhash_word` is its inverse.

The mixer is a chain of five steps after the seed. One step of the inverse undoes each: two
xor-shifts undo an xor-shift, and a multiplication by the inverse modulo 2^64 undoes an odd
multiplication. Each pair is a theorem, in both orders; `unhash_word` is the chain of the second
halves in reverse order, so it is the inverse on both sides. z3 cannot decide the whole composition
at once.
"""

import z3

from bits import byte, number, word
from source import constant

FIRST = constant("src/hash/mod.rs", "FIRST")
SECOND = constant("src/hash/mod.rs", "SECOND")


def newton_inverse(odd, rounds=5):
    """hash::inverse, as a Python number: each round doubles the correct bits, starting at three."""
    guess = odd
    for _ in range(rounds):
        guess = guess * (2 - odd * guess) % 2**64
    return guess


def shifted(value, *shifts):
    """value XOR-ed with itself shifted right, once for each shift."""
    answer = value
    for shift in shifts:
        answer = answer ^ z3.LShR(value, shift)
    return answer


# The steps of hash::hash_word after the seed, and the step of hash::unhash_word that undoes each.
CHAIN = [
    ("xor-shift", (30,), (30, 60)),
    ("product", FIRST, newton_inverse(FIRST)),
    ("xor-shift", (27,), (27, 54)),
    ("product", SECOND, newton_inverse(SECOND)),
    ("xor-shift", (31,), (31, 62)),
]


def step(kind, parameter, value):
    """One step of the chain."""
    return shifted(value, *parameter) if kind == "xor-shift" else value * parameter


def hash_word(seed, value):
    """hash::hash_word: the chain."""
    state = seed ^ value
    for kind, forth, _ in CHAIN:
        state = step(kind, forth, state)
    return state


def unhash_word(seed, state):
    """hash::unhash_word: the chain in reverse."""
    for kind, _, back in reversed(CHAIN):
        state = step(kind, back, state)
    return state ^ seed


def prove_mixer(ledger):
    """Each step is undone, in both orders."""
    value = word("word")
    for kind, forth, back in CHAIN:
        wrong = forth if kind == "xor-shift" else newton_inverse(forth, rounds=3)
        change = "one shift less" if kind == "xor-shift" else "two rounds of Newton less"
        shown = forth[0] if kind == "xor-shift" else f"{forth:#x}"
        ledger.theorem(
            f"hash: the {kind} by {shown} is undone, in both orders",
            z3.And(
                step(kind, back, step(kind, forth, value)) == value,
                step(kind, forth, step(kind, back, value)) == value,
            ),
            planted={change: step(kind, wrong, step(kind, forth, value)) == value},
        )


def tail_word(text, length, mark=56):
    """The coefficient in KeyedHasher::write of the last 1 to 7 bytes, marked by their number."""
    kept = number(0)
    for index in range(7):
        present = z3.ULT(index, length)
        kept = kept | z3.If(present, z3.ZeroExt(56, byte(text, index)) << 8 * index, number(0))
    return kept | length << mark


def prove_tail(ledger):
    """Byte strings that end in zeros are distinguished."""
    text, other = word("text"), word("other")
    length, other_length = word("length"), word("other_length")
    given = [z3.ULE(1, length), z3.ULE(length, 7), z3.ULE(1, other_length), z3.ULE(other_length, 7)]

    def tells_apart(mark):
        equal = tail_word(text, length, mark) == tail_word(other, other_length, mark)
        same = [
            z3.Implies(z3.ULT(index, length), byte(text, index) == byte(other, index))
            for index in range(7)
        ]
        return z3.Implies(equal, z3.And(length == other_length, *same))

    ledger.theorem(
        "hash: two different ends of 1 to 7 bytes are two different coefficients",
        tells_apart(56),
        given,
        planted={"the length among the bytes": tells_apart(48)},
    )


def prove(ledger):
    """All theorems about hashing."""
    prove_mixer(ledger)
    prove_tail(ledger)
