"""The agent has the caller back in the middle of a card, in a real bridge, and sends them on, and hears no digit.

Keys are told as RTP events and as tones, or as tones alone where Asterisk listens for them. What reaches the agent's
phone is recorded all the time.
"""

from __future__ import annotations

import asyncio

from pci.contract import CaptureCommand, CapturePaused
from stack.phones.pjsua2 import Told
from tests.asterisk.digit_ways import CARD, EXPIRY, KEYED, Scene
from tests.asterisk.test_digit_ways_bridged import talk


async def test_given_an_agent_who_talks_with_the_caller_between_two_fields_then_they_hear_no_digit_before_or_after(
    scene: Scene,
) -> None:
    async def pay(dtmf_mode: str, told: Told) -> None:
        async with talk(scene, "mixing,proxy_media", dtmf_mode) as talking:
            await talking.say(told)
            asterisk = scene.ivr.asterisk
            async with scene.capture(talking.caller) as capture:
                await capture.prompted("card-number")
                await asyncio.sleep(0.5)  # keys that come before the prompt has begun do not count
                await talking.phone.press(f"{CARD}#", told)
                await capture.prompted("expiry")
                capture.session.command(CaptureCommand.PAUSE)
                await capture.told(CapturePaused)
                await asterisk.add_channel(talking.bridge, talking.caller, absorb_dtmf=True)
                capture.session.command(CaptureCommand.RESUME)
                await capture.prompted("expiry", times=2)
                await talking.phone.press(f"{EXPIRY}#", told)
            assert await scene.card_of(capture) == KEYED
            assert talking.nothing_else_was_heard(), dtmf_mode

    async with asyncio.TaskGroup() as calls:
        calls.create_task(pay("rfc4733", "both"))
        calls.create_task(pay("inband", "tones"))
    assert scene.alarms == []
