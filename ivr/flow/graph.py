"""Where a call can go in a flow: its steps as a graph, with the returns of a sub-flow as nodes that lead nowhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from ivr.flow.model import Flow
from ivr.flow.values import Variable

Edges = Mapping[str, Collection[str]]


def edges(flow: Flow) -> dict[str, set[str]]:
    """Every step with those, and the returns, that can follow it."""
    return {name: {target for target in placed.next.values() if target} for name, placed in flow.steps.items()}


def edges_at_once(flow: Flow) -> dict[str, set[str]]:
    """As `edges`, but only what can follow without waiting for the caller."""
    return {
        name: {target for outcome in placed.step.immediate() if (target := placed.next.get(outcome))}
        for name, placed in flow.steps.items()
    }


def backwards(edges: Edges) -> dict[str, set[str]]:
    """Everything with what it can follow."""
    before: dict[str, set[str]] = {}
    for name, targets in edges.items():
        for target in targets:
            before.setdefault(target, set()).add(name)
    return before


def reach(starts: Iterable[str], edges: Edges) -> set[str]:
    """Everything from `starts` on, these included."""
    reached: set[str] = set()
    waiting = list(starts)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(edges.get(name, ()))
    return reached


def reach_without(flow: Flow, variable: Variable, *, from_start: bool) -> set[str]:
    """What a call can come to while `variable` is not known.

    With `from_start` it is not known when the flow begins; else only where the flow itself forgot it.
    """
    unknowing: dict[str, set[str]] = {}
    forgotten: set[str] = {flow.start} if from_start else set()
    for name, placed in flow.steps.items():
        known_after = placed.step.sets().get(variable)
        unknown_after = placed.next.keys() - (known_after or set())
        unknowing[name] = {target for outcome in unknown_after if (target := placed.next[outcome])}
        if known_after is not None:
            forgotten |= unknowing[name]  # whatever was known before
    return reach(forgotten, unknowing)
