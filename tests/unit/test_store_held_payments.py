"""An amount that the bank holds: final for the caller, open for the operator, and its invoice is held too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.store.errors import PaymentInProgress
from pci.contract import ChargeState
from tests.unit.ledger import BILL, Ledger, open_ledger

AUTHORIZED, APPROVED, NOT_CHARGED = ChargeState.AUTHORIZED, ChargeState.APPROVED, ChargeState.NOT_CHARGED


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    async with open_ledger(tmp_path) as opened:
        await opened.begin()
        yield opened


async def test_given_a_held_amount_then_it_is_texted_as_reserved_and_the_invoice_is_neither_paid_nor_free(
    ledger: Ledger,
) -> None:
    assert await ledger.settle(AUTHORIZED)
    assert await ledger.texts() == [
        "Reserved: 125.40 USD for bill INV-1107, Visa ending 1111. It has not been charged yet."
    ]
    assert not await ledger.paid()
    with pytest.raises(PaymentInProgress):
        await ledger.begin("charge-2")
    assert [held.charge_id for held in await ledger.store.payments.held_payments()] == ["charge-1"]


@pytest.mark.parametrize(
    ("state", "paid", "said"), [(APPROVED, True, "received"), (NOT_CHARGED, False, "not charged")]
)
async def test_given_a_held_amount_when_it_is_closed_then_the_caller_is_texted_once_and_it_stays_so(
    ledger: Ledger, state: ChargeState, paid: bool, said: str
) -> None:
    await ledger.settle(AUTHORIZED)
    for _ in range(2):
        assert await ledger.settle(state, caller_hears=False)
    assert await ledger.paid() is paid
    assert len(await ledger.texts()) == 2
    assert said in (await ledger.texts())[1]
    await ledger.settle(AUTHORIZED)  # old news
    assert await ledger.state() is state
    assert await ledger.store.payments.held_payments() == ()


async def test_given_a_held_amount_then_another_bill_of_the_account_is_paid_first_and_else_no_card_is_asked_for(
    ledger: Ledger,
) -> None:
    await ledger.settle(AUTHORIZED)
    invoices, held = ledger.store.invoices, ledger.invoice
    assert await invoices.find_open_invoice(BILL.account) == held
    assert await ledger.store.payments.under_way(held)
    await invoices.put_bills([replace(BILL, reference="INV-1108", due=None)])
    found = await invoices.find_open_invoice(BILL.account)
    assert found is not None
    assert found.reference == "INV-1108"
    assert not await ledger.store.payments.under_way(found)
    assert [listed.invoice.reference for listed in await invoices.find_bills(BILL.account, BILL.amount)] == [
        "INV-1108",
        held.reference,
    ]


async def test_given_a_voided_amount_then_the_invoice_can_be_paid_again(ledger: Ledger) -> None:
    await ledger.settle(AUTHORIZED)
    await ledger.settle(NOT_CHARGED, caller_hears=False)
    await ledger.begin("charge-2")


async def test_given_an_unknown_outcome_that_turns_out_to_be_held_then_it_is_texted(ledger: Ledger) -> None:
    await ledger.settle(ChargeState.UNKNOWN)
    assert await ledger.settle(AUTHORIZED, caller_hears=False)
