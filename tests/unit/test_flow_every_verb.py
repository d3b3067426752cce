"""Flows of every verb, generated from the schema: whatever is in order when it is loaded ends every call."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, event, find, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ivr.flow.checks import lint
from ivr.flow.engine import MOST_STEPS, Ending, StepTaken, run_flow
from ivr.flow.loader import load
from ivr.flow.model import Flow
from ivr.flow.setting import Setting
from ivr.flow.steps import VERBS
from ivr.flow.subflow import SubFlow, from_outside
from tests.flow_play import SHIPPED, flow_of
from tests.unit.any_argument import steps_of_verbs
from tests.unit.test_flow_generated import AnyCall

ANY = steps_of_verbs()
SUB = from_outside(
    flow_of(
        """
flow: sub
returns: [done, bye]
variables: {count: 0}
steps:
  choose: {menu: {prompt: welcome, choices: {1: count, 9: stop}}, next: {failed: bye}}
  count: {set: {count: count + 1}}
  enough: {when: count < 3, next: {yes: choose, no: done}}
  stop: {hangup: }
"""
    )
)


def sub(_name: str) -> SubFlow:
    """Whichever flow is called, it is this one."""
    return SUB


ASK = {"prompt": "enter-account", "digits": "1..7", "save": "account_number"}
PAY = {"action": "charge", "amount": "invoice.amount"}
NOT_PAID = ("declined", "too-many-failed-attempts", "outcome-unknown", "cancelled")
BEGINS = {
    "account": {"ask": ASK, "next": {"failed": "bye"}},
    "find": {
        "lookup": {"invoice": {"account": "account_number"}},
        "next": {"not_found": "account", "unavailable": "bye"},
    },
}
HAS_PAID = {"paying": {"pay": PAY, "next": dict.fromkeys(NOT_PAID, "bye")}}
ANYWHERE = {
    "choose": {
        "menu": {"prompt": "welcome", "choices": {str(number): f"s{number}" for number in range(5)}},
        "next": {"failed": "bye"},
    }
}


def handled(step: dict[str, Any]) -> dict[str, Any]:
    """The step with all the outcomes that it has: few that are left out go on by themselves."""
    verb, following = next(verb for verb in step if verb != "next"), step.get("next", {})
    kind = VERBS[verb]
    if not (kind.outcomes or kind.outcomes_vary):
        return step
    try:
        made = kind.model_validate({kind.whole: step[verb]} if kind.whole else step[verb], context=Setting({}, sub))
    except ValidationError:
        return step
    return {**step, "next": {outcome: following.get(outcome, "bye") for outcome in made.results()}}


def spoken_here(step: dict[str, Any]) -> dict[str, Any]:
    """The step with the language of the flow where it names another: no schema can know which those are."""
    match step.get("language"):
        case str():
            return {**step, "language": "en"}
        case {"choices": dict(choices), **others}:
            return {**step, "language": {**others, "choices": dict.fromkeys(choices, "en")}}
    return step


def in_order(steps: list[dict[str, Any]], *, paid: bool) -> Flow | None:
    """The flow of these steps and a few that speak, each of which can be chosen, if it is found in order."""
    made = {
        f"s{number}": step
        for number, step in enumerate(
            [*map(handled, map(spoken_here, steps)), *[{"say": "welcome"}] * (5 - len(steps))]
        )
    }
    flow = {
        "flow": "made",
        "answers": ["1"],
        "variables": {"count": "0", "done": "false", "plan": "none"},
        "may_say": ["account_number"],
        "steps": {**BEGINS, **(HAS_PAID if paid else {}), **ANYWHERE, **made, "bye": {"say": "goodbye"}},
    }
    source, problems = load(json.dumps(flow).encode(), "made.yaml", sub)  # JSON is YAML too
    return source.flow if source and not problems and not lint(source, SHIPPED) else None


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_is_generated_in_flows_that_are_in_order(verb: str) -> None:
    found = find(
        st.tuples(ANY[verb], st.booleans()),
        lambda made: in_order([made[0]], paid=made[1]) is not None,
        settings=settings(max_examples=2_000, derandomize=True, database=None, phases=[Phase.generate]),
    )
    assert verb in found[0]


@settings(deadline=None)  # the machine is shared: how long an example takes says nothing
@given(st.lists(st.one_of(*ANY.values()), min_size=1, max_size=3), st.booleans(), st.randoms(use_true_random=False))
async def test_a_flow_of_any_verbs_that_is_in_order_ends_every_call(
    steps: list[dict[str, Any]], paid: bool, random: Random
) -> None:
    flow = in_order(steps, paid=paid)
    event("in order" if flow else "refused")
    for _ in range(3 if flow else 0):
        assert flow is not None
        call, trace = AnyCall(random), list[StepTaken]()
        ending = await run_flow(flow, call, trace.append)
        assert len(trace) <= MOST_STEPS
        assert call.hung_up is (ending is not Ending.CALLER_HUNG_UP)
