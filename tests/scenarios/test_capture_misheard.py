"""Captures in which what is said is no card, not sure, or not agreed to: it is asked again, and nothing counts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from asterisk_ari.fake import FakeCall
from pci.contract import CaptureOutcome, EntryError
from speech.scripted import ScriptedRecogniser, say
from tests.pci_rig import Rig, heard, number_kept, open_rig
from tests.speaking_caller import CLOSE, PAUSE, STORY, VISA, agrees, ends, prompts, rejections, says, speaking


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path) as rig:
        yield rig


async def test_given_a_wrong_check_digit_then_it_is_asked_again_and_never_read_back(rig: Rig) -> None:
    call = await rig.incoming()
    async with speaking(rig, call) as capture:
        await says(call, "say-card-number", *VISA[:3], "one one one two")
        await ends(call, capture, 16)
        await says(call, "card-number-invalid", *VISA)
        await agrees(call)
        await says(call, "say-expiry", "one two two nine")
    assert capture.result.outcome is CaptureOutcome.SUCCESS
    assert rejections(capture) == [EntryError.INVALID_CARD_NUMBER]
    assert prompts(capture).count("is-that-right") == 1


@pytest.mark.parametrize(
    ("digits", "stretches"),
    [
        (15, (*VISA[:3], "one one one")),
        (19, (*VISA[:3], "one one one one one two three")),
        (20, (*VISA[:3], "two two two two", "two two two two")),
    ],
    ids=["15 digits of a Visa", "19 digits", "two people"],
)
async def test_given_what_is_no_card_number_then_the_caller_is_told_so_and_asked_again(
    rig: Rig, digits: int, stretches: tuple[str, ...]
) -> None:
    call = await rig.incoming()
    async with speaking(rig, call) as capture:
        await says(call, "say-card-number", *stretches)
        await ends(call, capture, digits)
        await heard(call, "card-number-invalid")
        call.press("*")
    assert rejections(capture) == [EntryError.INVALID_CARD_NUMBER]
    assert "is-that-right" not in prompts(capture)
    assert capture.result.outcome is CaptureOutcome.CANCELLED


async def test_given_a_close_rival_that_passes_too_then_only_the_doubtful_group_is_asked_again(
    tmp_path: Path,
) -> None:
    alike = ScriptedRecogniser(rivals={"one": {"nine": 0.4}})
    async with open_rig(tmp_path, recogniser=alike) as rig:
        call = await rig.incoming()
        async with speaking(rig, call) as capture:
            await says(call, "say-card-number", *CLOSE)
            await says(call, "say-group-4", "eleven eleven")
            await agrees(call)
            await says(call, "say-expiry", "twelve twenty nine")
    assert (capture.result.outcome, capture.result.last4) == (CaptureOutcome.SUCCESS, "1111")
    assert rejections(capture) == []


async def test_given_a_doubtful_group_that_fits_nothing_when_it_is_said_again_then_no_number_counts(
    tmp_path: Path,
) -> None:
    alike = ScriptedRecogniser(rivals={"one": {"nine": 0.4}})
    async with open_rig(tmp_path, recogniser=alike) as rig:
        call = await rig.incoming()
        async with speaking(rig, call) as capture:
            await says(call, "say-card-number", *CLOSE)
            await says(call, "say-group-4", "two two two two")
            await heard(call, "card-number-invalid")
            call.press("*")
    assert rejections(capture) == [EntryError.INVALID_CARD_NUMBER]
    assert capture.result.outcome is CaptureOutcome.CANCELLED


async def test_given_silence_when_a_doubtful_group_is_asked_again_then_it_is_waited_for_as_for_any_answer(
    tmp_path: Path,
) -> None:
    alike = ScriptedRecogniser(rivals={"one": {"nine": 0.4}})
    async with open_rig(tmp_path, recogniser=alike, prompt=600.0) as rig:
        call = await rig.incoming()
        async with speaking(rig, call, first_digit_timeout=3) as capture:
            await says(call, "say-card-number", *CLOSE)
            await heard(call, "say-group-4")
            await heard(call, "entry-timeout")
            call.press("*")
    assert rejections(capture) == [EntryError.TIMEOUT]


async def test_given_a_caller_who_looks_for_the_card_first_then_the_time_for_saying_it_begins_with_the_first_word(
    tmp_path: Path,
) -> None:
    async with open_rig(tmp_path, said=3.0) as rig:
        call = await rig.incoming()
        async with speaking(rig, call) as capture:
            await heard(call, "say-card-number")
            await asyncio.sleep(4)
            await says(call, "say-card-number", *VISA)
            await agrees(call)
            await says(call, "say-expiry", "twelve twenty nine")
    assert rejections(capture) == []
    assert (capture.result.outcome, capture.result.last4) == (CaptureOutcome.SUCCESS, "1111")


async def test_given_no_to_the_last_four_digits_then_the_number_is_asked_again_and_the_first_is_gone(
    rig: Rig,
) -> None:
    call = await rig.incoming()
    async with speaking(rig, call) as capture:
        await says(call, "say-card-number", *VISA)
        await agrees(call, "2")
        await says(call, "say-card-number", *CLOSE, times=2)
        await agrees(call, times=2)
        await says(call, "say-expiry", "twelve twenty nine")
    assert rejections(capture) == [EntryError.NOT_CONFIRMED]
    assert await number_kept(rig, capture) == "4242424200041111"


async def test_given_no_answer_to_the_last_four_digits_then_the_number_does_not_count(rig: Rig) -> None:
    call = await rig.incoming()
    async with speaking(rig, call, entry_attempts=1, first_digit_timeout=3) as capture:
        await says(call, "say-card-number", *VISA)
        await heard(call, "is-that-right", times=2)
    assert capture.result.outcome is CaptureOutcome.TOO_MANY_FAILED_ATTEMPTS
    assert capture.result.token is None


@pytest.mark.parametrize(
    ("words", "next_prompt"),
    [
        ("yes", "say-expiry"),
        ("yes that's right", "say-expiry"),
        ("yes start again", "is-that-right"),
        ("yes repeat", "is-that-right"),
        ("yes no", "say-card-number"),
        ("four one one one yes", "is-that-right"),
        ("well my aunt would say yes to that but listen", "is-that-right"),
    ],
)
async def test_only_a_plain_yes_to_the_last_four_digits_is_one(rig: Rig, words: str, next_prompt: str) -> None:
    call = await rig.incoming()
    async with speaking(rig, call, entry_attempts=2, first_digit_timeout=3) as capture:
        await says(call, "say-card-number", *VISA)
        await heard(call, "is-that-right")
        await asyncio.sleep(1.0)  # what is said at once may be an echo of the prompt
        call.speak(say(words) + PAUSE)
        await heard(call, next_prompt, times=1 if next_prompt == "say-expiry" else 2)
        call.press("*")
    assert capture.result.outcome is CaptureOutcome.CANCELLED


async def test_yes_over_the_read_back_may_be_the_prompt_itself_and_does_not_count(rig: Rig) -> None:
    call = await rig.incoming()
    async with speaking(rig, call, entry_attempts=1, first_digit_timeout=3) as capture:
        await heard(call, "say-card-number")
        rig.asterisk.seconds_per_sound = 0.2
        for stretch in VISA:
            call.speak(say(stretch) + PAUSE)
        for times in (1, 2):
            await heard(call, "brand-visa", times)
            call.speak(say("say yes or no") + PAUSE)
    assert capture.result.outcome is CaptureOutcome.TOO_MANY_FAILED_ATTEMPTS


@pytest.mark.parametrize("sound", [STORY, "la la la la la"], ids=["a story, or a television", "music with words"])
async def test_given_sound_that_is_no_number_then_the_caller_was_not_understood(rig: Rig, sound: str) -> None:
    call = await rig.incoming()
    async with speaking(rig, call, entry_attempts=1, first_digit_timeout=5) as capture:
        await says(call, "say-card-number", sound)
    assert capture.result.outcome is CaptureOutcome.TOO_MANY_FAILED_ATTEMPTS
    assert rejections(capture) == [EntryError.NOT_UNDERSTOOD]


async def test_given_a_television_after_the_last_digit_then_nobody_waits_for_its_end(tmp_path: Path) -> None:
    async with open_rig(tmp_path, settled=1.0) as rig:
        call = await rig.incoming()
        async with speaking(rig, call) as capture, asyncio.TaskGroup() as tasks:
            await says(call, "say-card-number", *VISA)
            television = tasks.create_task(talks_on(call))
            await agrees(call)
            television.cancel()
            await heard(call, "say-expiry")
            call.press("*")
    assert capture.result.outcome is CaptureOutcome.CANCELLED


async def talks_on(call: FakeCall) -> None:
    """For longer than a test may take."""
    while True:
        await asyncio.sleep(0.3)
        call.speak(say(STORY) + PAUSE)


async def test_given_silence_three_times_then_the_keypad_is_offered_before_the_capture_ends(rig: Rig) -> None:
    call = await rig.incoming()
    async with speaking(rig, call, first_digit_timeout=0.05) as capture:
        pass
    assert capture.result.outcome is CaptureOutcome.TOO_MANY_FAILED_ATTEMPTS
    assert rejections(capture) == [EntryError.TIMEOUT] * 3
    assert prompts(capture) == [
        *("say-card-number", "entry-timeout", "say-card-number"),
        *("entry-timeout", "keypad-may-be-easier", "card-number-again", "payment-cancelled"),
    ]


async def test_given_words_over_the_prompt_then_digits_stop_it_and_its_own_echo_does_not(rig: Rig) -> None:
    rig.asterisk.seconds_per_sound = 30.0
    call = await rig.incoming()
    async with speaking(rig, call) as capture:
        await heard(call, "say-card-number")
        rig.asterisk.seconds_per_sound = 0.0
        call.speak(say("four digits at a time") + PAUSE)
        for stretch in VISA:
            call.speak(say(stretch) + PAUSE)
        await agrees(call)
        await says(call, "say-expiry", "twelve twenty nine")
    assert (capture.result.outcome, capture.result.last4) == (CaptureOutcome.SUCCESS, "1111")


async def test_given_a_card_that_is_not_taken_then_it_is_not_read_back(rig: Rig) -> None:
    call = await rig.incoming()
    async with speaking(rig, call, valid_card_types=["mastercard"]) as capture:
        await says(call, "say-card-number", *VISA)
        await heard(call, "card-type-invalid")
        call.press("*")
    assert rejections(capture) == [EntryError.INVALID_CARD_TYPE]
    assert "is-that-right" not in prompts(capture)
