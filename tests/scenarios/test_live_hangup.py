"""The caller hangs up: the flow stops at once, the channel is gone, and nothing is half-charged."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from asterisk_ari.fake import FakeCall
from tests.standins.live_ivr import LiveIvr, hears, live_ivr

pytestmark = pytest.mark.live


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[LiveIvr]:
    async with live_ivr(tmp_path) as live:
        yield live


async def while_it_rings(live: LiveIvr) -> FakeCall:
    call = live.dial()
    await live.log.tells("call_started")
    return call


async def in_the_welcome(live: LiveIvr) -> FakeCall:
    live.asterisk.seconds_per_sound = 60
    call = live.dial()
    await hears(call, "welcome")
    return call


async def in_the_account_number(live: LiveIvr) -> FakeCall:
    call = live.dial()
    await hears(call, "enter-account")
    call.press("1000")
    return call


async def in_the_card_number(live: LiveIvr) -> FakeCall:
    call = await live.to_card_line()
    call.press("41111111")
    return call


async def in_the_security_code(live: LiveIvr) -> FakeCall:
    call = await live.to_card_line()
    call.press("4111111111111111#1230#12")
    return call


PHASES: list[Callable[[LiveIvr], Awaitable[FakeCall]]] = [
    while_it_rings,
    in_the_welcome,
    in_the_account_number,
    LiveIvr.to_menu,
    LiveIvr.to_card_line,
    in_the_card_number,
    in_the_security_code,
    LiveIvr.to_confirmation,
]


@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.__name__)
async def test_given_a_call_in_any_phase_when_the_caller_hangs_up_then_all_is_released_and_nothing_charged(
    live: LiveIvr, phase: Callable[[LiveIvr], Awaitable[FakeCall]]
) -> None:
    call = await phase(live)
    call.hang_up()

    await live.log.tells("call_ended", outcome="caller-hung-up")
    assert live.asterisk.calls == ()
    assert live.card_side.charges == {}
    assert await live.payments() == []
    assert not live.log.events("call_failed")
    if live.card_side.captures:
        async with asyncio.timeout(5):
            await live.card_side.capture_over.wait()


async def test_given_a_charge_under_way_when_the_caller_hangs_up_then_it_is_seen_through_and_texted(
    live: LiveIvr,
) -> None:
    live.card_side.may_answer.clear()
    call = await live.to_confirmation()
    call.press("1")
    async with asyncio.timeout(5):
        await live.card_side.charge_asked.wait()
    call.hang_up()
    await live.log.tells("call_ended", outcome="caller-hung-up")
    assert await live.payments() == ["pending"]
    live.card_side.may_answer.set()

    await live.log.tells("charge_settled", state="approved")
    assert (await live.sms.first())[1].startswith("Payment received: 125.40 USD")
    assert await live.payments() == ["approved"]
    assert len(live.card_side.charges) == 1


async def test_given_an_approved_payment_when_the_caller_hangs_up_before_hearing_so_then_the_text_still_goes_out(
    live: LiveIvr,
) -> None:
    live.card_side.may_answer.clear()
    call = await live.to_confirmation()
    call.press("1")
    async with asyncio.timeout(5):
        await live.card_side.charge_asked.wait()
    live.asterisk.seconds_per_sound = 60
    live.card_side.may_answer.set()
    await hears(call, "payment-approved")
    call.hang_up()

    await live.log.tells("call_ended", outcome="caller-hung-up")
    assert "Payment received" in (await live.sms.first())[1]


async def test_given_many_calls_when_one_hangs_up_then_the_others_go_on(live: LiveIvr) -> None:
    first, second = await live.to_menu(), await live.to_menu("2000817")
    first.hang_up()
    await live.log.tells("call_ended")
    second.press("1")

    await hears(second, "card-number")
