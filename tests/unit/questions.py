"""A question that somebody was asked, and what came of the caller: keys, words and the end of the prompt."""

from __future__ import annotations

import asyncio

from asterisk_ari import ChannelDtmfReceived, Playback, PlaybackFinished
from ivr.calls.keys import Heard, read_keys
from ivr.flow.keys import Keys

PROMPT = "playback-1"
QUICK = Keys(most=10, first_digit_timeout=0.02, inter_digit_timeout=0.02)


def key(digit: str) -> Heard:
    return ChannelDtmfReceived("1.0", digit)


def finished(playback: str) -> Heard:
    return PlaybackFinished(Playback(playback, "channel:1.0", "done"))


class Listening:
    """Reads keys from events that are there already, and notes what it silenced."""

    def __init__(self, *events: Heard) -> None:
        self.heard: asyncio.Queue[Heard] = asyncio.Queue()
        self.silenced: list[str] = []
        for event in events:
            self.heard.put_nowait(event)

    async def read(self, keys: Keys = QUICK, prompt: str | None = PROMPT) -> str:
        async def silence(playback: str) -> None:
            self.silenced.append(playback)

        return await read_keys(self.heard, keys, prompt, silence)


def pressed(text: str) -> list[Heard]:
    return [key(digit) for digit in text]
