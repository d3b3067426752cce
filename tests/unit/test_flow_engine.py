"""The loop that runs a flow: how it ends, what it traces, and what it never does."""

from __future__ import annotations

import pytest

from ivr.flow.engine import MOST_STEPS, Ending, StepTaken, run_flow
from ivr.flow.errors import MissingVariable
from ivr.flow.model import Flow, Placed
from ivr.flow.steps.hangup import Hangup
from ivr.flow.steps.lookup import InvoiceOf, Lookup
from ivr.flow.steps.pay import Pay
from ivr.flow.steps.receipt import Receipt
from ivr.flow.steps.say import Say
from tests.flow_play import ENGLISH, flow_of, play
from tests.scripted_call import ScriptedCall


async def test_every_step_that_was_taken_is_told_to_the_observer() -> None:
    flow = flow_of("flow: f\nanswers: '1'\nsteps: {greet: {say: welcome}, end: {hangup: }}")
    played = await play(flow, "")
    assert played.trace == (StepTaken("greet", "say", "done"), StepTaken("end", "hangup", "done"))
    assert played.ending is Ending.COMPLETED
    assert played.call.hung_up


async def test_a_flow_that_runs_out_of_steps_hangs_up() -> None:
    played = await play(flow_of("flow: f\nanswers: '1'\nsteps: {bye: {say: goodbye}}"), "caller hears Goodbye")
    assert played.ending is Ending.COMPLETED
    assert played.call.hung_up


async def test_a_call_that_never_ends_is_ended() -> None:
    flow = flow_of(
        "flow: f\nanswers: '1'\nsteps:\n"
        "  m: {menu: {prompt: welcome, choices: {1: m, 9: b}}, next: {failed: m}}\n"
        "  b: {hangup: }"
    )
    played = await play(flow, "caller stays silent")
    assert played.ending is Ending.TOO_MANY_STEPS
    assert len(played.trace) == MOST_STEPS
    assert played.call.hung_up


async def test_a_caller_who_hangs_up_is_traced_in_the_step_and_not_hung_up_on() -> None:
    played = await play(flow_of("flow: f\nanswers: '1'\nsteps: {greet: {say: welcome}}"), "caller hangs up")
    assert played.trace == (StepTaken("greet", "say", "caller-hung-up"),)
    assert played.ending is Ending.CALLER_HUNG_UP
    assert not played.call.hung_up


async def test_the_trace_holds_nothing_that_the_caller_keyed() -> None:
    flow = flow_of(
        "flow: f\nanswers: '1'\nsteps:\n"
        "  account: {ask: {prompt: enter-account, digits: 7, save: account_number}, next: {failed: bye}}\n"
        "  bye: {say: goodbye}"
    )
    played = await play(flow, "caller presses 1000442#")
    assert played.call.variables.account_number == "1000442"
    assert "1000442" not in repr(played.trace)


@pytest.mark.parametrize(
    "step",
    [
        Say.model_validate({"prompt": [{"money": "invoice.amount"}]}),
        Lookup(invoice=InvoiceOf(account="account_number")),
        Pay(action="charge", amount="invoice.amount"),
        Receipt.model_validate({"by": ["voice"]}),
    ],
    ids=lambda step: step.verb,
)
async def test_a_flow_that_was_not_checked_fails_where_a_value_is_missing(step: Say | Lookup | Pay | Receipt) -> None:
    flow = Flow("f", ("en",), ("1",), {"it": Placed(step, {}), "end": Placed(Hangup(), {})})
    with pytest.raises(MissingVariable, match="Load flows with load_flows"):
        await run_flow(flow, ScriptedCall("", ENGLISH), lambda _: None)
