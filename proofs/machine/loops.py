"""The starts of a routine's innermost loops.

A loop is a branch back to an instruction that is on every path to the branch (a back edge to a
dominator); its body is everything that reaches the branch without passing that instruction again.
Not every backward branch is one: rarely executed code often stands at the end and jumps back.
"""

import capstone
import networkx


def control_flow(code):
    """Which instruction can follow which; `code` maps addresses to instructions."""
    graph = networkx.DiGraph()
    graph.add_nodes_from(code)
    for address, instruction in code.items():
        target = branch_target(instruction)
        if target in code:
            graph.add_edge(address, target)
        after = address + instruction.size
        goes_on = not instruction.group(capstone.CS_GRP_RET) and not always_branches(instruction)
        if goes_on and after in code:
            graph.add_edge(address, after)
    return graph


def branch_target(instruction):
    """The target of a direct branch, or None for any other instruction."""
    if instruction.group(capstone.CS_GRP_JUMP) and instruction.operands:
        operand = instruction.operands[-1]
        if operand.type == capstone.CS_OP_IMM:
            return operand.imm
    return None


def always_branches(instruction):
    """Is it an unconditional branch?"""
    return instruction.mnemonic in ("b", "jmp")


def innermost_heads(code, entry):
    """The first instructions of all loops that contain no other loop."""
    graph = control_flow(code)
    dominator = networkx.immediate_dominators(graph, entry)

    def dominates(one, other):
        while other != one and dominator.get(other, other) != other:
            other = dominator[other]
        return other == one

    bodies = {}
    for source, head in graph.edges:
        if source in dominator and dominates(head, source):
            inside = graph.subgraph(set(graph) - {head})
            reaching = networkx.ancestors(inside, source) if source != head else set()
            bodies.setdefault(head, {head}).update(reaching, {source})
    return {
        head for head, body in bodies.items() if not any(o in body for o in bodies if o != head)
    }
