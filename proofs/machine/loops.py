"""The starts of a routine's innermost loops.

A loop is a branch back to an instruction that is on every path to the branch (a back edge to a
dominator); its body is everything that reaches the branch without passing that instruction again.
Not every backward branch is one: rarely executed code often stands at the end and jumps back.
"""

import networkx


def control_flow(code):
    """Which instruction can follow which; `code` maps addresses to instructions."""
    graph = networkx.DiGraph()
    graph.add_nodes_from(code)
    for address, instruction in code.items():
        if instruction.target in code:
            graph.add_edge(address, instruction.target)
        after = address + instruction.size
        if instruction.goes_on and after in code:
            graph.add_edge(address, after)
    return graph


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
