"""A person is one key away where the flow says so: from every ask and menu, and from nowhere else."""

from __future__ import annotations

import pytest

from tests.flow_play import flow_of, play

FLOW = flow_of(
    """
flow: helped
answers: "1"
person: {key: 0, step: agent}
steps:
  account: {ask: {prompt: enter-account, digits: 6..10, save: account_number}, next: {failed: bye}}
  offer: {menu: {prompt: person-or-pay, choices: {1: bye}}}
  agent: {transfer: {to: billing}, next: {no-answer: bye, busy: bye, unavailable: bye}}
  bye: {say: goodbye}
"""
)


@pytest.mark.parametrize(
    ("keys", "path"),
    [
        ("caller presses 0#", ["account:person", "agent:done", "bye:done"]),
        ("caller presses 1000442#\ncaller presses 0", ["account:done", "offer:person", "agent:done", "bye:done"]),
        ("caller waits\ncaller presses 0#", ["account:person", "agent:done", "bye:done"]),
    ],
)
async def test_given_the_key_alone_then_the_call_goes_to_the_person(keys: str, path: list[str]) -> None:
    played = await play(FLOW, f"{keys}\nperson talks\ncaller hears Goodbye")
    assert played.path == path


async def test_given_a_number_that_begins_with_the_key_then_it_is_a_number() -> None:
    played = await play(FLOW, "caller presses 0000442#\ncaller presses 1\ncaller hears Goodbye")
    assert played.path == ["account:done", "offer:1", "bye:done"]


async def test_given_a_flow_without_such_a_key_then_it_is_a_wrong_one() -> None:
    flow = flow_of(
        'flow: f\nanswers: "1"\nsteps:\n  m: {menu: {prompt: welcome, choices: {1: bye}}}\n  bye: {say: goodbye}'
    )
    played = await play(flow, "caller presses 0\ncaller hears not one of the choices\ncaller presses 1")
    assert played.path == ["m:1", "bye:done"]
