"""Charges that do not end in a plain yes or no: what the caller is told, and what becomes of the payment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from asterisk_ari.fake import FakeCall
from ivr import config
from pci.contract import ChargeState, ErrorCode
from tests.standins.live_ivr import LiveIvr, ends, heard, hears, live_ivr, serving

pytestmark = pytest.mark.live


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[LiveIvr]:
    async with live_ivr(tmp_path) as live:
        yield live


async def charge_asked(live: LiveIvr, call: FakeCall) -> None:
    """The caller confirms, and the card side has the charge in hand."""
    call.press("1")
    async with asyncio.timeout(5):
        await live.card_side.charge_asked.wait()


async def test_given_an_answer_that_is_lost_then_the_caller_hears_unknown_and_gets_the_truth_as_a_text(
    live: LiveIvr,
) -> None:
    live.card_side.loses_answers = True
    call = await live.to_confirmation()
    call.press("1")
    await ends(call)

    assert heard(call)[-3:] == ["payment-unknown", "will-text-you", "goodbye"]
    assert live.log.events("charge_unknown", reason="answer-lost")
    await live.log.tells("charge_settled", state="approved")
    assert "Payment received" in (await live.sms.first())[1]
    assert await live.payments() == ["approved"]
    assert len(live.card_side.charges) == 1


async def test_given_an_answer_that_comes_too_late_then_the_caller_is_not_kept_waiting(tmp_path: Path) -> None:
    async with live_ivr(tmp_path, charge_timeout=1) as live:
        live.card_side.may_answer.clear()
        call = await live.to_confirmation()
        call.press("1")

        await hears(call, "payment-unknown")


async def test_given_an_unknown_outcome_when_it_turns_out_declined_then_the_caller_is_texted_so(
    live: LiveIvr,
) -> None:
    live.card_side.state = ChargeState.UNKNOWN
    call = await live.to_confirmation()
    call.press("1")
    await hears(call, "payment-unknown")
    assert await live.payments() == ["unknown"]
    (charge_id, charge), *_ = live.card_side.charges.items()
    live.card_side.charges[charge_id] = charge.model_copy(update={"state": ChargeState.DECLINED})

    assert "did not go through" in (await live.sms.first())[1]
    assert await live.payments() == ["declined"]


async def test_given_a_card_side_that_is_gone_at_the_charge_then_nothing_was_charged_and_the_caller_hears_so(
    live: LiveIvr,
) -> None:
    call = await live.to_confirmation()
    (live.folder / "pci.sock").unlink()
    call.press("1")
    await ends(call)

    assert heard(call)[-2:] == ["payments-not-possible", "goodbye"]
    assert await live.payments() == ["not-charged"]


@pytest.mark.parametrize(
    ("code", "prompt", "state"),
    [
        (ErrorCode.CAPTURE_SPENT, "payments-not-possible", "not-charged"),
        (ErrorCode.NOT_FOUND, "payments-not-possible", "not-charged"),
        (ErrorCode.ORDER_IN_PROGRESS, "order-in-progress", "not-charged"),
    ],
)
async def test_given_a_charge_that_is_refused_then_the_caller_hears_that_nothing_was_charged(
    live: LiveIvr, code: ErrorCode, prompt: str, state: str
) -> None:
    live.card_side.refuse_charge = code
    call = await live.to_confirmation()
    call.press("1")
    await hears(call, prompt)

    assert await live.payments() == [state]


async def test_given_a_card_side_with_a_fault_of_its_own_then_the_outcome_counts_as_unknown(live: LiveIvr) -> None:
    live.card_side.refuse_charge = ErrorCode.INTERNAL_ERROR
    call = await live.to_confirmation()
    call.press("1")
    await hears(call, "payment-unknown")

    assert await live.payments() == ["unknown"]


async def test_given_two_calls_for_one_invoice_then_the_second_is_refused_politely_and_one_charge_is_made(
    live: LiveIvr,
) -> None:
    first, second = await live.to_confirmation(), await live.to_confirmation()
    live.card_side.may_answer.clear()
    await charge_asked(live, first)
    second.press("1")
    await hears(second, "order-in-progress")
    await ends(second)
    live.card_side.may_answer.set()
    await hears(first, "payment-approved")

    assert len(live.card_side.charges) == 1
    assert await live.payments() == ["approved"]


async def test_given_a_payment_under_way_when_another_call_wants_to_pay_it_then_no_card_is_asked_for(
    live: LiveIvr,
) -> None:
    first = await live.to_confirmation()
    live.card_side.may_answer.clear()
    await charge_asked(live, first)
    second = await live.to_menu()
    second.press("1")
    await hears(second, "order-in-progress")

    assert len(live.card_side.captures) == 1
    live.card_side.may_answer.set()
    await ends(first)


async def test_given_a_bill_whose_amount_the_bank_holds_when_it_is_to_be_paid_again_then_no_card_is_asked_for(
    live: LiveIvr,
) -> None:
    live.card_side.state = ChargeState.AUTHORIZED
    first = await live.to_confirmation()
    live.card_side.may_answer.clear()
    await charge_asked(live, first)
    first.hang_up()
    live.card_side.may_answer.set()
    await live.log.tells("charge_settled", state="authorized")
    second = await live.to_menu()
    second.press("1")
    await hears(second, "order-in-progress")

    assert len(live.card_side.captures) == 1
    assert await live.payments() == ["authorized"]


async def test_given_an_unknown_payment_of_an_earlier_run_then_the_next_start_settles_it(live: LiveIvr) -> None:
    live.card_side.state = ChargeState.UNKNOWN
    call = await live.to_confirmation()
    call.press("1")
    await hears(call, "payment-unknown")
    await ends(call)
    live.stop.set()
    await live.log.tells("stopped")
    (charge_id, charge), *_ = live.card_side.charges.items()
    live.card_side.charges[charge_id] = charge.model_copy(update={"state": ChargeState.APPROVED})

    async with serving(config.load(live.folder / "ivr.toml"), live.log):
        assert "Payment received" in (await live.sms.first())[1]
    assert await live.payments() == ["approved"]
