"""Every way in which a digit can come in: where it is supported the card is complete, where it is not nothing leaks.

The rows of a table are calls that take place at the same time. In none of them the call side is told a key.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from pci.contract import CaptureOutcome, FieldProgress
from stack.asterisk import Instance
from stack.phones.pjsua2 import Told
from tests.asterisk.digit_ways import CARD, EXPIRY, KEYED, Capture, Scene, open_scene

TOO_MANY = f"{CARD}0000"  # no card has more than 19


@dataclass(frozen=True)
class Row:
    """One call: the endpoint's `dtmf_mode`, how its phone tells keys, and what is pressed."""

    dtmf_mode: str
    told: Told
    keys: str = KEYED


SUPPORTED = (
    Row("rfc4733", "events"),
    Row("rfc4733", "both"),  # the tones are not listened for: no key counts twice
    Row("inband", "tones"),
    Row("auto", "events"),
    Row("auto", "both"),
    Row("info", "info"),
    Row("rfc4733", "events", f"A{CARD[:8]}B{CARD[8:]}CD#{EXPIRY}#"),  # A to D are no digits
    Row("rfc4733", "events", KEYED + CARD[:8]),  # goes on keying: the give-back waits until that stops
    Row("rfc4733", "info"),  # where res_pjsip_dtmf_info is loaded, it is so for every endpoint
)
NOT_SUPPORTED = (
    Row("rfc4733", "tones"),
    Row("auto", "tones"),  # the phone offers RFC 4733, and is taken at its word
    Row("rfc4733", "events", f"{TOO_MANY}#"),  # too many digits make no card, and no prefix of them does
)


async def test_given_a_way_that_is_supported_then_the_card_comes_in_complete(scene: Scene) -> None:
    async def pay(row: Row) -> Capture:
        async with scene.call(row.dtmf_mode) as (phone, channel_id), scene.capture(channel_id) as capture:
            await capture.prompted("card-number")
            await phone.press(row.keys, row.told)
        return capture

    async def pay_in_the_end(row: Row) -> None:
        capture = await pay(row)
        if capture.outcome is not CaptureOutcome.SUCCESS:  # nine phones at once lose a key on a busy machine
            capture = await pay(row)
        assert await scene.card_of(capture) == KEYED, row

    async with asyncio.TaskGroup() as calls:
        for row in SUPPORTED:
            calls.create_task(pay_in_the_end(row))
    assert scene.keys_told_to_ivr == ""
    assert scene.alarms == []


async def test_given_a_way_that_is_not_supported_then_the_capture_ends_politely_without_a_card(scene: Scene) -> None:
    async def try_to_pay(row: Row) -> None:
        async with scene.call(row.dtmf_mode) as (phone, channel_id):
            async with scene.capture(channel_id, entry_attempts=1, first_digit_timeout=4) as capture:
                await capture.prompted("card-number")
                await phone.press(row.keys, row.told)
                await capture.prompted("payment-cancelled")
            assert capture.outcome is CaptureOutcome.TOO_MANY_FAILED_ATTEMPTS, row

    async with asyncio.TaskGroup() as calls:
        for row in NOT_SUPPORTED:
            calls.create_task(try_to_pay(row))
    assert scene.keys_told_to_ivr == ""
    assert scene.alarms == []


async def test_given_sip_info_and_the_configuration_that_is_shipped_then_no_key_is_heard(
    asterisk: Instance, tmp_path: Path
) -> None:
    """It does not load res_pjsip_dtmf_info: such a phone pays nothing rather than half a card."""
    async with open_scene(asterisk, tmp_path) as scene, scene.call() as (phone, channel_id):
        async with scene.capture(channel_id, entry_attempts=1, first_digit_timeout=1) as capture:
            await capture.prompted("card-number")
            await phone.press(CARD[:4], "info")
        assert capture.outcome is CaptureOutcome.TOO_MANY_FAILED_ATTEMPTS
        assert not any(isinstance(event, FieldProgress) and event.entered for event in capture.events)
        assert scene.keys_told_to_ivr == ""
