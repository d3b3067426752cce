"""Runs a flow on a call: one step after the other until nothing follows or the caller is gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from ivr.flow.call import Call, CallerHungUp
from ivr.flow.helpline import PERSON, WantsPerson
from ivr.flow.model import Flow, Placed

MOST_STEPS = 200
CALLER_HUNG_UP = "caller-hung-up"
CALL_ENDED = "call-ended"


@dataclass(frozen=True, slots=True)
class StepTaken:
    """One line of a call's trace. It holds names of the flow and never what a caller keyed, but for a menu choice.

    A step of a sub-flow is named behind the step that calls it, `verify/ask-account`, and told before it.
    """

    step: str
    verb: str
    outcome: str
    said: bool = False
    """Whether the caller said what decided it."""


class Ending(StrEnum):
    """How a call's flow ended."""

    COMPLETED = "completed"
    CALLER_HUNG_UP = CALLER_HUNG_UP
    TOO_MANY_STEPS = "too-many-steps"


class _TooManySteps(Exception):
    pass


def _unnoticed(_step: str, _verb: str) -> None:
    pass


async def run_flow(
    flow: Flow, call: Call, observe: Callable[[StepTaken], None], entered: Callable[[str, str], None] = _unnoticed
) -> Ending:
    """Run `flow` to its end and hang up; every step that was taken is told to `observe`.

    The name and the verb of a step that begins are told to `entered`.

    What is not an outcome of a step (a fault of ours) is raised, for the owner of the call to log and to end it.
    """
    ending = Ending.COMPLETED
    try:
        try:
            await _Run(call, observe, entered).through(flow)
        except _TooManySteps:
            ending = Ending.TOO_MANY_STEPS
        await call.hang_up()
    except CallerHungUp:
        return Ending.CALLER_HUNG_UP
    return ending


class _Run:
    """One call, with the steps that it may still take."""

    def __init__(self, call: Call, observe: Callable[[StepTaken], None], entered: Callable[[str, str], None]) -> None:
        self._call = call
        self._observe = observe
        self._entered = entered
        self._left = MOST_STEPS

    async def through(self, flow: Flow, inside: str = "") -> str | None:
        """Step after step: the return of a sub-flow to which they led, or None where the call ends."""
        variables = self._call.variables
        of_caller, variables.own = variables.own, dict(flow.variables)
        hours_of_caller, variables.hours = variables.hours, flow.hours
        key_of_caller, variables.person_key = variables.person_key, flow.person.key if flow.person else ""
        name: str | None = flow.start
        while name and (placed := flow.steps.get(name)):
            name = await self._take(placed, inside + name)
        if inside:
            variables.own, variables.hours = of_caller, hours_of_caller
            variables.person_key = key_of_caller
        return name

    async def _take(self, placed: Placed, name: str) -> str | None:
        """One step, and what follows it."""
        if not self._left:
            raise _TooManySteps
        self._left -= 1
        verb, inner = placed.step.verb, placed.step.enters()
        variables = self._call.variables
        variables.by_speech, variables.said = placed.step.by_speech(), False
        self._entered(name, verb)
        try:
            outcome = await (self.through(inner.flow, f"{name}/") if inner else placed.step.run(self._call))
        except WantsPerson:
            outcome = PERSON
        except CallerHungUp:
            self._observe(StepTaken(name, verb, CALLER_HUNG_UP))
            raise
        if outcome:
            variables.outcomes[verb] = outcome
        self._observe(StepTaken(name, verb, outcome or CALL_ENDED, said=variables.said))
        return placed.next.get(outcome) if outcome else None
