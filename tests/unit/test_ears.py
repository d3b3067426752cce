"""The ears of a call, where the card side still hears the caller for the question before."""

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
from pci.contract import ErrorCode, HearingEvent, HearingRequest, SpeechHeard, SpokenWords

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
