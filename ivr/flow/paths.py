"""Lints that follow the call from step to step: where it can come to, what it knows there, whether it can end."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import get_args

from ivr.flow.engine import MOST_STEPS
from ivr.flow.loader import Source
from ivr.flow.model import Flow
from ivr.flow.problems import Code, Problem, quoted
from ivr.flow.values import Variable

_FOUND_BY: dict[Variable, str] = {
    "account_number": "an ask that saves it",
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
    reached = _reach([flow.start], _edges(flow))
    for name in flow.steps:
        if name not in reached:
            what = f"no call can reach the step {quoted(name)}"
            mend = "name it in the next of a step, or remove it"
            yield source.problem(["steps", name], Code.UNREACHABLE_STEP, what, mend)


def _restless(source: Source) -> Iterator[Problem]:
    """Loops in which nobody is waited for; each is told once, at its first step."""
    edges = {
        name: {target for outcome in placed.step.at_once if (target := placed.next.get(outcome))}
        for name, placed in source.flow.steps.items()
    }
    told: set[str] = set()
    for name in source.flow.steps:
        reached = _reach(edges[name], edges)
        if name in reached and name not in told:
            loop = [step for step in source.flow.steps if step in reached and name in _reach([step], edges)]
            told.update(loop)
            what = f"the call can go round in {_list(loop)} without waiting for the caller"
            mend = "put an ask or a menu among them, or lead one of them on to another step"
            yield source.problem(["steps", name], Code.RESTLESS_LOOP, what, mend)


def _too_far(source: Source) -> Iterator[Problem]:
    """The first step that only comes after more steps than a call may take."""
    flow = source.flow
    edges = _edges(flow)
    reached = {flow.start}
    for _ in range(MOST_STEPS - 1):
        reached |= {target for name in reached for target in edges[name]}
    beyond = _reach([flow.start], edges) - reached
    for name in [name for name in flow.steps if name in beyond][:1]:
        what = f"a call takes at most {MOST_STEPS} steps, and {quoted(name)} comes after more"
        yield source.problem(["steps", name], Code.TOO_FAR, what, "lead to it on a shorter way")


def _endless(source: Source) -> Iterator[Problem]:
    """The steps that a call can come to and never end from; told once, at the first."""
    flow = source.flow
    edges = _edges(flow)
    backwards: dict[str, set[str]] = {name: set() for name in flow.steps}
    for name, targets in edges.items():
        for target in targets:
            backwards[target].add(name)
    ends = [name for name, placed in flow.steps.items() if None in placed.next.values() or not placed.step.outcomes]
    ending = _reach(ends, backwards)
    endless = [name for name in flow.steps if name not in ending and name in _reach([flow.start], edges)]
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
        unknown_at = _reach_without(flow, variable)
        for name, placed in flow.steps.items():
            if variable in placed.step.needs() and name in unknown_at:
                what = f"a call can come to the step {quoted(name)} before {quoted(variable)} is known"
                mend = f"put {_FOUND_BY[variable]} on every way to it"
                yield source.problem(["steps", name], Code.NOT_YET_KNOWN, what, mend)


def _reach_without(flow: Flow, variable: Variable) -> set[str]:
    """The steps that a call can come to while `variable` is not known."""
    edges: dict[str, set[str]] = {}
    forgotten = {flow.start}  # where it is not known, whatever was known before
    for name, placed in flow.steps.items():
        known_after = placed.step.sets().get(variable)
        unknown_after = placed.next.keys() - (known_after or set())
        edges[name] = {target for outcome in unknown_after if (target := placed.next[outcome])}
        if known_after is not None:
            forgotten |= edges[name]
    return _reach(forgotten, edges)


def _edges(flow: Flow) -> dict[str, set[str]]:
    return {name: {target for target in placed.next.values() if target} for name, placed in flow.steps.items()}


def _reach(starts: Iterable[str], edges: Mapping[str, Collection[str]]) -> set[str]:
    """Every step from `starts` on, these included."""
    reached: set[str] = set()
    waiting = list(starts)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(edges[name])
    return reached


def _list(names: list[str]) -> str:
    return ", ".join([*map(quoted, names[:_MOST_NAMES]), *["…"][: len(names[_MOST_NAMES:])]])
