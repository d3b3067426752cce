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

import pytest

from pci.contract import CaptureOutcome
from tests.asterisk.digit_ways import CARD, KEYED, Scene

LAST = "4"
HELD = 2.0
CALLS = 3


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


async def held_through_the_give_back_it_is_told_later_as_pressed_before(scene: Scene) -> bool:
    """Asterisk tells of a key when it is let go, to whoever has the caller then: the gate goes by its duration.

    False if the phone pressed it only when the caller was back.
    """
    async with scene.agent() as (channel_id, phone):
        async with scene.capture(channel_id) as capture:
            await capture.prompted("card-number")
            await phone.press(KEYED)
            await phone.press(LAST, held=HELD)
        assert await scene.card_of(capture) == KEYED
        async with asyncio.timeout(5):
            while not (keys := list(events(scene, "ChannelDtmfReceived", channel_id))):
                await asyncio.sleep(0.02)
        *_, back = events(scene, "StasisStart", channel_id)
        (key,) = keys
        seconds = key["duration_ms"] / 1000
        in_time: bool = at(key).timestamp() - seconds < at(back).timestamp()
        assert in_time or seconds > 0.9 * HELD, "a key that is told as shorter than it was passes for a later one"
        return in_time


async def held_through_the_give_back_in_the_end(scene: Scene) -> int:
    """How many calls that took: a phone on a machine with much to do is too late now and then."""
    for calls in range(1, CALLS + 1):
        if await held_through_the_give_back_it_is_told_later_as_pressed_before(scene):
            return calls
    pytest.fail(f"the phone was too late in {CALLS} calls")


async def test_given_keys_that_are_held_then_no_digit_of_a_card_is_lost_or_reaches_anybody_else(scene: Scene) -> None:
    async with asyncio.TaskGroup() as callers:
        callers.create_task(held_down_it_is_one_digit(scene))
        callers.create_task(held_while_the_prompt_ends_the_digits_after_it_come_late_and_doubled(scene))
        third = callers.create_task(held_through_the_give_back_in_the_end(scene))
    assert scene.keys_told_to_ivr == LAST * third.result()  # the gate withholds it, unless it was pressed later


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
