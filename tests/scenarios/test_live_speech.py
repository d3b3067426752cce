"""Callers who speak, on a live line: the card side hears them beside their keys, and only while they are asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from asterisk_ari.fake import FakeCall
from pci.contract import ErrorCode
from tests.standins.live_ivr import LiveIvr, ends, hears, key_card, live_ivr

pytestmark = pytest.mark.live
BY_VOICE = "1030"


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[LiveIvr]:
    async with live_ivr(tmp_path) as live:
        yield live


async def says(live: LiveIvr, call: FakeCall, text: str, until: str, times: int = 1) -> None:
    """Say it until a prompt follows: what is said before the end of a question of yes or no does not count."""
    async with asyncio.timeout(60):
        while sum(sound.endswith(until) for sound in call.played) < times:
            live.card_side.hear(text)
            await asyncio.sleep(0.3)


async def nobody_is_heard(live: LiveIvr) -> None:
    """Wait until the last hearing is over."""
    async with asyncio.timeout(30):
        while live.card_side.hears is not None:
            await asyncio.sleep(0.01)


async def test_given_a_caller_who_speaks_then_they_pay_and_nothing_that_they_said_is_logged(live: LiveIvr) -> None:
    call = live.dial(BY_VOICE)
    await hears(call, "say-account")
    live.card_side.hear("one zero zero zero four four two")
    await hears(call, "or-say-yes-or-no")
    await says(live, call, "yes", until="say-pay-or-press-1")
    live.card_side.hear("pay", final=False)
    live.card_side.hear("i would like to pay")
    await hears(call, "card-number")
    await nobody_is_heard(live)
    await key_card(call)
    await hears(call, "or-say-yes-or-no", times=2)
    await says(live, call, "yes", until="payment-approved")
    await ends(call)

    assert await live.payments() == ["approved"]
    assert {hearing.language for hearing in live.card_side.hearings} == {"en"}
    assert "1000442" not in live.log.text
    assert "four" not in live.log.text
    assert "digit-4" not in live.log.text


async def test_given_a_card_side_that_hears_nobody_then_keys_answer_and_the_log_says_so_once(live: LiveIvr) -> None:
    live.card_side.refuse_hearing = ErrorCode.LANGUAGE_NOT_HEARD
    call = live.dial(BY_VOICE)
    await hears(call, "say-account")
    call.press("1000442#")
    await hears(call, "say-pay-or-press-1")
    call.press("9")
    await ends(call)

    assert len(live.log.events("caller_not_heard")) == len(live.card_side.hearings) == 1


async def test_given_a_key_in_the_middle_of_a_number_that_is_said_then_the_keys_are_the_answer(live: LiveIvr) -> None:
    call = live.dial(BY_VOICE)
    await hears(call, "say-account")
    live.card_side.hear("nine nine")
    call.press("1000442#")

    await hears(call, "you-owe")


async def test_given_a_caller_who_hangs_up_while_they_are_heard_then_they_are_heard_no_longer(live: LiveIvr) -> None:
    call = live.dial(BY_VOICE)
    await hears(call, "say-account")
    async with asyncio.timeout(30):
        while live.card_side.hears is None:
            await asyncio.sleep(0.01)
    call.hang_up()

    await nobody_is_heard(live)
    await live.log.tells("call_ended", outcome="caller-hung-up")


async def test_given_a_card_side_that_dies_while_it_hears_then_keys_still_answer(live: LiveIvr) -> None:
    call = live.dial(BY_VOICE)
    await hears(call, "say-account")
    await live.card_side.die()
    await live.log.tells("caller_not_heard")
    call.press("1000442#")

    await hears(call, "you-owe")
