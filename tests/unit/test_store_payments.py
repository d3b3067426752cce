"""A payment in the ledger: the intent first, then the outcome and the message about it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ivr.bill import Bill
from ivr.flow.call import Due, Invoice
from ivr.money import Money
from ivr.store.errors import ChargeMismatch, InvoiceAlreadyPaid, InvoiceChanged, PaymentInProgress, StoreUnavailable
from ivr.store.payments import Intent
from pci.contract import ChargeState
from tests.unit.ledger import BILL, CARD, Ledger, charge, open_ledger

APPROVED, DECLINED, UNKNOWN = ChargeState.APPROVED, ChargeState.DECLINED, ChargeState.UNKNOWN
NOT_CHARGED, PENDING = ChargeState.NOT_CHARGED, ChargeState.PENDING
RECEIPT = "Payment received: 125.40 USD for bill INV-1107, Visa ending 1111. Thank you."
NO_CHARGE = "Your payment of 125.40 USD for bill INV-1107 did not go through. Your Visa ending 1111 was not charged."


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    async with open_ledger(tmp_path) as opened:
        yield opened


async def test_given_an_open_invoice_when_a_payment_begins_then_it_is_pending_and_the_invoice_still_open(
    ledger: Ledger,
) -> None:
    await ledger.begin()
    assert await ledger.state() is PENDING
    assert not await ledger.paid()
    assert await ledger.texts() == []


async def test_given_a_pending_payment_when_it_is_approved_then_the_invoice_is_paid_and_a_receipt_is_owed(
    ledger: Ledger,
) -> None:
    await ledger.begin()
    assert await ledger.settle(APPROVED) is True
    assert await ledger.paid()
    assert await ledger.texts() == [RECEIPT]
    assert await ledger.store.invoices.find_open_invoice(BILL.account) is None


async def test_given_an_approval_when_it_is_reported_again_then_nothing_changes_and_the_receipt_is_owed_once(
    ledger: Ledger,
) -> None:
    await ledger.begin()
    await ledger.settle(APPROVED)
    assert await ledger.settle(APPROVED) is True
    assert await ledger.texts() == [RECEIPT]


@pytest.mark.parametrize("refusal", [DECLINED, NOT_CHARGED])
async def test_given_a_refusal_that_the_caller_hears_then_no_message_is_owed_and_another_payment_may_begin(
    ledger: Ledger, refusal: ChargeState
) -> None:
    await ledger.begin()
    assert await ledger.settle(refusal) is False
    assert await ledger.texts() == []
    assert not await ledger.paid()
    await ledger.begin("charge-2")


@pytest.mark.parametrize("refusal", [DECLINED, NOT_CHARGED])
async def test_given_the_caller_was_told_unknown_when_it_was_not_charged_then_a_message_says_so(
    ledger: Ledger, refusal: ChargeState
) -> None:
    await ledger.begin()
    assert await ledger.settle(UNKNOWN) is False
    assert await ledger.settle(refusal) is True
    assert await ledger.texts() == [NO_CHARGE]


async def test_given_the_caller_hung_up_meanwhile_when_it_is_declined_then_a_message_says_so(ledger: Ledger) -> None:
    await ledger.begin()
    assert await ledger.settle(DECLINED, caller_hears=False) is True
    assert await ledger.texts() == [NO_CHARGE]


async def test_given_a_charge_the_card_side_never_heard_of_then_it_is_settled_as_not_charged(ledger: Ledger) -> None:
    await ledger.begin()
    told = await ledger.store.payments.settle_never_sent("charge-1")
    assert (told.state, told.texted) == (NOT_CHARGED, True)
    assert await ledger.texts() == [NO_CHARGE]


async def test_given_no_mobile_number_when_approved_then_the_invoice_is_paid_and_nothing_is_owed(
    tmp_path: Path,
) -> None:
    async with open_ledger(tmp_path, Bill(BILL.account, BILL.reference, BILL.amount)) as ledger:
        await ledger.begin()
        assert await ledger.settle(APPROVED) is False
        assert await ledger.paid()
        assert await ledger.texts() == []


@pytest.mark.parametrize("state", [PENDING, UNKNOWN])
async def test_given_an_unsettled_payment_then_no_other_may_begin(ledger: Ledger, state: ChargeState) -> None:
    await ledger.begin()
    await ledger.settle(state)
    with pytest.raises(PaymentInProgress):
        await ledger.begin("charge-2")


async def test_given_a_paid_invoice_then_no_payment_may_begin(ledger: Ledger) -> None:
    await ledger.begin()
    await ledger.settle(APPROVED)
    with pytest.raises(InvoiceAlreadyPaid):
        await ledger.begin("charge-2")


async def test_given_an_amount_that_changed_since_the_caller_heard_it_then_no_payment_may_begin(
    ledger: Ledger,
) -> None:
    await ledger.store.invoices.put_bills([Bill(BILL.account, BILL.reference, Money(9900, "USD"))])
    with pytest.raises(InvoiceChanged):
        await ledger.begin()


async def test_given_an_invoice_that_is_gone_then_no_payment_may_begin(ledger: Ledger) -> None:
    gone = Invoice(999, "1", "X", Money(100, "USD"))
    with pytest.raises(InvoiceChanged):
        await ledger.store.payments.begin_payment(Intent("charge-1", "call-1", Due(gone), CARD))


async def test_given_two_calls_for_one_invoice_when_both_begin_at_once_then_exactly_one_is_refused(
    ledger: Ledger,
) -> None:
    refused: list[str] = []

    async def begin(charge_id: str) -> None:
        try:
            await ledger.begin(charge_id)
        except PaymentInProgress:
            refused.append(charge_id)

    async with asyncio.TaskGroup() as calls:
        for number in range(8):
            calls.create_task(begin(f"charge-{number}"))
    assert len(refused) == 7
    assert len(await ledger.store.payments.unsettled_payments()) == 1


async def test_given_a_call_that_was_never_recorded_then_a_payment_of_it_is_refused(ledger: Ledger) -> None:
    with pytest.raises((PaymentInProgress, StoreUnavailable)):
        await ledger.store.payments.begin_payment(Intent("charge-1", "call-unknown", Due(ledger.invoice), CARD))
    assert await ledger.store.payments.unsettled_payments() == ()


async def test_given_a_charge_of_another_amount_then_it_is_refused_and_nothing_changes(ledger: Ledger) -> None:
    await ledger.begin()
    with pytest.raises(ChargeMismatch):
        await ledger.store.payments.settle_payment(charge(APPROVED, amount=1))
    with pytest.raises(ChargeMismatch):
        await ledger.store.payments.settle_payment(charge(APPROVED, "charge-of-nobody"))
    with pytest.raises(ChargeMismatch):
        await ledger.store.payments.settle_never_sent("charge-of-nobody")
    assert await ledger.state() is PENDING


async def test_given_a_restart_then_unsettled_payments_say_all_that_recovery_needs(
    ledger: Ledger, tmp_path: Path
) -> None:
    await ledger.begin()
    async with open_ledger(tmp_path) as restarted:
        (payment,) = await restarted.store.payments.unsettled_payments()
    assert (payment.charge_id, payment.call_id, payment.invoice_id) == ("charge-1", "call-1", ledger.invoice.id)
    assert (payment.amount, payment.state, payment.brand, payment.last4) == (
        BILL.amount,
        PENDING,
        CARD.brand,
        CARD.last4,
    )
    assert payment.created == ledger.clock()
