"""Captures in which the caller mistypes, starts again, gives up or says nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pci.contract import CaptureOutcome, CardField, EntryError, FieldProgress, PromptSpoken
from tests.pci_rig import AMEX, OWN_PROMPT, VISA, Capture, Rig, heard, open_rig

WRONG = "4111111111111112"


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path) as rig:
        yield rig


def rejections(capture: Capture) -> list[tuple[CardField, EntryError | None, int]]:
    return [
        (event.field, event.error_type, event.attempt)
        for event in capture.events
        if isinstance(event, FieldProgress) and event.state == "rejected"
    ]


def prompts(capture: Capture) -> list[str]:
    return [prompt for event in capture.events if isinstance(event, PromptSpoken) for prompt in event.prompts]


async def test_given_a_wrong_check_digit_when_keyed_right_the_second_time_then_the_card_is_taken(rig: Rig) -> None:
    call = await rig.incoming()
    async with rig.capturing(call, security_code=False) as capture:
        await heard(call, "card-number")
        call.press(f"{WRONG}#")
        await heard(call, "card-number-invalid")
        call.press(f"{VISA}#1227#")
    assert capture.result.outcome is CaptureOutcome.SUCCESS
    assert rejections(capture) == [(CardField.NUMBER, EntryError.INVALID_CARD_NUMBER, 1)]


async def test_only_the_wrong_field_is_asked_again_and_each_field_has_its_own_attempts(rig: Rig) -> None:
    call = await rig.incoming()
    async with rig.capturing(call) as capture:
        await heard(call, "card-number")
        call.press(f"{WRONG}#")
        await heard(call, "card-number-invalid")
        call.press(f"{VISA}#1026#")
        await heard(call, "expiry-invalid")
        call.press("1327#")
        await heard(call, "expiry-invalid", times=2)
        call.press("1227#12#")
        await heard(call, "security-code-invalid")
        call.press("987#")
    assert capture.result.outcome is CaptureOutcome.SUCCESS
    assert rejections(capture) == [
        (CardField.NUMBER, EntryError.INVALID_CARD_NUMBER, 1),
        (CardField.EXPIRY, EntryError.INVALID_DATE, 1),
        (CardField.EXPIRY, EntryError.INVALID_DATE, 2),
        (CardField.SECURITY_CODE, EntryError.INVALID_SECURITY_CODE, 1),
    ]


async def test_given_a_card_of_a_brand_that_is_not_taken_then_the_caller_is_told_so(rig: Rig) -> None:
    call = await rig.incoming()
    async with rig.capturing(call, security_code=False, valid_card_types=["visa"]) as capture:
        await heard(call, "card-number")
        call.press(f"{AMEX}#")
        await heard(call, "card-type-invalid")
        call.press(f"{VISA}#1227#")
    assert rejections(capture) == [(CardField.NUMBER, EntryError.INVALID_CARD_TYPE, 1)]


async def test_keys_pressed_before_a_mistake_is_pointed_out_do_not_answer_the_next_question(rig: Rig) -> None:
    call = await rig.incoming()
    async with rig.capturing(call, security_code=False) as capture:
        await heard(call, "card-number")
        call.press(f"{WRONG}#1227#")  # typed ahead: the date must not be taken for a card number
        await heard(call, "card-number-invalid")
        call.press(f"{VISA}#1227#")
    assert capture.result.outcome is CaptureOutcome.SUCCESS
    assert len(rejections(capture)) == 1


async def test_star_after_a_digit_starts_the_field_again_and_counts_as_no_attempt(rig: Rig) -> None:
    call = await rig.incoming()
    async with rig.capturing(call, security_code=False, entry_attempts=1) as capture:
        await heard(call, "card-number")
        call.press("4999*")
        await heard(call, "entry-restarted")
        call.press(f"{VISA}#12*1227#")
    assert capture.result.outcome is CaptureOutcome.SUCCESS
    assert rejections(capture) == []


async def test_star_on_an_empty_field_ends_the_capture_and_gives_the_caller_back(rig: Rig) -> None:
    call = await rig.incoming()
    async with rig.capturing(call) as capture:
        await heard(call, "card-number")
        call.press(f"{VISA}#*")
    assert capture.result.outcome is CaptureOutcome.CANCELLED
    assert capture.result.token is None
    assert call.app == "ivr"


async def test_given_silence_three_times_then_the_caller_is_given_back(rig: Rig) -> None:
    call = await rig.incoming()
    async with rig.capturing(call, first_digit_timeout=0.03) as capture:
        pass
    assert capture.result.outcome is CaptureOutcome.TOO_MANY_FAILED_ATTEMPTS
    assert rejections(capture) == [(CardField.NUMBER, EntryError.TIMEOUT, attempt) for attempt in (1, 2, 3)]
    assert prompts(capture) == ["card-number", *("entry-timeout", "card-number-again") * 2, "payment-cancelled"]
    assert call.app == "ivr"


async def test_letters_of_a_keypad_are_no_keys_and_an_endless_entry_is_just_wrong(rig: Rig) -> None:
    call = await rig.incoming()
    async with rig.capturing(call, security_code=False) as capture:
        await heard(call, "card-number")
        call.press("4" * 100 + "#")
        await heard(call, "card-number-invalid")
        call.press(f"A{VISA[:4]}B{VISA[4:]}CD#1227#")
    assert capture.result.outcome is CaptureOutcome.SUCCESS
    assert max(event.entered for event in capture.events if isinstance(event, FieldProgress)) == 32


async def test_a_prompt_of_the_flows_own_is_spoken_where_its_conditions_match(rig: Rig) -> None:
    rule = {"for": "security-code", "say": [OWN_PROMPT], "card_type": "amex", "attempt": [2]}
    call = await rig.incoming()
    async with rig.capturing(call, prompts=[rule]) as capture:
        await heard(call, "card-number")
        call.press(f"{AMEX}#1227#123#")
        await heard(call, OWN_PROMPT)
        call.press("1234#")
    assert prompts(capture) == ["card-number", "expiry", "security-code-4", OWN_PROMPT, "card-thank-you"]
