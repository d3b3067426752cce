"""Runs a flow on a call: one step after the other until nothing follows or the caller is gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from ivr.flow.call import Call, CallerHungUp
from ivr.flow.model import Flow

MOST_STEPS = 200
CALLER_HUNG_UP = "caller-hung-up"


@dataclass(frozen=True, slots=True)
class StepTaken:
    """One line of a call's trace. It holds names of the flow and never what a caller keyed, but for a menu choice."""

    step: str
    verb: str
    outcome: str


class Ending(StrEnum):
    """How a call's flow ended."""

    COMPLETED = "completed"
    CALLER_HUNG_UP = CALLER_HUNG_UP
    TOO_MANY_STEPS = "too-many-steps"


def _unnoticed(_step: str, _verb: str) -> None:
    pass


async def run_flow(
    flow: Flow, call: Call, observe: Callable[[StepTaken], None], entered: Callable[[str, str], None] = _unnoticed
) -> Ending:
    """Run `flow` to its end and hang up; every step that was taken is told to `observe`.

    The name and the verb of a step that begins are told to `entered`.

    What is not an outcome of a step (a fault of ours) is raised, for the owner of the call to log and to end it.
    """
    name = flow.start
    call.variables.own = dict(flow.variables)
    ending = Ending.TOO_MANY_STEPS
    try:
        for _ in range(MOST_STEPS):
            placed = flow.steps[name]
            entered(name, placed.step.verb)
            try:
                outcome = await placed.step.run(call)
            except CallerHungUp:
                observe(StepTaken(name, placed.step.verb, CALLER_HUNG_UP))
                raise
            observe(StepTaken(name, placed.step.verb, outcome))
            following = placed.next.get(outcome)
            if following is None:
                ending = Ending.COMPLETED
                break
            name = following
        await call.hang_up()
    except CallerHungUp:
        return Ending.CALLER_HUNG_UP
    return ending
