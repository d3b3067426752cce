"""A live call from the ring to the receipt, on a fake Asterisk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pci.contract import ChargeState, DeclineReason
from tests.standins.live_ivr import MOBILE, LiveIvr, ends, heard, hears, key_card, live_ivr

pytestmark = pytest.mark.live


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[LiveIvr]:
    async with live_ivr(tmp_path) as live:
        yield live


async def test_given_a_caller_who_pays_then_the_card_is_charged_once_and_the_receipt_is_spoken_and_texted(
    live: LiveIvr,
) -> None:
    call = await live.to_confirmation()
    call.press("1")
    await ends(call)

    (charge,) = live.card_side.charges.values()
    assert (charge.order_id[:5], charge.amount, charge.currency) == ("bill-", 12540, "USD")
    assert await live.payments() == ["approved"]
    assert await live.sms.first() == (
        MOBILE,
        "Payment received: 125.40 USD for bill INV-1, Visa ending 1111. Thank you.",
    )
    assert heard(call)[-3:] == ["cents", "text-is-coming", "goodbye"]
    await live.log.tells("call_ended", outcome="completed")
    assert live.asterisk.calls == ()


async def test_given_a_payment_then_the_log_shows_it_step_by_step_and_not_one_digit_of_the_card(
    live: LiveIvr,
) -> None:
    call = await live.to_confirmation()
    call.press("1")
    await live.log.tells("sms_sent")
    await live.log.tells("call_ended")

    steps = [(line["step"], line["outcome"]) for line in live.log.events("step_done")]
    assert steps == [
        ("greet", "done"),
        ("account", "done"),
        ("find", "found"),
        ("offer", "1"),
        ("pay", "success"),
        ("receipt", "done"),
        ("bye", "done"),
        ("end", "done"),
    ]
    number = live.log.events("capture_progress", field="payment-card-number")
    assert [(line["state"], line["entered"]) for line in number[-2:]] == [("entering", 16), ("accepted", 16)]
    assert live.log.events("prompt_spoken", by="pci", prompts=["card-number"])
    assert live.log.events("prompt_spoken", by="ivr", prompts=["please-wait-for-bank"])
    assert live.log.events("capture_ended", outcome="success", brand="visa", last4="1111")
    assert live.log.events("charge_settled", state="approved", amount="125.40", currency="USD")
    assert not any("dropped_fields" in line for line in live.log.lines)
    assert {line["call_id"] for line in live.log.events("step_done")} == {
        live.log.events("call_started")[0]["call_id"]
    }
    assert "4111" not in live.log.text


async def test_given_a_decline_then_it_is_heard_and_another_card_may_be_tried(live: LiveIvr) -> None:
    live.card_side.state = ChargeState.DECLINED
    live.card_side.decline_reason = DeclineReason.INSUFFICIENT_FUNDS
    call = await live.to_confirmation()
    call.press("1")
    await hears(call, "declined-insufficient-funds")
    live.card_side.state, live.card_side.decline_reason = ChargeState.APPROVED, None
    await hears(call, "card-number", times=2)
    await key_card(call)
    await hears(call, "press-1-to-confirm", times=2)
    call.press("1")
    await hears(call, "payment-approved")
    await ends(call)

    assert await live.payments() == ["declined", "approved"]
    assert len(live.card_side.charges) == 2
    assert live.card_side.forgotten == ["token-1"]


async def test_given_a_caller_who_does_not_confirm_then_nothing_is_charged_and_the_card_is_forgotten(
    live: LiveIvr,
) -> None:
    call = await live.to_confirmation()
    call.press("*")
    await hears(call, "payment-cancelled")

    assert live.card_side.charges == {}
    assert live.card_side.forgotten == ["token-1"]
    assert await live.payments() == []
    await hears(call, "press-1-to-pay", times=2)


async def test_given_no_mobile_on_file_then_no_text_message_is_promised(live: LiveIvr) -> None:
    call = await live.to_confirmation("2000817")
    call.press("1")
    await ends(call)

    assert "payment-approved" in heard(call)
    assert "text-is-coming" not in heard(call)


async def test_given_a_ledger_that_fails_then_the_caller_hears_so(live: LiveIvr) -> None:
    (live.folder / "ivr.db").write_bytes(b"this is no database any more" * 1000)
    call = live.dial()
    await hears(call, "enter-account")
    call.press("1000442#")
    await hears(call, "lookup-unavailable")
    await ends(call)

    assert live.log.events("lookup_failed", reason="StoreUnavailable")
