"""The scripted call: a dialogue that does not come true is a failure, whichever side went otherwise."""

from __future__ import annotations

from datetime import date

import pytest

from ivr.flow.call import Call
from ivr.flow.spoken import SpokenBrand, SpokenDigits
from ivr.money import Money
from pci.contract import Brand
from tests.dialogue import DialogueMismatch
from tests.flow_play import ENGLISH, flow_of, play
from tests.scripted_call import ScriptedCall

FLOW = flow_of(
    "flow: f\nanswers: '1'\nsteps:\n"
    "  m: {menu: {prompt: welcome, choices: {1: bye}, attempts: 1, give_up: too-many-tries}}\n"
    "  bye: {say: goodbye}\n"
)


@pytest.mark.parametrize(
    ("dialogue", "message"),
    [
        ("caller hears Bonjour\ncaller presses 1", "1: the call waits for the caller's keys, not for 'caller hears"),
        ("caller hears Welcome", "0: the call waits for the caller's keys, not for the end"),
        ("caller presses 1\ncaller presses 1", "2: the call was over before 'caller presses 1'"),
        ("caller presses 1\n" + "caller hears Welcome\n" * 2, "3: the call was over before 'caller hears Welcome'"),
        ("processor approves", "1: the call waits for the caller's keys, not for 'processor approves'"),
        ("\n\ncaller sings", "3: 'caller sings' is not something that can happen in a dialogue"),
        ("card side reads visa 4111111111111111", "1: 'card side reads visa 4111111111111111' is not something"),
    ],
)  # fmt: skip
async def test_what_did_not_come_true_is_told_with_its_line(dialogue: str, message: str) -> None:
    with pytest.raises(DialogueMismatch) as mismatch:
        await play(FLOW, dialogue)
    assert str(mismatch.value).startswith(f"Dialogue line {message}")


async def test_what_was_said_is_told_with_the_mismatch() -> None:
    with pytest.raises(
        DialogueMismatch, match=r"said since the last line that was heard: 'Welcome to our payment line"
    ):
        await play(FLOW, "processor approves")


async def test_a_caller_who_is_gone_hears_nothing_more() -> None:
    played = await play(FLOW, "caller hears Welcome\ncaller hangs up")
    assert len(played.call.heard) == 1
    assert played.call.gone


async def test_values_are_written_as_a_reader_expects_them() -> None:
    call: Call = ScriptedCall("", ENGLISH)
    parts = (Money(12540, "USD"), date(2026, 11, 22), SpokenDigits("1111"), SpokenBrand(Brand.AMEX))
    await call.speak(("you-owe", *parts))
    assert isinstance(call, ScriptedCall)
    assert call.heard == ["You owe 125.40 USD 2026-11-22 1 1 1 1 American Express card"]


async def test_keys_are_cut_at_the_finishing_key_and_are_wrong_beyond_the_length_that_was_asked_for() -> None:
    ask = flow_of(
        "flow: f\nanswers: '1'\nsteps:\n"
        "  a: {ask: {prompt: enter-account, digits: 1..4, save: account_number}, next: {failed: bye}}\n"
        "  bye: {say: goodbye}"
    )
    assert (await play(ask, "caller presses 12#34")).call.variables.account_number == "12"
    dialogue = "caller presses 123456\ncaller hears does not have the right number\ncaller presses 1234"
    assert (await play(ask, dialogue)).call.variables.account_number == "1234"
