"""Keys that are held down, by a caller whom we called.

Such a channel keeps a second subscription of the application that called: it must be told no key all the same.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pci.contract import CaptureOutcome
from tests.asterisk.digit_ways import CARD, KEYED, Scene


async def test_given_a_key_that_is_held_down_then_it_is_one_digit(scene: Scene) -> None:
    async with scene.agent() as (channel_id, phone):
        async with scene.capture(channel_id) as capture:
            await capture.prompted("card-number")
            await asyncio.sleep(0.5)  # the prompt ends
            await phone.press(CARD[0], held=1.0)
            await phone.press(KEYED[1:])
        assert await scene.card_of(capture) == KEYED
        assert scene.keys_told_to_ivr == ""


async def test_given_a_key_that_is_held_while_the_prompt_ends_then_late_and_doubled_digits_reach_nobody_else(
    scene: Scene,
) -> None:
    """Measured with Asterisk 22.10: such a key is played again, and those after it come late and twice."""
    async with scene.agent() as (channel_id, phone):
        async with scene.capture(channel_id, entry_attempts=1, inter_digit_timeout=1.5) as capture:
            await capture.prompted("card-number")
            await phone.press(CARD[0], held=1.0)
            await phone.press(CARD[1:6])
        assert capture.outcome is CaptureOutcome.TOO_MANY_FAILED_ATTEMPTS
        assert scene.keys_told_to_ivr == ""


async def test_given_a_key_that_is_held_through_the_give_back_then_asterisk_says_that_it_was_pressed_before(
    scene: Scene,
) -> None:
    """Asterisk tells of a key when it is let go, to whoever has the caller then: the gate goes by its duration."""
    async with scene.agent() as (channel_id, phone):
        async with scene.capture(channel_id) as capture:
            await capture.prompted("card-number")
            await phone.press(KEYED)
            await phone.press("4", held=2.0)
        assert await scene.card_of(capture) == KEYED
        async with asyncio.timeout(5):
            while not scene.keys_told_to_ivr:
                await asyncio.sleep(0.02)
    *_, back = events(scene, "StasisStart")
    (key,) = events(scene, "ChannelDtmfReceived")
    pressed = at(key).timestamp() - key["duration_ms"] / 1000
    assert pressed < at(back).timestamp()


def events(scene: Scene, kind: str) -> Iterator[dict[str, Any]]:
    """The events of one kind that the call side was told."""
    text = bytes(scene.ivr_tap.received).decode("utf-8", "replace")
    for start in re.finditer(rf'\{{"type":"{kind}"', text):
        event = json.JSONDecoder().raw_decode(text, start.start())[0]
        if "timestamp" in event:  # else it is a line of the event filter
            yield event


def at(event: dict[str, Any]) -> datetime:
    """When it happened."""
    return datetime.fromisoformat(event["timestamp"])
