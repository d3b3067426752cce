"""The call side asks what a caller says, by the card side's socket, with the client that it uses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web

from asterisk_ari.fake import FakeCall
from ivr.errors import PciAnswerLost, PciRefused
from ivr.pci_client import PciClient
from pci.contract import (
    CaptureOutcome,
    ErrorCode,
    HearingEnd,
    HearingEnded,
    HearingEvent,
    HearingRequest,
    HearingStarted,
    SpeechHeard,
)
from speech.scripted import say, silence
from tests.pci_rig import VISA, Rig, heard, open_rig


@dataclass
class Scene:
    """A caller, the card side, and the call side's client of it."""

    rig: Rig
    client: PciClient
    call: FakeCall

    def hear(self, *words: str, channel_id: str = "", language: str = "en") -> AsyncGenerator[HearingEvent, None]:
        """Ask to hear the caller."""
        channel_id = channel_id or self.call.channel_id
        return self.client.hear(
            HearingRequest(call_id="call-1", channel_id=channel_id, language=language, words=words)
        )

    async def heard_again(self, *words: str) -> AsyncGenerator[HearingEvent, None]:
        """The same, begun as soon as the hearing before has ended."""
        async with asyncio.timeout(10):
            while True:
                events = self.hear(*words)
                try:
                    assert await anext(events) == HearingStarted()
                except PciRefused:  # hearing-in-progress
                    await asyncio.sleep(0.05)
                else:
                    return events

    async def refusal(self, *words: str, channel_id: str = "", language: str = "en") -> ErrorCode:
        """Why the caller is not heard."""
        with pytest.raises(PciRefused) as refused:
            await anext(self.hear(*words, channel_id=channel_id, language=language))
        return refused.value.code


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_rig(tmp_path) as rig, PciClient.open(tmp_path / "pci.sock") as client:
        yield Scene(rig, client, await rig.incoming())


async def until(events: AsyncIterator[HearingEvent]) -> SpeechHeard | HearingEnded:
    """The next stretch of speech that has ended, or the end."""
    async for event in events:
        if isinstance(event, HearingEnded) or (isinstance(event, SpeechHeard) and event.final):
            return event
    raise AssertionError("the stream broke off")


def audit_log(folder: Path) -> str:
    """All that was written down."""
    return "".join(file.read_text() for file in (folder / "audit").glob("*.jsonl"))


async def test_given_a_caller_who_is_heard_when_they_speak_then_the_call_side_is_told_words_of_its_list(
    scene: Scene,
) -> None:
    async with aclosing(scene.hear("balance", "agent")) as events:
        assert await anext(events) == HearingStarted()
        scene.call.speak(say("agent") + silence(0.5))
        told = await until(events)
        assert isinstance(told, SpeechHeard)
        assert told.alternatives[0].words == ("agent",)
        scene.call.speak(say("four one one one") + silence(0.5))
        told = await until(events)
        assert isinstance(told, SpeechHeard)
        assert set(told.alternatives[0].words) == {"[unk]"}, "what is not on the list is told to nobody"


async def test_given_a_caller_who_is_heard_when_a_capture_begins_then_the_call_side_hears_of_that_and_no_more(
    scene: Scene,
) -> None:
    async with aclosing(scene.hear("four")) as events:
        assert await anext(events) == HearingStarted()
        async with scene.rig.capturing(scene.call, security_code=False) as capture:
            assert await until(events) == HearingEnded(reason=HearingEnd.CAPTURE)
            await heard(scene.call, "card-number")
            # nor is anybody heard who is in it
            assert await scene.refusal("four") is ErrorCode.SESSION_IN_PROGRESS
            scene.call.press(f"{VISA}#")
            await heard(scene.call, "expiry")
            scene.call.press("1230#")
        assert capture.result.outcome is CaptureOutcome.SUCCESS


DIGITS = tuple("zero oh one two three four five six seven eight nine double".split())


async def told(events: AsyncIterator[HearingEvent]) -> tuple[list[str], HearingEnd | None]:
    """Every word that the call side gets to know, and how it ends."""
    words: list[str] = []
    async for event in events:
        if isinstance(event, HearingEnded):
            return words, event.reason
        if isinstance(event, SpeechHeard):
            words += [word for way in event.alternatives for word in way.words]
    return words, None


async def test_given_a_caller_who_says_their_card_in_one_breath_where_none_is_asked_for_then_one_digit_is_told(
    scene: Scene,
) -> None:
    async with aclosing(scene.hear(*DIGITS)) as events:
        assert await anext(events) == HearingStarted()
        scene.call.speak(
            say("four two four two four two four two four two four two four two four two") + silence(0.5)
        )
        words, end = await told(events)
    assert end is HearingEnd.CARD_SAID
    assert set(words) <= {"four", "[unk]"}, "while they speak one word is told, over and over"


