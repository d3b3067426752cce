"""A capture to which anything is wished in any order, at any moment, while its caller answers every question."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from asterisk_ari.fake import FakeCall
from pci.contract import CaptureOutcome
from stack.children import alongside
from tests.pci_rig import VISA, open_rig, steer

ANSWERS = {"card-number": f"{VISA}#", "expiry": "1227#", "security-code-3": "987#"}


async def answer_every_question(call: FakeCall) -> None:
    """A caller who keys what they are asked for, as often as they are asked."""
    answered: list[str] = []
    while True:
        await call.until(lambda call: len(call.played) > len(answered))
        answered.append(call.played[len(answered)].rpartition("/")[2])
        call.press(ANSWERS.get(answered[-1], ""))


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_is_wished_in_which_order_the_caller_comes_back_and_no_key_gets_out(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - noise, no secret
    wishes = ["pause", "resume", "ask-again payment-card-number", "ask-again expiration-date", "resume"]
    async with open_rig(tmp_path, quiet=0.01) as rig:
        call = await rig.incoming()
        async with rig.capturing(call) as capture, alongside(answer_every_question(call), awaited=False):
            for _ in range(12):
                wish, _, field = chance.choice(wishes).partition(" ")
                assert await steer(rig, capture, wish, **({"field": field} if field else {})) in (204, 404, 409)
                await asyncio.sleep(chance.choice([0, 0, 0.01]))  # the wishes come at any moment of the capture
            assert await steer(rig, capture, chance.choice(["resume", "cancel"])) in (204, 404)
        outcome = capture.result.outcome
        # on a busy machine keys come before their prompt has begun, and do not count, until no attempt is left
        assert outcome in (CaptureOutcome.SUCCESS, CaptureOutcome.CALLED_OFF, CaptureOutcome.TOO_MANY_FAILED_ATTEMPTS)
        assert call.app == "ivr"
        assert rig.keys_told_to_ivr == 0
        assert (capture.result.token is not None) is (outcome is CaptureOutcome.SUCCESS)
        assert rig.desk._sessions == {}
