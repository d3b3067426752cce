"""Lints that follow the call from step to step: where it can come to, what it knows there, whether it can end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from ivr.flow.engine import MOST_STEPS
from ivr.flow.graph import backwards, edges, edges_at_once, reach, reach_without
from ivr.flow.loader import Source
from ivr.flow.problems import Code, Problem, quoted
from ivr.flow.values import Variable

_FOUND_BY: dict[Variable, str] = {
    "account_number": "an ask that saves it",
    "amount": "an ask that saves it",
    "day": "an ask that saves it",
    "invoice": "a lookup that finds it",
    "paid": "a pay that succeeds",
}
_MOST_NAMES = 5


def follow(source: Source) -> Iterator[Problem]:
    """What is wrong with the ways of a flow, all of whose steps could be read."""
    yield from _unreachable(source)
    yield from _too_far(source)
    restless = list(_restless(source))
    yield from restless or _endless(source)  # a loop that never waits never ends either: once is enough
    yield from _not_yet_known(source)


def _unreachable(source: Source) -> Iterator[Problem]:
    flow = source.flow
    reached = reach([flow.start], edges(flow))
    for name in flow.steps:
        if name not in reached:
            what = f"no call can reach the step {quoted(name)}"
            mend = "name it in the next of a step, or remove it"
            yield source.problem(["steps", name], Code.UNREACHABLE_STEP, what, mend)
    for name in flow.returns:
        if name not in reached:
            what = f"no way leads to the return {quoted(name)}"
            mend = "name it in the next of a step, or remove it"
            yield source.problem(["returns"], Code.UNREACHABLE_STEP, what, mend)


def _restless(source: Source) -> Iterator[Problem]:
    """Loops in which nobody is waited for; each is told once, at its first step."""
    following = edges_at_once(source.flow)
    before = backwards(following)
    told: set[str] = set()
    for name in source.flow.steps:
        if name not in told and name in (reached := reach(following[name], following)):
            leading_back = reach([name], before)
            loop = [step for step in source.flow.steps if step in reached and step in leading_back]
            told.update(loop)
            what = f"the call can go round in {_list(loop)} without waiting for the caller"
            mend = "put an ask or a menu among them, or lead one of them on to another step"
            yield source.problem(["steps", name], Code.RESTLESS_LOOP, what, mend)


def _too_far(source: Source) -> Iterator[Problem]:
    """The first step that only comes after more steps than a call may take."""
    flow = source.flow
    following = edges(flow)
    reached = latest = {flow.start}
    for _ in range(MOST_STEPS - 1):
        latest = {target for name in latest for target in following.get(name, ())} - reached
        reached = reached | latest
    beyond = reach([flow.start], following) - reached
    for name in [name for name in flow.steps if name in beyond][:1]:
        what = f"a call takes at most {MOST_STEPS} steps, and {quoted(name)} comes after more"
        yield source.problem(["steps", name], Code.TOO_FAR, what, "lead to it on a shorter way")


def _endless(source: Source) -> Iterator[Problem]:
    """The steps that a call can come to and never end from; told once, at the first."""
    flow = source.flow
    following = edges(flow)
    steps = flow.steps.items()
    ends = [name for name, placed in steps if None in placed.next.values() or placed.step.may_end_call()]
    ending = reach([*ends, *flow.returns], backwards(following))
    reached = reach([flow.start], following)
    endless = [name for name in flow.steps if name not in ending and name in reached]
    if endless:
        what = f"a call that comes to {_list(endless)} can never end, because every way leads back"
        yield source.problem(
            ["steps", endless[0]],
            Code.NO_END,
            what,
            "lead one of them on to a step that ends the call, such as hangup:",
        )


def _not_yet_known(source: Source) -> Iterator[Problem]:
    flow = source.flow
    for variable in get_args(Variable):
        # what a sub-flow needs from the start is looked at where it is called
        unknown_at = reach_without(flow, variable, from_start=not flow.returns)
        for name, placed in flow.steps.items():
            if variable in placed.step.needs() and name in unknown_at:
                what = f"a call can come to the step {quoted(name)} before {quoted(variable)} is known"
                inner = placed.step.enters()
                what += f", which {quoted(inner.flow.name)} needs" if inner else ""
                mend = f"put {_FOUND_BY[variable]} on every way to it"
                yield source.problem(["steps", name], Code.NOT_YET_KNOWN, what, mend)


def _list(names: list[str]) -> str:
    return ", ".join([*map(quoted, names[:_MOST_NAMES]), *["…"][: len(names[_MOST_NAMES:])]])
