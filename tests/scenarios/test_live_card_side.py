"""What the caller hears when the card side is not there, says no, or dies; nobody else ever asks for a card."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ivr.calls import visit
from pci.contract import CaptureOutcome, ErrorCode
from tests.standins.live_ivr import LiveIvr, ends, heard, hears, key_card, live_ivr

pytestmark = pytest.mark.live


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[LiveIvr]:
    async with live_ivr(tmp_path) as live:
        yield live


async def test_given_no_card_side_then_the_caller_hears_that_payments_are_not_possible(live: LiveIvr) -> None:
    (live.folder / "pci.sock").unlink()
    call = await live.to_menu()
    call.press("1")
    await ends(call)

    assert heard(call)[-2:] == ["payments-not-possible", "goodbye"]
    assert "secure-line-next" not in heard(call)
    assert live.log.events("secure_line_down", reasons=["PciUnreachable"])


async def test_given_a_card_side_that_is_not_ready_then_the_caller_stays_here_and_hears_so(live: LiveIvr) -> None:
    live.card_side.ready = False
    call = await live.to_menu()
    call.press("1")
    await ends(call)

    assert "payments-not-possible" in heard(call)
    assert live.card_side.captures == []
    assert live.log.events("secure_line_down", reasons=["asterisk-not-connected"])


async def test_given_a_card_side_that_refuses_the_caller_then_the_call_goes_on_here(live: LiveIvr) -> None:
    live.card_side.refuse_capture = ErrorCode.NOT_READY
    call = await live.to_menu()
    call.press("1")
    await ends(call)

    assert heard(call)[-2:] == ["payments-not-possible", "goodbye"]
    await live.log.tells("call_ended", outcome="completed")


async def test_given_a_line_that_is_not_secure_then_no_card_is_asked_for_and_a_hang_up_is_still_noticed(
    live: LiveIvr,
) -> None:
    live.card_side.takes = False
    call = await live.to_menu()
    live.asterisk.seconds_per_sound = 0.2
    call.press("1")
    await hears(call, "payments-not-possible")
    call.hang_up()

    await live.log.tells("call_ended", outcome="caller-hung-up")
    assert live.log.events("capture_ended", outcome="not-secure")


async def test_given_a_capture_that_breaks_off_then_the_caller_is_told_where_they_are_and_hung_up_on(
    live: LiveIvr,
) -> None:
    call = await live.to_card_line()
    call.press("4111")
    await live.card_side.die()
    await hears(call, "payment-interrupted")
    assert call.app == "pci", "the caller must not be fetched back while keys are still coming"
    await ends(call)

    assert live.card_side.charges == {}
    assert live.log.events("capture_ended", outcome="interrupted")
    await live.log.tells("call_ended", outcome="interrupted")
    assert "4111" not in live.log.text


async def test_given_a_caller_who_is_not_given_back_then_the_call_side_gives_them_up_and_may_not_touch_them(
    live: LiveIvr, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visit, "_BACK_SECONDS", 0.05)
    live.card_side.gives_back = False
    call = await live.to_card_line()
    await key_card(call)
    await live.log.tells("call_ended", outcome="caller-hung-up")

    assert call.app == "pci"
    assert not call.ended, "the card side ends the call of a caller whom it cannot give back"
    assert heard(call)[-1] != "payment-interrupted"
    assert live.card_side.charges == {}


async def test_given_a_caller_who_cancels_at_the_card_line_then_they_are_offered_the_menu_again(
    live: LiveIvr,
) -> None:
    live.card_side.outcome = CaptureOutcome.CANCELLED
    call = await live.to_card_line()
    await key_card(call)

    await hears(call, "payment-cancelled")
    await hears(call, "press-1-to-pay", times=2)
    call.press("9")
    await ends(call)
    await live.log.tells("call_ended", outcome="completed")


async def test_given_a_caller_back_from_the_card_line_when_they_hang_up_then_it_is_noticed(live: LiveIvr) -> None:
    live.card_side.outcome = CaptureOutcome.CANCELLED
    call = await live.to_card_line()
    await key_card(call)
    live.asterisk.seconds_per_sound = 60
    await hears(call, "payment-cancelled")
    call.hang_up()

    await live.log.tells("call_ended", outcome="caller-hung-up")


async def test_given_a_caller_at_the_card_line_then_the_call_side_reads_no_key(live: LiveIvr) -> None:
    call = await live.to_card_line()
    # a rogue subscription of ours, as a mistake in Asterisk's configuration could make one
    await live.subscribe_to(call)
    call.press("1")
    await live.log.tells("capture_progress", entered=1)
    call.press("111#1230#123#")
    await hears(call, "press-1-to-confirm")
    call.press("*")

    await hears(call, "payment-cancelled")
    assert live.card_side.charges == {}
