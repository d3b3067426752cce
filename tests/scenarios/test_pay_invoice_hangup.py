"""The shipped flow pay-invoice when the caller hangs up: in every step, and after every line of the longest calls."""

from __future__ import annotations

import pytest

from ivr.flow.engine import CALLER_HUNG_UP, Ending
from ivr.flow.library import load_flows
from ivr.flow.model import Flow
from tests.flow_play import ROOT, SHIPPED, play

FLOW = load_flows(ROOT / "flows", SHIPPED).by_number["1000"]

# for each step of the flow, a dialogue that ends inside it
IN_EVERY_STEP = {
    "greet": "caller hears Welcome",
    "account": "caller hears Please enter your account number",
    "find": "caller presses 1000442#",
    "wrong-account": "caller presses 9999999#\ncaller hears no open invoice",
    "no-ledger": "caller presses 1000442#\nledger is down\ncaller hears I cannot reach",
    "offer": "caller presses 1000442#\ncaller hears You owe",
    "pay": "caller presses 1000442#\ncaller presses 1\ncaller hears secure line",
    "receipt": "caller presses 1000442#\ncaller presses 1\ncard side reads visa 1111\ncaller presses 1\n"
    "processor approves\ncaller hears You paid",
    "bye": "caller presses 1000442#\ncaller presses 9\ncaller hears Goodbye",
}
PAID_AT_THE_SECOND_TRY = """caller hears Welcome
caller presses 123#
caller presses 1000442#
caller hears You owe
caller presses 1
caller hears secure line
card side reads visa 0002
caller hears about to pay
caller presses 1
caller hears One moment
processor declines insufficient-funds
caller hears another card
card side reads mastercard 4444
caller hears about to pay
caller waits
caller presses 1
processor approves
caller hears approved
caller hears You paid
caller hears Goodbye""".splitlines()


def test_the_table_has_every_step_in_which_something_happens() -> None:
    assert set(IN_EVERY_STEP) == set(FLOW.steps) - {"end"}


@pytest.mark.parametrize("step", IN_EVERY_STEP)
async def test_a_hang_up_ends_the_call_in_the_step_where_it_happens(step: str) -> None:
    played = await play(FLOW, f"{IN_EVERY_STEP[step]}\ncaller hangs up")
    assert played.ending is Ending.CALLER_HUNG_UP
    assert played.path[-1] == f"{step}:{CALLER_HUNG_UP}"
    assert not played.call.hung_up, "there is nobody to hang up on"
    assert bool(played.charges) == (step == "receipt")


@pytest.mark.parametrize("lines", range(len(PAID_AT_THE_SECOND_TRY)))
async def test_a_hang_up_after_any_line_leaves_only_the_charges_before_it(lines: int) -> None:
    happened = PAID_AT_THE_SECOND_TRY[:lines]
    played = await play(FLOW, "\n".join([*happened, "caller hangs up"]))
    assert played.ending is Ending.CALLER_HUNG_UP
    assert len(played.charges) == sum(line.startswith("processor") for line in happened)
    assert (played.call.variables.paid is not None) == ("processor approves" in happened)


async def test_the_same_call_without_a_hang_up_is_paid() -> None:
    played = await play(FLOW, "\n".join(PAID_AT_THE_SECOND_TRY))
    assert played.ending is Ending.COMPLETED
    assert [state for *_, state in played.charges] == ["declined", "approved"]


def test_the_flow_ends_each_of_its_ways_with_something_said() -> None:
    """Wherever the call can end, the step before it has spoken."""

    def ending_steps(flow: Flow) -> set[str]:
        return {name for name, placed in flow.steps.items() if None in placed.next.values()}

    assert ending_steps(FLOW) == set(), "only hangup ends the call"
    leading_to_the_end = {name for name, placed in FLOW.steps.items() if "end" in placed.next.values()}
    assert leading_to_the_end == {"bye"}
