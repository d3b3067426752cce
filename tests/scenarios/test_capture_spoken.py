"""Captures in which the caller says the card: what counts, and what is kept of it."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pci.capture.choice import Taken
from pci.contract import Brand, CaptureOutcome, CardField, FieldProgress
from speech import Alternative, Heard
from speech.digits import SpokenDigits
from speech.scripted import ScriptedRecogniser, say
from tests.pci_rig import Rig, heard, open_rig, steer
from tests.speaking_caller import PAUSE, VISA, agrees, ends, prompts, rejections, says, speaking


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path) as rig:
        yield rig


async def test_given_a_caller_who_says_the_card_and_yes_then_the_call_side_gets_a_token(rig: Rig) -> None:
    call = await rig.incoming()
    async with speaking(rig, call, security_code=True) as capture:
        await says(call, "say-card-number", *VISA)
        while not any(sound.endswith("/say-expiry") for sound in call.played):  # words over the prompt do not count
            call.speak(say("yes") + PAUSE)
            await asyncio.sleep(0.2)
        await says(call, "say-expiry", "twelve twenty nine")
        await says(call, "say-security-code", "nine eight seven")
    assert (capture.result.outcome, capture.result.brand, capture.result.last4) == (
        CaptureOutcome.SUCCESS, Brand.VISA, "1111",
    )  # fmt: skip
    assert capture.result.token is not None
    assert capture.result.capture_id is not None
    async with rig.vault.use(capture.result.token) as card:
        assert bytes(card.pan.reveal()) == b"4111111111111111"
        assert bytes(card.expiry.reveal()) == b"1229"
    with rig.captures.spend(capture.result.capture_id) as captured:
        assert captured.cvv is not None
        assert bytes(captured.cvv.reveal()) == b"987"


async def test_given_a_caller_who_names_the_month_then_that_is_their_expiry_date_and_no_month_is_part_of_a_number(
    rig: Rig,
) -> None:
    call = await rig.incoming()
    async with speaking(rig, call) as capture:
        await says(call, "say-card-number", *VISA[:3], "march one one one one")
        await agrees(call)
        await says(call, "say-expiry", "march two thousand twenty nine")
    assert capture.result.token is not None
    async with rig.vault.use(capture.result.token) as card:
        assert bytes(card.pan.reveal()) == b"4111111111111111"
        assert bytes(card.expiry.reveal()) == b"0329"


async def test_brand_and_last_four_digits_are_read_back_and_nothing_more_and_the_call_side_is_told_no_digit(
    rig: Rig,
) -> None:
    call = await rig.incoming()
    async with speaking(rig, call, security_code=True) as capture:
        await says(call, "say-card-number", *VISA)
        await agrees(call)
        await says(call, "say-expiry", "one two two nine")
        await says(call, "say-security-code", "nine eight seven")
    assert [sound.rpartition("/")[2] for sound in call.played] == [
        "say-card-number",
        *("brand-visa", "ending-in", "digit-1", "digit-1", "digit-1", "digit-1", "is-that-right"),
        *("say-expiry", "say-security-code", "card-thank-you"),
    ]
    assert prompts(capture) == [
        *("say-card-number", "brand-visa", "ending-in", "is-that-right", "say-expiry", "say-security-code"),
        "card-thank-you",
    ]
    assert rig.keys_told_to_ivr == 0


async def test_progress_is_told_as_digits_are_understood_and_no_count_for_the_security_code(rig: Rig) -> None:
    call = await rig.incoming()
    async with speaking(rig, call, security_code=True) as capture:
        await says(call, "say-card-number", VISA[0])
        await capture.entering(CardField.NUMBER, 4)
        for stretch in VISA[1:]:
            call.speak(say(stretch) + PAUSE)
        await agrees(call)
        await says(call, "say-expiry", "one two two nine")
        await says(call, "say-security-code", "nine eight seven")
    told = [event for event in capture.events if isinstance(event, FieldProgress)]
    number = [event for event in told if event.field is CardField.NUMBER]
    assert [event.entered for event in number] == sorted(event.entered for event in number)
    assert number[-1].entered == 16
    assert {event.brand for event in number if event.entered >= 6} == {Brand.VISA}
    code = [(event.state, event.entered) for event in told if event.field is CardField.SECURITY_CODE]
    assert code == [("entering", 0), ("accepted", 0)]


@pytest.mark.parametrize(
    "stretches",
    [
        (VISA[0], "one one ahem one one", *VISA[2:]),
        (*VISA[:3], "one one one two no one"),
        ("four triple one", "double one double one", "one one one one", "eleven eleven"),
    ],
    ids=["a cough", "a correction", "double and triple"],
)
async def test_given_a_number_said_as_people_do_then_it_is_taken(rig: Rig, stretches: tuple[str, ...]) -> None:
    call = await rig.incoming()
    async with speaking(rig, call) as capture:
        await says(call, "say-card-number", *stretches)
        await agrees(call)
        await says(call, "say-expiry", "twelve twenty nine")
    assert (capture.result.outcome, capture.result.last4) == (CaptureOutcome.SUCCESS, "1111")


async def test_given_the_same_card_twice_then_it_counts_once(tmp_path: Path) -> None:
    async with open_rig(tmp_path, settled=60.0) as rig:
        call = await rig.incoming()
        async with speaking(rig, call) as capture:
            await says(call, "say-card-number", *VISA)
            await capture.entering(CardField.NUMBER, 16)
            await says(call, "say-card-number", *VISA)
            await ends(call, capture, 32)
            await agrees(call)
            call.press("1229#")
    assert (capture.result.outcome, capture.result.last4) == (CaptureOutcome.SUCCESS, "1111")
    assert rejections(capture) == []


async def test_given_start_again_then_what_was_said_is_forgotten_and_counts_as_no_attempt(rig: Rig) -> None:
    call = await rig.incoming()
    async with speaking(rig, call, entry_attempts=1) as capture:
        await says(call, "say-card-number", "four nine nine nine", "start again")
        await heard(call, "entry-restarted")
        await says(call, "say-card-number", *VISA, times=2)
        await agrees(call)
        await says(call, "say-expiry", "twelve twenty nine")
    assert capture.result.outcome is CaptureOutcome.SUCCESS


async def test_given_a_flow_with_a_person_then_a_caller_who_asks_for_one_is_given_back(rig: Rig) -> None:
    call = await rig.incoming()
    async with speaking(rig, call, person=True) as capture:
        await says(call, "say-card-number", "four one one one", "agent")
    assert capture.result.outcome is CaptureOutcome.PERSON_WANTED
    assert capture.result.token is None
    assert call.app == "ivr"


async def test_given_a_flow_without_a_person_then_nobody_is_asked_for(rig: Rig) -> None:
    call = await rig.incoming()
    async with speaking(rig, call) as capture:
        await says(call, "say-card-number", "agent", *VISA)
        await agrees(call)
        await says(call, "say-expiry", "twelve twenty nine")
    assert capture.result.outcome is CaptureOutcome.SUCCESS


@pytest.mark.parametrize(
    "recogniser",
    [ScriptedRecogniser(languages=["es"]), ScriptedRecogniser(most=0), ScriptedRecogniser(words=["one", "two"])],
    ids=["no model of the language", "too many are heard already", "a model that knows not all digits"],
)
async def test_given_a_caller_who_cannot_be_heard_then_the_card_is_keyed_and_nothing_wrong_is_said(
    tmp_path: Path, recogniser: ScriptedRecogniser
) -> None:
    async with open_rig(tmp_path, recogniser=recogniser) as rig:
        call = await rig.incoming()
        async with speaking(rig, call) as capture:
            await heard(call, "card-number")
            call.press("4242424200041111#1229#")
    assert capture.result.outcome is CaptureOutcome.SUCCESS
    assert prompts(capture) == ["card-number", "expiry", "card-thank-you"]


async def test_given_the_end_of_a_capture_then_nobody_is_heard_any_more(tmp_path: Path) -> None:
    recogniser = ScriptedRecogniser()
    async with open_rig(tmp_path, recogniser=recogniser) as rig:
        call = await rig.incoming()
        async with speaking(rig, call) as capture:
            await says(call, "say-card-number", *VISA)
            await heard(call, "is-that-right")
            assert recogniser.listening == 1
            call.hang_up()
        assert capture.result.outcome is CaptureOutcome.HUNG_UP
        assert recogniser.listening == 0


@contextmanager
def untidied() -> Iterator[None]:
    """Python does not look for what only refers to itself, as it would sooner or later."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def still_held() -> int:
    """How many things that hold words or digits are in memory."""
    return sum(isinstance(one, (Alternative, Heard, SpokenDigits, Taken)) for one in gc.get_objects())


@pytest.mark.parametrize("end", ["the caller hangs up", "the payment is called off"])
async def test_given_a_capture_that_breaks_off_at_the_read_back_then_nothing_that_was_said_stays_in_memory(
    rig: Rig, end: str
) -> None:
    call = await rig.incoming()
    with untidied():
        before = still_held()
        async with speaking(rig, call) as capture:
            await says(call, "say-card-number", *VISA)
            await heard(call, "is-that-right")
            if end == "the caller hangs up":
                call.hang_up()
            else:
                await steer(rig, capture, "cancel")
        assert capture.result.token is None
        assert still_held() == before
