"""A key at every awkward moment: it counts for the card or for nothing, and the call side is never told it."""

from __future__ import annotations

import asyncio
from itertools import repeat

import pytest

from pci.contract import CaptureOutcome, EntryError, FieldProgress
from pci.errors import NotReady
from tests.asterisk.digit_ways import CARD, KEYED, LONG, Capture, Scene

TRIES = 4
SLOW_PROMPT = [{"for": "payment-card-number", "say": [LONG]}]


def errors(capture: Capture) -> list[EntryError]:
    """What was wrong with the entries, in order."""
    return [event.error_type for event in capture.events if isinstance(event, FieldProgress) and event.error_type]


async def test_given_keys_during_the_prompt_then_they_count(scene: Scene) -> None:
    async with scene.call() as (phone, channel_id):
        async with scene.capture(channel_id, prompts=SLOW_PROMPT) as capture:
            await capture.prompted(LONG)
            await asyncio.sleep(0.5)  # keys that come before the prompt has begun do not count
            await phone.press(KEYED)
        assert await scene.card_of(capture) == KEYED
        assert scene.keys_told_to_ivr == ""


async def test_given_keys_during_the_move_then_those_before_it_make_no_card_and_those_after_it_are_not_told(
    scene: Scene,
) -> None:
    async with scene.call() as (phone, channel_id), asyncio.TaskGroup() as hands:
        keying = hands.create_task(phone.press(CARD[:9]))
        await asyncio.sleep(0.6)  # in the middle of the fourth key: nobody has asked for a card yet
        async with scene.capture(channel_id, inter_digit_timeout=1.5) as capture:
            await capture.prompted("card-number")
            told_before = scene.keys_told_to_ivr
            await keying
            await capture.prompted("card-number-invalid")
            await phone.press(KEYED)
        assert await scene.card_of(capture) == KEYED
        assert errors(capture) == [EntryError.INVALID_CARD_NUMBER]
        assert CARD.startswith(told_before)
        assert len(told_before) < 6
        assert scene.keys_told_to_ivr == told_before


async def keyed_over_a_gap(scene: Scene) -> CaptureOutcome | None:
    """A caller loses a key while the connection is down, is asked again and keys all; how that ends.

    What is told about it is held here, whatever the end.
    """
    async with scene.call() as (phone, channel_id):
        async with scene.capture(channel_id, entry_attempts=1) as capture:
            await capture.prompted("card-number")
            await phone.press(CARD[:4])
            scene.pci_cable.pull()
            await phone.press(CARD[4])  # lost: the rest alone would be another number
            await asyncio.sleep(0.5)
            scene.pci_cable.plugged = True
            await capture.prompted("line-gap")
            await asyncio.sleep(0.5)  # keys that come before the prompt has begun do not count
            await phone.press(KEYED)
        if capture.outcome is CaptureOutcome.SUCCESS:
            assert await scene.card_of(capture) == KEYED
            assert errors(capture) == [EntryError.CONNECTION_GAP]
        assert errors(capture)[0] is EntryError.CONNECTION_GAP
        assert scene.keys_told_to_ivr == ""
        assert scene.alarms == []
        return capture.outcome


async def test_given_a_connection_that_drops_in_mid_field_then_the_field_is_asked_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pci.capture.lookout._BLIND_LOOKS", 100)  # five a second here, one in the product
    # a busy machine may bring the lost key after the gap, as the first of what is no number then
    outcomes = [await keyed_over_a_gap(scene)]
    while outcomes[-1] is CaptureOutcome.TOO_MANY_FAILED_ATTEMPTS and len(outcomes) < TRIES:
        outcomes.append(await keyed_over_a_gap(scene))
    assert outcomes[-1] is CaptureOutcome.SUCCESS


async def test_given_a_connection_that_is_down_at_the_move_then_no_card_is_asked_for(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asterisk accepts the move (204) although nobody listens there: keys would go on to the call side."""
    monkeypatch.setattr("asterisk_ari.app.pauses", lambda: repeat(2.0))
    monkeypatch.setattr("asterisk_ari.app._STEADY", 0.0)  # however young the connection was
    async with scene.call() as (_, channel_id):
        async with scene.capture(channel_id) as capture:
            scene.pci_cable.cut()
        assert capture.outcome is CaptureOutcome.INTERNAL_ERROR
        assert capture.events == []
        assert channel_id in (await scene.ivr.asterisk.application("ivr")).channel_ids


async def test_given_no_connection_at_all_then_no_capture_begins(scene: Scene) -> None:
    async with scene.call() as (_, channel_id):
        scene.pci_cable.pull()
        async with asyncio.timeout(5):
            while scene.pci.connected:
                await asyncio.sleep(0)
        with pytest.raises(NotReady):
            async with scene.capture(channel_id):
                pass
        scene.pci_cable.plugged = True
        assert (await scene.channel(channel_id)).running == "Stasis"
        assert channel_id in (await scene.ivr.asterisk.application("ivr")).channel_ids
