"""Keys and sounds on a live line: what counts as an answer, and what happens when the line is disturbed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.standins.live_ivr import LiveIvr, ends, heard, hears, live_ivr

pytestmark = pytest.mark.live


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[LiveIvr]:
    async with live_ivr(tmp_path) as live:
        yield live


async def disturb(live: LiveIvr) -> None:
    """Cut the connection to Asterisk; it comes back by itself."""
    live.asterisk.drop_connections()
    for app in ("ivr", "pci"):
        await live.log.tells("ari_connected", app=app, times=2)


async def test_given_a_long_prompt_when_a_key_is_pressed_then_it_stops_and_the_key_counts(live: LiveIvr) -> None:
    call = live.dial()
    await hears(call, "welcome")
    live.asterisk.seconds_per_sound = 60
    await hears(call, "enter-account")
    call.press("1")
    async with asyncio.timeout(5):
        await call.until(lambda call: call.playing is None)
    live.asterisk.seconds_per_sound = 0.01
    call.press("000442#")

    await hears(call, "you-owe")


async def test_given_keys_pressed_in_a_burst_then_they_count_in_their_order(live: LiveIvr) -> None:
    call = live.dial()
    await hears(call, "enter-account")
    call.press("2000817#")

    await hears(call, "you-owe")
    await hears(call, "n-9")


async def test_given_a_key_that_was_pressed_before_the_question_then_it_is_not_the_answer(live: LiveIvr) -> None:
    call = await live.to_card_line()
    call.press("4111111111111111#1230#")
    await hears(call, "security-code-3")
    live.asterisk.seconds_per_sound = 0.2
    call.press("123#")
    await hears(call, "about-to-pay")
    live.asterisk.seconds_per_sound = 0.01
    await hears(call, "press-1-to-confirm")

    assert live.card_side.charges == {}
    call.press("1")
    await hears(call, "payment-approved")
    assert not call.ended
    call.press("9")
    await ends(call)


async def test_given_a_gap_in_an_account_number_then_the_keys_are_thrown_away_and_asked_for_again(
    live: LiveIvr,
) -> None:
    call = live.dial()
    await hears(call, "enter-account")
    call.press("1000")
    await disturb(live)
    await hears(call, "line-gap")
    await hears(call, "enter-account", times=2)
    call.press("1000442#")

    await hears(call, "you-owe")
    assert live.log.events("line_disturbed")


async def test_given_a_gap_in_a_menu_then_the_choice_is_asked_for_again_and_not_guessed(live: LiveIvr) -> None:
    call = await live.to_menu()
    await disturb(live)
    await hears(call, "press-1-to-pay", times=2)
    call.press("1")

    await hears(call, "card-number")
    assert "nothing-heard" not in heard(call)


async def test_given_a_gap_while_a_prompt_is_spoken_then_it_is_spoken_again(live: LiveIvr) -> None:
    live.asterisk.seconds_per_sound = 60
    call = live.dial()
    await hears(call, "welcome")
    live.asterisk.seconds_per_sound = 0.01
    await disturb(live)

    await hears(call, "welcome", times=2)
    await hears(call, "enter-account")


async def test_given_a_caller_who_hangs_up_in_a_gap_then_the_call_is_over_when_the_connection_is_back(
    live: LiveIvr,
) -> None:
    call = await live.to_menu()
    live.asterisk.unreachable = True
    live.asterisk.drop_connections()
    await live.log.tells("ari_connection_lost", app="ivr")
    call.hang_up()
    live.asterisk.unreachable = False

    await live.log.tells("call_ended", outcome="caller-hung-up")


async def test_given_a_gap_while_the_caller_is_with_the_card_side_then_the_payment_goes_on(live: LiveIvr) -> None:
    call = await live.to_card_line()
    await disturb(live)
    call.press("4111111111111111#1230#123#")
    await hears(call, "press-1-to-confirm")
    call.press("1")

    await hears(call, "payment-approved")
