"""What a caller chose to pay has a row of its own, under every rule that holds for bills."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from ivr.flow.call import Due, Invoice
from ivr.money import Money
from ivr.store.errors import InvoiceAlreadyPaid, PaymentInProgress
from ivr.store.models import InvoiceRow, PaymentRow
from ivr.store.payments import Intent
from pci.contract import ChargeState
from tests.unit.ledger import CARD, Ledger, charge, open_ledger

GIFT = Invoice(None, "", "donation-cQx", Money(2500, "USD"), mobile="+15550100999", purpose="donation")
FEE = Money(63, "USD")


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    async with open_ledger(tmp_path) as opened:
        yield opened


async def begin(ledger: Ledger, charge_id: str, gift: Invoice = GIFT, fee: Money | None = None) -> None:
    await ledger.store.payments.begin_payment(Intent(charge_id, "call-1", Due(gift, fee), CARD))


async def rows(ledger: Ledger) -> list[tuple[str, int]]:
    """Of what is no bill: reference and amount."""
    query = select(InvoiceRow).where(InvoiceRow.purpose.is_not(None))
    found = await ledger.store.database.read(lambda session: session.scalars(query))
    return [(row.reference, row.amount_minor) for row in found]


async def test_given_an_amount_of_the_caller_then_its_row_comes_with_the_intent_and_is_paid_and_texted(
    ledger: Ledger,
) -> None:
    assert await rows(ledger) == []
    await begin(ledger, "gift")
    assert await rows(ledger) == [("donation-cQx", 2500)]
    assert await ledger.store.payments.under_way(GIFT)
    assert await ledger.settle_amount(ChargeState.APPROVED, "gift", 2500)
    assert await ledger.texts() == ["Payment received: 25.00 USD for donation, Visa ending 1111. Thank you."]
    assert await ledger.store.payments.under_way(GIFT)


async def test_given_an_open_payment_of_it_then_a_second_is_refused_and_after_success_too(ledger: Ledger) -> None:
    await begin(ledger, "gift")
    with pytest.raises(PaymentInProgress):
        await begin(ledger, "again")
    await ledger.settle_amount(ChargeState.APPROVED, "gift", 2500)
    with pytest.raises(InvoiceAlreadyPaid):
        await begin(ledger, "again")


async def test_given_a_decline_then_another_amount_can_be_paid_in_the_same_call(ledger: Ledger) -> None:
    await begin(ledger, "gift")
    await ledger.settle_amount(ChargeState.DECLINED, "gift", 2500)
    smaller = Invoice(None, "", GIFT.reference, Money(1000, "USD"), purpose="donation")
    await begin(ledger, "less", smaller)
    assert await rows(ledger) == [("donation-cQx", 1000)]


async def test_given_one_of_an_account_then_no_lookup_offers_it(ledger: Ledger) -> None:
    own = Invoice(None, ledger.invoice.account, "top-up-cQx", Money(500, "USD"), purpose="top-up")
    await begin(ledger, "top-up", own)
    await ledger.settle_amount(ChargeState.DECLINED, "top-up", 500)
    await ledger.begin("bill")
    await ledger.settle(ChargeState.APPROVED, "bill")
    assert await ledger.store.invoices.find_open_invoice(ledger.invoice.account) is None


async def test_given_a_fee_then_the_payment_is_of_the_total_and_the_fee_stands_apart(ledger: Ledger) -> None:
    await begin(ledger, "gift", fee=FEE)
    row = await ledger.store.database.read(lambda session: session.get_one(PaymentRow, "gift"))
    assert (row.amount_minor, row.fee_minor) == (2563, 63)
    assert await rows(ledger) == [("donation-cQx", 2500)]
    assert await ledger.settle_amount(ChargeState.APPROVED, "gift", 2563)
    assert "25.63 USD for donation, with a fee of 0.63 USD" in (await ledger.texts())[0]


async def test_given_a_fee_then_the_invoice_that_was_heard_is_still_compared_without_it(ledger: Ledger) -> None:
    intent = Intent("bill", "call-1", Due(ledger.invoice, FEE), CARD)
    await ledger.store.payments.begin_payment(intent)
    total = ledger.invoice.amount.minor + FEE.minor
    await ledger.store.payments.settle_payment(charge(ChargeState.APPROVED, "bill", total))
    assert await ledger.paid()
