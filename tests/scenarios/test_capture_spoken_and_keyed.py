"""Captures in which the caller says something and keys something: keys win at any moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pci.contract import Brand, CaptureOutcome, CardField, EntryError
from speech.scripted import say
from tests.pci_rig import Rig, heard, number_kept, open_rig
from tests.speaking_caller import CLOSE, PAUSE, VISA, agrees, prompts, rejections, says, speaking


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path) as rig:
        yield rig


async def test_given_keys_in_the_middle_of_a_number_then_they_win_and_the_field_is_keyed(rig: Rig) -> None:
    call = await rig.incoming()
    async with speaking(rig, call) as capture:
        await says(call, "say-card-number", *VISA[:2])
        await capture.entering(CardField.NUMBER, 8)
        call.press("4242424200041111#")
        await says(call, "say-expiry", "twelve twenty nine")
    assert (capture.result.outcome, capture.result.last4) == (CaptureOutcome.SUCCESS, "1111")
    assert "is-that-right" not in prompts(capture)  # as with every number that is keyed
    assert await number_kept(rig, capture) == "4242424200041111"


async def test_given_a_caller_who_keys_another_number_when_theirs_is_read_back_then_that_one_counts(rig: Rig) -> None:
    call = await rig.incoming()
    async with speaking(rig, call) as capture:
        await says(call, "say-card-number", *VISA)
        await heard(call, "is-that-right")
        call.press("5555555555554444#")  # the first ones are no answer, and no later one is
        await says(call, "say-expiry", "twelve twenty nine")
    assert (capture.result.outcome, capture.result.brand, capture.result.last4) == (
        CaptureOutcome.SUCCESS, Brand.MASTERCARD, "4444",
    )  # fmt: skip
    assert rejections(capture) == []


async def test_given_a_visa_that_is_keyed_when_another_one_is_read_back_then_its_ones_are_no_yes(rig: Rig) -> None:
    call = await rig.incoming()
    async with speaking(rig, call) as capture:
        await says(call, "say-card-number", *CLOSE)
        await heard(call, "is-that-right")
        call.press("4111111111111111#")
        await says(call, "say-expiry", "twelve twenty nine")
    assert await number_kept(rig, capture) == "4111111111111111"


async def test_given_the_hash_key_right_after_the_last_digit_then_that_one_counts_too(rig: Rig) -> None:
    call = await rig.incoming()
    async with speaking(rig, call) as capture:
        await says(call, "say-card-number", *VISA[:3])
        call.speak(say(VISA[3]))
        await capture.entering(CardField.NUMBER, 16)
        call.press("#")
        call.speak(PAUSE)
        await agrees(call)
        await says(call, "say-expiry", "twelve twenty nine")
    assert (capture.result.outcome, capture.result.last4) == (CaptureOutcome.SUCCESS, "1111")
    assert rejections(capture) == []


async def test_given_the_hash_key_and_a_line_that_is_not_still_then_what_was_open_is_not_left_out(
    tmp_path: Path,
) -> None:
    async with open_rig(tmp_path, ended=0.1) as rig:
        call = await rig.incoming()
        async with speaking(rig, call) as capture:
            await says(call, "say-card-number", *VISA[:3])
            call.speak(say(VISA[3]))
            await capture.entering(CardField.NUMBER, 16)
            call.press("#")
            await heard(call, "not-sure-what-was-said")
            call.press("*")
    assert rejections(capture) == [EntryError.NOT_UNDERSTOOD]


async def test_given_words_while_asterisk_tells_nothing_then_it_is_waited_for_and_the_card_is_keyed(rig: Rig) -> None:
    call = await rig.incoming()
    async with speaking(rig, call) as capture:
        await says(call, "say-card-number", VISA[0])
        await capture.entering(CardField.NUMBER, 4)
        rig.pci._dispatch.lost()  # its events, and not the sound
        call.speak(say(VISA[1]) + PAUSE)
        await asyncio.sleep(0.5)
        rig.asterisk.drop_connections()
        await heard(call, "card-number-again")
        call.press("4242424200041111#")
        await says(call, "say-expiry", "twelve twenty nine")
    assert capture.result.outcome is CaptureOutcome.SUCCESS
    assert rejections(capture) == [EntryError.CONNECTION_GAP]


async def test_given_words_that_are_understood_while_the_caller_keys_then_they_do_not_end_the_field(rig: Rig) -> None:
    call = await rig.incoming()
    async with speaking(rig, call) as capture:
        await says(call, "say-card-number", VISA[0])
        await capture.entering(CardField.NUMBER, 4)
        for keys in ("42424", "24200041"):
            call.press(keys)
            call.speak(say("five five") + PAUSE)
            await asyncio.sleep(0.5)
        call.press("111#")
        await says(call, "say-expiry", "twelve twenty nine")
    assert (capture.result.outcome, capture.result.last4) == (CaptureOutcome.SUCCESS, "1111")
    assert rejections(capture) == []


async def test_given_a_mistake_in_the_keys_then_the_field_stays_a_keyed_one(rig: Rig) -> None:
    call = await rig.incoming()
    async with speaking(rig, call) as capture:
        await heard(call, "say-card-number")
        call.press("4111#")
        await heard(call, "card-number-invalid")
        call.press("4242424200041111#")
        await says(call, "say-expiry", "twelve twenty nine")
    assert capture.result.outcome is CaptureOutcome.SUCCESS


async def test_given_tones_in_the_audio_while_keys_are_pressed_then_the_keys_count_and_the_tones_do_not(
    rig: Rig,
) -> None:
    call = await rig.incoming()
    async with speaking(rig, call) as capture:
        await heard(call, "say-card-number")
        for key in "4242424200041111#":
            call.speak(say("beep") + PAUSE)
            call.press(key)
        await says(call, "say-expiry", "twelve twenty nine")
    assert (capture.result.outcome, capture.result.last4) == (CaptureOutcome.SUCCESS, "1111")