async def test_given_a_card_that_goes_on_in_the_next_hearing_then_its_third_group_is_not_told_there(
    scene: Scene,
) -> None:
    async with aclosing(scene.hear(*DIGITS)) as events:
        assert await anext(events) == HearingStarted()
        for group in ("four two four two", "five six five six"):
            scene.call.speak(say(group) + silence(0.5))
            assert isinstance(await until(events), SpeechHeard)
    async with aclosing(await scene.heard_again(*DIGITS)) as events:
        scene.call.speak(say("seven eight double nine") + silence(0.5))
        words, end = await told(events)
    assert end is HearingEnd.CARD_SAID
    assert not {"eight", "nine", "double"} & set(words)


async def test_given_a_card_that_is_said_in_groups_of_four_then_the_third_group_is_not_told(scene: Scene) -> None:
    async with aclosing(scene.hear(*DIGITS)) as events:
        assert await anext(events) == HearingStarted()
        for group in ("four two four two", "five six five six", "seven eight double nine", "one one one one"):
            scene.call.speak(say(group) + silence(0.5))
        words, end = await told(events)
    assert end is HearingEnd.CARD_SAID
    assert "six" in words
    assert not {"eight", "nine", "double", "one"} & set(words)


async def test_given_an_account_number_of_eleven_digits_then_all_of_it_is_told(scene: Scene) -> None:
    async with aclosing(scene.hear(*DIGITS)) as events:
        assert await anext(events) == HearingStarted()
        scene.call.speak(say("oh one two three four five six seven eight nine oh") + silence(0.5))
        heard_last = await until(events)
    assert isinstance(heard_last, SpeechHeard)
    assert len(heard_last.alternatives[0].words) == 11


async def test_given_a_hearing_that_the_call_side_closes_then_nothing_of_it_is_left(scene: Scene) -> None:
    async with aclosing(scene.hear("yes")) as events:
        assert await anext(events) == HearingStarted()
        assert len(scene.rig.asterisk.calls) == 3
    await scene.rig.asterisk.until(lambda asterisk: len(asterisk.calls) == 1 and not asterisk.bridge_ids)


async def test_given_a_caller_who_hangs_up_then_the_hearing_ends(scene: Scene) -> None:
    async with aclosing(scene.hear("yes")) as events:
        assert await anext(events) == HearingStarted()
        scene.call.hang_up()
        assert await until(events) == HearingEnded(reason=HearingEnd.CALLER_GONE)


async def test_who_cannot_be_heard_is_refused_with_the_reason(scene: Scene) -> None:
    assert await scene.refusal("si", language="es") is ErrorCode.LANGUAGE_NOT_HEARD
    assert await scene.refusal("yes", channel_id="nobody") is ErrorCode.CHANNEL_NOT_FOUND
    async with aclosing(scene.hear("yes")) as events:
        await anext(events)
        assert await scene.refusal("no") is ErrorCode.HEARING_IN_PROGRESS
        ears = [call.channel_id for call in scene.rig.asterisk.calls if call.channel_id != scene.call.channel_id]
        for ear in ears:
            assert await scene.refusal("no", channel_id=ear) is ErrorCode.CHANNEL_NOT_FOUND


async def test_given_a_hearing_that_cannot_be_put_on_record_then_nobody_is_heard(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object, **__: object) -> bool:
        return False

    monkeypatch.setattr(scene.rig.audit, "record", full)
    assert await scene.refusal("yes") is ErrorCode.NOT_READY
    await scene.rig.asterisk.until(lambda asterisk: len(asterisk.calls) == 1 and not asterisk.bridge_ids)


async def test_given_a_client_that_does_not_read_then_the_hearing_ends_as_stopped_and_not_as_too_long(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes = web.StreamResponse.write

    async def write(stream: web.StreamResponse, data: bytes) -> None:
        await (asyncio.Event().wait() if b'"heard"' in data else writes(stream, data))

    monkeypatch.setattr(web.StreamResponse, "write", write)
    monkeypatch.setattr("pci.hearing.desk._UNREAD_SECONDS", 0.5)
    async with aclosing(scene.hear("yes")) as events:
        assert await anext(events) == HearingStarted()
        scene.call.speak(say("yes") + silence(0.5))
        with pytest.raises(PciAnswerLost):
            await anext(events)
    while "hearing-ended" not in (text := audit_log(scene.rig.folder)):
        await asyncio.sleep(0.01)
    assert "too-long" not in text


async def test_the_call_side_can_ask_which_words_are_known(scene: Scene) -> None:
    assert await scene.client.known_words("en", ["balance", "agent"]) == {"balance", "agent"}
    with pytest.raises(PciRefused) as refused:
        await scene.client.known_words("es", ["saldo"])
    assert refused.value.code is ErrorCode.LANGUAGE_NOT_HEARD


async def test_a_hearing_is_on_record_with_nothing_that_was_said(scene: Scene) -> None:
    async with aclosing(scene.hear("yes")) as events:
        await anext(events)
        scene.call.speak(say("yes") + silence(0.5))
        await until(events)
        scene.call.hang_up()
        await until(events)
    while "hearing-ended" not in (text := audit_log(scene.rig.folder)):
        await asyncio.sleep(0.01)
    assert '"kind":"hearing-began"' in text
    assert "caller-gone" in text
    assert "yes" not in text
