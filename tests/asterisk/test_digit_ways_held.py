"""Keys that are held down, by callers whom we called, all at the same time.

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

LAST = "4"


async def held_down_it_is_one_digit(scene: Scene) -> None:
    async with scene.agent() as (channel_id, phone):
        async with scene.capture(channel_id) as capture:
            await capture.prompted("card-number")
            await asyncio.sleep(0.5)  # the prompt ends
            await phone.press(CARD[0], held=1.0)
            await phone.press(KEYED[1:])
        assert await scene.card_of(capture) == KEYED


async def held_while_the_prompt_ends_the_digits_after_it_come_late_and_doubled(scene: Scene) -> None:
    """Measured with Asterisk 22.10: such a key is played again, and those after it come late and twice."""
    async with scene.agent() as (channel_id, phone):
        async with scene.capture(channel_id, entry_attempts=1, inter_digit_timeout=1.5) as capture:
            await capture.prompted("card-number")
            await phone.press(CARD[0], held=1.0)
            await phone.press(CARD[1:6])
        assert capture.outcome is CaptureOutcome.TOO_MANY_FAILED_ATTEMPTS


async def held_through_the_give_back_it_is_told_later_as_pressed_before(scene: Scene) -> None:
    """Asterisk tells of a key when it is let go, to whoever has the caller then: the gate goes by its duration."""
    async with scene.agent() as (channel_id, phone):
        async with scene.capture(channel_id) as capture:
            await capture.prompted("card-number")
            await phone.press(KEYED)
            await phone.press(LAST, held=2.0)
        assert await scene.card_of(capture) == KEYED
        async with asyncio.timeout(5):
            while not scene.keys_told_to_ivr:
                await asyncio.sleep(0.02)
        *_, back = events(scene, "StasisStart", channel_id)
        (key,) = events(scene, "ChannelDtmfReceived", channel_id)
        pressed = at(key).timestamp() - key["duration_ms"] / 1000
        assert pressed < at(back).timestamp()


async def test_given_keys_that_are_held_then_no_digit_of_a_card_is_lost_or_reaches_anybody_else(scene: Scene) -> None:
    async with asyncio.TaskGroup() as callers:
        callers.create_task(held_down_it_is_one_digit(scene))
        callers.create_task(held_while_the_prompt_ends_the_digits_after_it_come_late_and_doubled(scene))
        callers.create_task(held_through_the_give_back_it_is_told_later_as_pressed_before(scene))
    assert scene.keys_told_to_ivr == LAST  # of the third caller; the gate withholds it


def events(scene: Scene, kind: str, channel_id: str) -> Iterator[dict[str, Any]]:
    """The events of one kind and channel that the call side was told."""
    text = bytes(scene.ivr_tap.received).decode("utf-8", "replace")
    for start in re.finditer(rf'\{{"type":"{kind}"', text):
        event = json.JSONDecoder().raw_decode(text, start.start())[0]
        if "timestamp" in event and event["channel"]["id"] == channel_id:  # else it is a line of the event filter
            yield event


def at(event: dict[str, Any]) -> datetime:
    """When it happened."""
    return datetime.fromisoformat(event["timestamp"])
