"""The ears of a call: the card side still hears the caller for the question before, or it ends a hearing itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import pytest

from ivr.calls import ears
from ivr.calls.ears import Ears
from ivr.calls.line import Line
from ivr.errors import PciRefused
from ivr.pci_client import PciClient
from ivr.understanding.questions import for_digits
from pci.contract import ErrorCode, HearingEnd, HearingEnded, HearingEvent, HearingRequest, SpeechHeard, SpokenWords

WORDS = SpeechHeard(alternatives=(SpokenWords(words=("seven",), score=0.0),), final=True)


class Busy:
    """A card side whose ears are taken so many times, and what was heard afterwards."""

    def __init__(self, times: int) -> None:
        self.left = times
        self.told: asyncio.Queue[SpeechHeard] = asyncio.Queue()

    async def hear(self, _: HearingRequest) -> AsyncIterator[HearingEvent]:
        if self.left:
            self.left -= 1
            raise PciRefused(ErrorCode.HEARING_IN_PROGRESS)
        yield WORDS


class Noting:
    """A line that notes what it is told."""

    channel_id = "1.0"

    def __init__(self, told: asyncio.Queue[SpeechHeard]) -> None:
        self.hear = told.put_nowait


async def test_given_a_hearing_in_the_way_then_the_next_question_is_heard_once_it_has_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ears, "_AGAIN_SECONDS", 0)
    side, listening = Busy(90), for_digits("en", 1, 6)
    assert listening is not None
    heard = Ears(cast(Line, Noting(side.told)), cast(PciClient, side), "c1")

    async def ask() -> str:
        return (await side.told.get()).alternatives[0].words[0]

    async with asyncio.timeout(30):
        assert await heard.during(listening, ask) == "seven"


class EndsEach:
    """A card side that tells a word and ends the hearing; `asked` is how often it was asked to hear."""

    def __init__(self, why: HearingEnd) -> None:
        self.asked = 0
        self.told: asyncio.Queue[SpeechHeard] = asyncio.Queue()
        self._why = why

    async def hear(self, _: HearingRequest) -> AsyncIterator[HearingEvent]:
        self.asked += 1
        yield WORDS
        yield HearingEnded(reason=self._why)


@pytest.mark.parametrize(("why", "asked"), [(HearingEnd.CARD_SAID, 2), (HearingEnd.TOO_SLOW, 1)])
async def test_given_a_hearing_that_ended_for_a_card_then_the_next_question_is_heard_and_after_a_failure_it_is_not(
    why: HearingEnd, asked: int
) -> None:
    side, listening = EndsEach(why), for_digits("en", 1, 6)
    assert listening is not None
    heard = Ears(cast(Line, Noting(side.told)), cast(PciClient, side), "c1")

    async def ask() -> str:
        for _ in range(5):
            await asyncio.sleep(0)  # the keys come a moment later
        return "7"

    async with asyncio.timeout(30):
        assert [await heard.during(listening, ask) for _ in range(2)] == ["7", "7"]
    assert side.asked == asked
