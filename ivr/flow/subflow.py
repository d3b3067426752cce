"""A sub-flow as the flow that calls it sees it: what it needs, what is known after it, how it can end.

It is computed once, when the sub-flow was read, so that a flow is checked across its calls as if it were one piece.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from ivr.flow.graph import edges_at_once, reach, reach_without
from ivr.flow.model import Flow
from ivr.flow.values import Variable

DEEPEST = 5
"""How many flows may be under way in a call, one within the other."""


@dataclass(frozen=True, slots=True)
class SubFlow:
    """A flow with `returns`, seen from outside.

    `needs` must be known when it is called. `sets` has each variable that it finds or forgets, with the returns after
    which it is known. `immediate` are the returns that can come without waiting for the caller, `may_end` says
    whether it can end the call, and `depth` how many flows are one within the other, this one included.
    """

    flow: Flow
    needs: frozenset[Variable]
    sets: dict[Variable, frozenset[str]]
    immediate: frozenset[str]
    may_end: bool
    depth: int


def from_outside(flow: Flow) -> SubFlow:
    """What a caller has to know of a flow, all of whose own calls are known already."""
    steps = flow.steps.values()
    variables: tuple[Variable, ...] = get_args(Variable)
    needs = frozenset(variable for variable in variables if _needs(flow, variable))
    return SubFlow(
        flow,
        needs,
        {variable: known for variable in variables if (known := _known_after(flow, variable, needs)) is not None},
        frozenset(reach([flow.start], edges_at_once(flow)).intersection(flow.returns)),
        any(None in placed.next.values() or placed.step.may_end_call() for placed in steps),
        1 + max((inner.depth for placed in steps if (inner := placed.step.enters())), default=0),
    )


def _needs(flow: Flow, variable: Variable) -> bool:
    unknown_at = reach_without(flow, variable, from_start=True)
    return any(variable in flow.steps[name].step.needs() for name in unknown_at.intersection(flow.steps))


def _known_after(flow: Flow, variable: Variable, needs: frozenset[Variable]) -> frozenset[str] | None:
    """The returns after which `variable` is known; None if the flow leaves it as it was, known or not."""
    returns = frozenset(flow.returns)
    forgotten = returns & reach_without(flow, variable, from_start=False)
    as_before = returns & reach_without(flow, variable, from_start=True) - forgotten
    if as_before == returns:
        return None
    # what is needed was known before, and so it still is where nothing touched it
    return returns - forgotten - (frozenset() if variable in needs else as_before)
