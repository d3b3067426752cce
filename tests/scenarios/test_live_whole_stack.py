"""Calls through both sides of the wall, as they are served: three ledgers agree, and the call side sees no card."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from speech.scripted import ScriptedRecogniser, say
from tests.speaking_caller import PAUSE, breathing
from tests.standins.live_ivr import ends, heard, hears
from tests.standins.whole_stack import WholeStack, whole_stack

pytestmark = pytest.mark.live

VISA, DECLINED, ANSWER_LOST = "4111111111111111", "4000000000009995", "4000000000008021"


@pytest.fixture
async def stack(tmp_path: Path) -> AsyncIterator[WholeStack]:
    async with whole_stack(tmp_path) as stack:
        yield stack


async def test_given_a_good_card_then_it_is_charged_once_confirmed_and_texted(stack: WholeStack) -> None:
    call = await stack.pays(VISA)
    await ends(call)

    assert heard(call)[-2:] == ["text-is-coming", "goodbye"]
    (booked,) = await stack.booked()
    assert (booked["state"], booked["amount"], booked["currency"]) == ("approved", 12540, "USD")
    assert "125.40 USD" in (await stack.sms.first())[1]
    await stack.log.tells("call_ended", outcome="completed")


async def test_given_a_payment_then_no_log_and_no_file_of_the_call_side_holds_the_card(stack: WholeStack) -> None:
    call = await stack.pays(VISA)
    await ends(call)
    await stack.log.tells("sms_sent")

    files = [file for file in stack.folder.glob("ivr.db*") if file.is_file()]
    assert files
    assert [file.name for file in files if VISA.encode() in file.read_bytes()] == []
    assert VISA not in stack.log.text
    assert stack.log.events("capture_progress", field="payment-card-number", entered=16, brand="visa")
    assert {line["entered"] for line in stack.log.events("capture_progress", field="security-code")} == {0}


async def test_given_a_card_that_is_declined_then_the_caller_hears_why_and_nothing_is_booked(
    stack: WholeStack,
) -> None:
    call = await stack.pays(DECLINED)
    await hears(call, "declined-insufficient-funds")
    await hears(call, "card-number", times=2)
    call.hang_up()
    await stack.log.tells("call_ended", outcome="caller-hung-up")

    assert [entry["state"] for entry in await stack.booked()] == ["declined"]
    assert stack.sms.sent == []


async def test_given_a_caller_who_hangs_up_in_the_card_number_then_nothing_is_left_behind(stack: WholeStack) -> None:
    call = stack.asterisk.dial("1000")
    await hears(call, "enter-account")
    call.press("1000442#")
    await hears(call, "press-1-to-pay")
    call.press("1")
    await hears(call, "card-number")
    call.press("41111111")
    call.hang_up()

    await stack.log.tells("call_ended", outcome="caller-hung-up")
    assert stack.asterisk.calls == ()
    assert stack.asterisk.bridge_ids == ()
    assert await stack.booked() == []


@contextmanager
def scripted(_: object) -> Iterator[ScriptedRecogniser]:
    yield ScriptedRecogniser()


async def test_given_two_numbers_that_are_said_in_vain_then_the_keypad_is_offered_and_the_keyed_card_is_paid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pci.app.recogniser", scripted)
    async with whole_stack(tmp_path) as stack:
        call = stack.asterisk.dial("1030", caller="+15550100777")
        async with breathing(call):
            for prompt, keys in (("say-account", "1000442#"), ("say-pay-or-press-1", "1")):
                await hears(call, prompt)
                call.press(keys)
            for times in (1, 2):
                await hears(call, "say-card-number", times)
                call.speak(say("four one one one one two three four") + PAUSE)
                await stack.log.tells("capture_progress", times, field="payment-card-number", entered=8)
                call.press("#")
            for prompt, keys in (("card-number-again", VISA), ("say-expiry", "1230"), ("say-security-code", "987")):
                await hears(call, prompt)
                call.press(f"{keys}#")
            await hears(call, "or-say-yes-or-no")
            call.press("1")
            await ends(call)

    told = heard(call)
    offered = ["card-number-invalid", "keypad-may-be-easier", "card-number-again"]
    assert told[told.index("keypad-may-be-easier") - 1 :][:3] == offered
    assert "is-that-right" not in told, "neither number was put to the caller"
    assert "payment-approved" in told


async def test_given_an_answer_of_the_bank_that_is_lost_then_the_caller_hears_unknown_and_is_texted_the_outcome(
    stack: WholeStack,
) -> None:
    call = await stack.pays(ANSWER_LOST)
    await ends(call)

    assert "payment-unknown" in heard(call)
    assert "Payment received" in (await stack.sms.first())[1]
    assert [entry["state"] for entry in await stack.booked()] == ["approved"]
